// The IR: what the intents mean, resolved and in one unit each. The planner reads only this, never the tree.
// Every fact keeps the span of source that caused it. It must not know clusters' addresses, solvers or objects' fate.
import type { CompareOperator, Span } from "../grammar/index.ts";

// ---- units ----------------------------------------------------------------------------------------------------------------------

/**
 * Amounts by Kubernetes resource name (`cpu`, `memory`, `nvidia.com/gpu`), integers in base units: `cpu` in milli-CPU, `memory`,
 * `ephemeral-storage`, `hugepages-*` and `storage` in bytes, everything else in pieces.
 */
export type Amounts = Readonly<Record<string, number>>;

/** A Kubernetes object as it goes on the wire: plain JSON. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly [key: string]: unknown;
}

// ---- conditions -----------------------------------------------------------------------------------------------------------------

/**
 * A condition with its words resolved against the fleet. `level` says where an atom is true: of the cluster, or of one node pool.
 * A node-level feature or label carries the node label that the manifest's node affinity will name.
 */
export type ConditionIr =
  | { readonly kind: "always" }
  | { readonly kind: "and" | "or"; readonly operands: readonly ConditionIr[]; readonly span: Span }
  | { readonly kind: "not"; readonly operand: ConditionIr; readonly span: Span }
  | {
      readonly kind: "label";
      readonly level: "cluster" | "node";
      readonly key: string;
      readonly operator: CompareOperator;
      readonly value: string;
      readonly comparesAs: "text" | "number" | "version";
      readonly span: Span;
    }
  | {
      readonly kind: "label-in";
      readonly level: "cluster" | "node";
      readonly key: string;
      readonly values: readonly string[];
      readonly span: Span;
    }
  | {
      readonly kind: "feature";
      readonly level: "cluster" | "node";
      readonly name: string;
      readonly nodeLabel?: { readonly key: string; readonly value: string };
      readonly span: Span;
    }
  /** Of one node of the pool: its allocatable amount, in base units. */
  | {
      readonly kind: "resource";
      readonly resource: string;
      readonly operator: CompareOperator;
      readonly amount: number;
      readonly span: Span;
    };

// ---- the fleet ------------------------------------------------------------------------------------------------------------------

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface NodePool {
  readonly name: string;
  readonly count: number;
  /** Allocatable of one node that intents may use (foreign pods already taken off); `pods` included (default 110). */
  readonly shape: Amounts;
  readonly labels: Readonly<Record<string, string>>; // labels as written in the fleet, also what tells nodes apart in the cluster
  readonly features: readonly string[];
  readonly taints: readonly Taint[];
  readonly span: Span;
}

export interface Cluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly context?: string;
  /** Price an hour of one whole unit (one CPU, one GPU, one GiB of memory) by Kubernetes resource name. */
  readonly prices: Readonly<Record<string, number>>;
  readonly pools: readonly NodePool[];
  readonly networks: readonly string[];
  readonly podRanges: readonly string[];
  readonly apiAddresses: readonly string[];
  /** What the site's owner accepts: over the labels of a workload (`app`, `name`, `kind`, its own properties). */
  readonly accepts?: ConditionIr;
  readonly span: Span;
}

export type Connectivity = "none" | "mcs" | "istio" | "cilium" | "submariner" | "flat";

export interface Link {
  readonly a: string;
  readonly b: string;
  readonly microseconds?: number;
  readonly bitsPerSecond?: number;
  readonly span: Span;
}

export interface Fleet {
  readonly clusters: readonly Cluster[];
  readonly groups: readonly { readonly name: string; readonly clusters: readonly string[]; readonly span: Span }[];
  readonly links: readonly Link[];
  readonly connectivity: Connectivity;
  /** Share of every node pool that is kept free, 0–1. */
  readonly reserve: number;
  /** Short word → Kubernetes resource name (`gpu` → `nvidia.com/gpu`). */
  readonly resourceNames: Readonly<Record<string, string>>;
  /** Feature → node label. Without an entry a node feature stands for the label `placet.dev/FEATURE=true`. */
  readonly featureLabels: Readonly<Record<string, { readonly key: string; readonly value: string }>>;
  /** Who answers DNS; the default is `k8s-app=kube-dns` in `kube-system`. */
  readonly dns: readonly PeerIr[];
}

// ---- what runs ------------------------------------------------------------------------------------------------------------------

export type WorkloadKind =
  "Deployment" | "StatefulSet" | "DaemonSet" | "Job" | "CronJob" | "ReplicaSet" | "Pod" | "other";

export interface ContainerPort {
  readonly container: string;
  readonly name?: string;
  readonly number: number;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly hostPort?: number;
}

/** One term of label requirements (Kubernetes' match expressions), all must hold. */
export type Requirement = {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  readonly values: readonly string[];
};

/** A label selector as requirements; empty selects everything. */
export type Selector = readonly Requirement[];

export interface PodAffinityTerm {
  readonly selector: Selector;
  /** Namespaces that it looks in; `"all"` for an empty namespace selector. */
  readonly namespaces: readonly string[] | "all";
  readonly topologyKey: string;
}

/** Everything in the pod that makes the kube-scheduler refuse a node. */
export interface PodConstraints {
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** requiredDuringScheduling node affinity: terms are ORed, the requirements of one ANDed. Empty: none. */
  readonly nodeAffinity: readonly {
    readonly requirements: readonly Requirement[];
    readonly fields: readonly Requirement[];
  }[];
  readonly tolerations: readonly {
    readonly key?: string;
    readonly operator: "Exists" | "Equal";
    readonly value?: string;
    readonly effect?: string;
  }[];
  readonly podAffinity: readonly PodAffinityTerm[];
  readonly podAntiAffinity: readonly PodAffinityTerm[];
  /** topologySpreadConstraints with `whenUnsatisfiable: DoNotSchedule`. */
  readonly spread: readonly {
    readonly maxSkew: number;
    readonly topologyKey: string;
    readonly selector: Selector;
    readonly minDomains?: number;
    readonly nodeAffinityPolicy: "Honor" | "Ignore";
    readonly nodeTaintsPolicy: "Honor" | "Ignore";
  }[];
  readonly hostPorts: readonly {
    readonly port: number;
    readonly protocol: "TCP" | "UDP" | "SCTP";
    readonly ip: string;
  }[];
  /** What the planner can not judge and so refuses (a `schedulerName` of others, a node name, …), in the user's terms. */
  readonly unmodelled: readonly string[];
}

/** `apiVersion/kind/namespace/name`: identifies an object of an app. */
export type ObjectKey = string;

export interface AppObject {
  readonly key: ObjectKey;
  readonly object: KubernetesObject;
  /** Where it came from: the file, and for generated ones the statement. */
  readonly origin: { readonly file: string; readonly span: Span };
  /** Cluster-scoped kinds have no namespace; unknown kinds count as namespaced when they name one. */
  readonly clusterScoped: boolean;
}

export interface Workload {
  /** `app/name`: unique in the program. */
  readonly id: string;
  readonly app: string;
  readonly name: string;
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly object: ObjectKey;
  /** Replicas (pods) of one whole copy, from the manifest; for a Job its parallelism; a DaemonSet has one a matching node and says 1 here. */
  readonly replicas: number;
  /** Whether `xN` may divide it over clusters; if not, why, in the user's terms. */
  readonly indivisible?: string;
  /** DaemonSet: one pod on each node that matches. */
  readonly perNode: boolean;
  /** Demand of one pod as the kube-scheduler counts it: max(init containers, Σ containers + sidecars) + overhead; `pods: 1` included. */
  readonly demand: Amounts;
  readonly pod: PodConstraints;
  readonly containers: readonly { readonly name: string; readonly requests: Amounts }[];
  readonly ports: readonly ContainerPort[];
  readonly podLabels: Readonly<Record<string, string>>;
  /** The selector of the workload itself (matchLabels and matchExpressions). */
  readonly selector: Selector;
  readonly hostNetwork: boolean;
  readonly autoscaler?: { readonly min: number; readonly max: number; readonly object: ObjectKey };
  /** Claims that it uses (`namespace/name`), shared ones keep workloads on one cluster. */
  readonly claims: readonly string[];
  /** Objects that go wherever it goes, its own not included. */
  readonly travels: readonly ObjectKey[];
  /** Services that select it (keys), a subset of `travels`. */
  readonly services: readonly ObjectKey[];
  /** What `accepts` may ask: the properties of an inline workload, plus `app`, `name`, `kind`, `namespace`, and its labels. */
  readonly properties: Readonly<Record<string, string>>;
  readonly span: Span;
}

export interface App {
  readonly name: string;
  readonly namespace: string;
  readonly cloud?: string;
  readonly objects: readonly AppObject[];
  readonly workloads: readonly string[]; // ids
  /** Objects that nothing uses: they go to each cluster of the app. */
  readonly loose: readonly ObjectKey[];
  readonly span: Span;
}

// ---- intents --------------------------------------------------------------------------------------------------------------------

/** How the copies of one workload are counted. Every `run` of a workload is merged into one `Placement`. */
export type Spreading =
  /** One whole copy on exactly `clusters` clusters (1 for a bare `run`). */
  | { readonly kind: "copies"; readonly clusters: number }
  /** A whole copy (of `replicas`) on every match. */
  | { readonly kind: "each" }
  /** `xN`: N in all, divided; `clusters` when `on K clusters` was said (at least one on each of exactly K). */
  | { readonly kind: "divided"; readonly total: number; readonly clusters?: number };

/** All `run`s of one workload, added up. Spans point at the words that caused each fact. */
export interface RunIr {
  readonly workload: string;
  readonly spreading: Spreading & { readonly span: Span };
  /** Replicas of one whole copy: the manifest's, or `xN` with `each`. */
  readonly copySize: number;
  /** All must hold. */
  readonly where: readonly { readonly condition: ConditionIr; readonly span: Span }[];
  /** Clusters named by `on`; each entry narrows further. The clusters of `eachOf`, `choices` and `shares` are entries too. */
  readonly on: readonly { readonly clusters: readonly string[]; readonly span: Span }[];
  readonly eachOf?: { readonly clusters: readonly string[]; readonly span: Span };
  /** `on a then b`: ordered choices, each a set of clusters. */
  readonly choices?: { readonly choices: readonly (readonly string[])[]; readonly span: Span };
  readonly shares?: {
    readonly shares: readonly { readonly cluster: string; readonly weight: number }[];
    readonly span: Span;
  };
  readonly spread: readonly { readonly key: string; readonly max?: number; readonly span: Span }[];
  /** Each entry: one of `workloads` in reach; `microseconds` absent: soft. A list after `near` is one entry for each. */
  readonly near: readonly {
    readonly workloads: readonly string[];
    readonly microseconds?: number;
    readonly span: Span;
  }[];
  readonly with: readonly { readonly workload: string; readonly span: Span }[];
  readonly apart: readonly { readonly workload: string; readonly key: string; readonly span: Span }[]; // key `cluster` or a label
  /** Larger of manifest, `needs` and top-conjunction bounds, for each resource; `reservations` says which words raised what. */
  readonly demand: Amounts;
  readonly reservations: readonly {
    readonly resource: string;
    readonly amount: number;
    readonly container?: string;
    readonly span: Span;
  }[];
  readonly survive?: { readonly count: number; readonly unit: string; readonly keeping: number; readonly span: Span };
  readonly optional: boolean;
  /** Default 0; higher goes first. */
  readonly priority: number;
  readonly prefer: readonly { readonly condition: ConditionIr; readonly weight: number; readonly span: Span }[];
  readonly tolerates: readonly { readonly taint: string; readonly span: Span }[];
  readonly spans: readonly Span[];
}

export interface ForbidIr {
  readonly workloads: readonly string[];
  readonly condition: ConditionIr;
  /** `forbid x on paris`: empty means every cluster. */
  readonly clusters: readonly string[];
  readonly span: Span;
}

export type PeerIr =
  | { readonly kind: "workload"; readonly workload: string }
  | { readonly kind: "anywhere" | "internet" | "kubernetes" }
  | { readonly kind: "range"; readonly cidr: string }
  | { readonly kind: "pods"; readonly labels: Readonly<Record<string, string>>; readonly namespace: string };

export type Protocol = "TCP" | "UDP" | "SCTP";

/** Resolved to pod ports where that is possible: a name stays a name only when every selected pod's container has it. */
export interface PortIr {
  readonly port: number | string;
  readonly end?: number;
  readonly protocol: Protocol;
}

/**
 * `allow` and `deny`, one for each ordered pair of peers after expanding lists, apps and `<->`. What a `deny` takes out of an `allow` is
 * taken out already; the `deny` itself stays, since it closes the ingress of what it names.
 */
export interface TrafficIr {
  readonly kind: "allow" | "deny";
  readonly from: PeerIr;
  readonly to: PeerIr;
  /** Empty: every port. */
  readonly ports: readonly PortIr[];
  readonly over?: string;
  /** Whether the statement named both ends themselves (not through an app or a list): a `deny` beside it is an error. */
  readonly namesBoth: boolean;
  readonly span: Span;
}

export interface IsolateIr {
  readonly workload: string;
  readonly ingress: boolean;
  readonly egress: boolean;
  readonly span: Span;
}

export type ObjectiveName = "moves" | "preference" | "latency" | "cost" | "clusters" | "imbalance";

export interface Ir {
  readonly format: "placet.ir/v1";
  readonly fleet: Fleet;
  readonly apps: readonly App[];
  readonly workloads: readonly Workload[];
  /** Sorted by workload; a workload without an entry is not run. */
  readonly runs: readonly RunIr[];
  readonly forbids: readonly ForbidIr[];
  /** Workloads that may leave their cluster though they hold state. */
  readonly moves: readonly { readonly workload: string; readonly span: Span }[];
  /** What `minimize` names, in order; the planner appends the rest. */
  readonly minimize: readonly { readonly name: ObjectiveName; readonly span: Span }[];
  readonly traffic: readonly TrafficIr[];
  readonly isolates: readonly IsolateIr[];
  /** Workloads that must share one cluster (shared claims), each set with the reason. */
  readonly together: readonly {
    readonly workloads: readonly string[];
    readonly because: string;
    readonly span: Span;
  }[];
  /** The text of each `param`'s value, `--set` taken into account. */
  readonly params: Readonly<Record<string, string>>;
}
