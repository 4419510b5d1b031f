// The tree of one `.intent` file: what was written, not what it means. Every leaf keeps its span.
// It must not know names of other files, units, or clusters: that is the compiler's.
import type { ClusterEntry, FleetEntry, AppEntry, CloudEntry } from "./ast-entries.ts";
import type { Span } from "./diagnostic.ts";

export type * from "./ast-entries.ts";

/**
 * The one kind of leaf: a name, string, number, quantity (`16Gi`), duration (`10ms`), rate (`1Gbps`), percentage, parameter (`$sites`,
 * text `sites`) or cluster fact (`$cluster.gateway`, text `gateway`). `text` is the decoded text (without quotes, escapes resolved).
 * A `parameter` may stand wherever a value or a name may; the compiler substitutes it and re-reads the form.
 */
export interface Word {
  readonly form:
    "name" | "string" | "number" | "quantity" | "duration" | "rate" | "percent" | "parameter" | "fact" | "address"; // 10.0.0.1, 10.0.0.0/8, fd00::1/64, a dotted version 1.30.2
  readonly text: string;
  readonly span: Span;
}

export interface Comment {
  /** With its `//`. */
  readonly text: string;
  readonly span: Span;
}

export type CompareOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** `where` and `accepts`: a boolean over labels, features, resources. Lists of operands have at least two entries. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly operands: readonly Condition[]; readonly span: Span }
  | { readonly kind: "not"; readonly operand: Condition; readonly span: Span }
  | { readonly kind: "has"; readonly key: Word; readonly span: Span }
  | {
      readonly kind: "compare";
      readonly key: Word;
      readonly operator: CompareOperator;
      readonly value: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "in";
      readonly key: Word;
      readonly values: readonly Word[];
      readonly negated: boolean;
      readonly span: Span;
    };

/** `amf`, `core.amf` (a workload), or `app core5g`. */
export interface TargetItem {
  readonly kind: "workload" | "app";
  readonly name: Word;
  readonly span: Span;
}

/** Wherever workloads are named: `amf, smf`, `app core5g except upf`. */
export interface Target {
  readonly items: readonly TargetItem[];
  readonly except: readonly Word[];
  readonly span: Span;
}

/** `cpu 4`, `nvidia.com/gpu 2`. */
export interface Amount {
  readonly resource: Word;
  readonly amount: Word;
  readonly span: Span;
}

/** `key = value`; `value` absent for a bare word (`sriov`). */
export interface KeyValue {
  readonly key: Word;
  readonly value: Word;
  readonly span: Span;
}

// ---- data blocks: `patch`, `intent NAME` ------------------------------------------------------------------------------------

export type DataValue =
  | { readonly kind: "block"; readonly entries: readonly DataEntry[]; readonly span: Span }
  | { readonly kind: "list"; readonly items: readonly DataValue[]; readonly span: Span }
  | { readonly kind: "word"; readonly word: Word; readonly span: Span };

/** `key = value` or `key { … }`. */
export interface DataEntry {
  readonly key: Word;
  readonly value: DataValue;
  readonly span: Span;
}

// ---- placement ----------------------------------------------------------------------------------------------------------------

/** `on …` of `run`. */
export type OnClause =
  /** `on each`, `on each of a, b`. */
  | { readonly kind: "on"; readonly mode: "each"; readonly of: readonly Word[]; readonly span: Span }
  /** `on 2 clusters`. */
  | { readonly kind: "on"; readonly mode: "count"; readonly count: Word; readonly span: Span }
  /** `on paris, lyon then nice`: choices in order, each a set of clusters or groups. */
  | {
      readonly kind: "on";
      readonly mode: "choices";
      readonly choices: readonly (readonly Word[])[];
      readonly span: Span;
    }
  /** `on paris weight 3, lyon weight 1`. */
  | {
      readonly kind: "on";
      readonly mode: "shares";
      readonly shares: readonly { readonly cluster: Word; readonly weight: Word }[];
      readonly span: Span;
    };

export type RunClause =
  | { readonly kind: "where"; readonly condition: Condition; readonly span: Span }
  | OnClause
  | { readonly kind: "spread"; readonly key: Word; readonly max?: Word; readonly span: Span }
  /** Without `within` the wish is soft: it counts in the latency term. */
  | { readonly kind: "near"; readonly target: Target; readonly within?: Word; readonly span: Span }
  | { readonly kind: "with"; readonly target: Target; readonly span: Span }
  /** `apart from amf by zone`; without `by`: by cluster. */
  | { readonly kind: "apart"; readonly target: Target; readonly by?: Word; readonly span: Span }
  | { readonly kind: "needs"; readonly amounts: readonly Amount[]; readonly span: Span }
  /** `in CONTAINER`: which container of the pod gets the requests of `needs` and `where`. */
  | { readonly kind: "container"; readonly name: Word; readonly span: Span }
  /** `survive 1 cluster keeping 2`. `unit` is `cluster`, `zone`, … in the singular. */
  | {
      readonly kind: "survive";
      readonly count: Word;
      readonly unit: Word;
      readonly keeping?: Word;
      readonly span: Span;
    }
  | { readonly kind: "optional"; readonly span: Span }
  | { readonly kind: "priority"; readonly value: Word; readonly span: Span }
  | { readonly kind: "prefer"; readonly condition: Condition; readonly weight?: Word; readonly span: Span }
  | { readonly kind: "tolerates"; readonly taints: readonly Word[]; readonly span: Span };

// ---- traffic --------------------------------------------------------------------------------------------------------------------

export type Peer =
  | { readonly kind: "target"; readonly target: Target; readonly span: Span }
  | { readonly kind: "anywhere" | "internet" | "kubernetes"; readonly span: Span }
  | { readonly kind: "range"; readonly cidr: Word; readonly span: Span }
  /** `pods (app = prometheus) in monitoring`; several namespaces as a list; no labels: every pod. */
  | { readonly kind: "pods"; readonly labels: readonly KeyValue[]; readonly namespace: Word; readonly span: Span };

/** `on sbi`, `on 443`, `on 8805/udp`, `on 8000-8010`. */
export interface PortSpec {
  /** A port's name, or its number. */
  readonly port: Word;
  /** The end of a range, inclusive. */
  readonly end?: Word;
  readonly protocol?: Word;
  readonly span: Span;
}

/** The optional ending of `set`, `configure`, `patch` and `object`: `on CLUSTERS where CONDITION` (`on each` means every one). */
export interface Scope {
  readonly clusters: readonly Word[];
  readonly condition?: Condition;
  readonly span: Span;
}

// ---- statements -----------------------------------------------------------------------------------------------------------------

export type Statement =
  | { readonly kind: "use"; readonly path: Word; readonly span: Span }
  | { readonly kind: "param"; readonly name: Word; readonly value: Word; readonly span: Span }
  | { readonly kind: "cluster"; readonly name: Word; readonly entries: readonly ClusterEntry[]; readonly span: Span }
  | { readonly kind: "clusters-from"; readonly path: Word; readonly span: Span }
  | {
      readonly kind: "group";
      readonly name: Word;
      readonly condition?: Condition;
      readonly members: readonly Word[];
      readonly span: Span;
    }
  | {
      readonly kind: "link";
      readonly a: Word;
      readonly b: Word;
      readonly latency?: Word;
      readonly rate?: Word;
      readonly span: Span;
    }
  | { readonly kind: "fleet"; readonly entries: readonly FleetEntry[]; readonly span: Span }
  | {
      readonly kind: "app";
      readonly name: Word;
      readonly cloud?: Word;
      readonly namespace?: Word;
      readonly entries: readonly AppEntry[];
      readonly span: Span;
    }
  | { readonly kind: "cloud"; readonly name: Word; readonly entries: readonly CloudEntry[]; readonly span: Span }
  | {
      readonly kind: "run";
      readonly target: Target;
      readonly count?: Word;
      readonly clauses: readonly RunClause[];
      readonly span: Span;
    }
  | {
      readonly kind: "forbid";
      readonly target: Target;
      readonly condition?: Condition;
      readonly clusters: readonly Word[];
      readonly span: Span;
    }
  | { readonly kind: "minimize"; readonly terms: readonly Word[]; readonly span: Span }
  | { readonly kind: "move"; readonly target: Target; readonly span: Span }
  | {
      readonly kind: "allow";
      readonly from: readonly Peer[];
      readonly to: readonly Peer[];
      readonly both: boolean; // `<->`
      readonly ports: readonly PortSpec[];
      readonly over?: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "deny";
      readonly from: readonly Peer[];
      readonly to: readonly Peer[];
      readonly both: boolean;
      readonly ports: readonly PortSpec[];
      readonly span: Span;
    }
  | {
      readonly kind: "isolate";
      readonly target: Target;
      readonly direction: "both" | "ingress" | "egress";
      readonly span: Span;
    }
  | { readonly kind: "network"; readonly name: Word; readonly entries: readonly NetworkEntry[]; readonly span: Span }
  | {
      readonly kind: "attach";
      readonly target: Target;
      readonly network: Word;
      readonly address?: Word;
      readonly interfaceName?: Word;
      readonly span: Span;
    }
  | { readonly kind: "chain"; readonly stops: readonly Peer[]; readonly span: Span }
  | {
      readonly kind: "expose";
      readonly target: Target;
      readonly port?: PortSpec;
      readonly as?: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "mesh";
      readonly app: Word;
      readonly settings: readonly { readonly key: Word; readonly value: Word; readonly span: Span }[];
      readonly span: Span;
    }
  | {
      readonly kind: "connect";
      readonly from: readonly Word[];
      readonly to: readonly Word[];
      readonly encrypted: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: "set";
      readonly target: Target;
      readonly key: Word;
      readonly value: Word;
      readonly scope?: Scope;
      readonly span: Span;
    }
  | {
      readonly kind: "configure";
      readonly target: Target;
      readonly path: Word;
      readonly from: Word;
      readonly scope?: Scope;
      readonly span: Span;
    }
  | {
      readonly kind: "patch";
      readonly target: Target;
      readonly data: DataValue;
      readonly scope?: Scope;
      readonly span: Span;
    }
  | { readonly kind: "object"; readonly path: Word; readonly scope?: Scope; readonly span: Span }
  | {
      readonly kind: "scale";
      readonly target: Target;
      readonly min: Word;
      readonly max: Word;
      readonly metrics: readonly Amount[];
      readonly span: Span;
    }
  | {
      readonly kind: "monitor";
      readonly target: Target;
      readonly port?: PortSpec;
      readonly every?: Word;
      readonly span: Span;
    }
  | {
      readonly kind: "start";
      readonly target: Target;
      readonly after: Target;
      readonly condition: Word;
      readonly span: Span;
    }
  | { readonly kind: "roll-out"; readonly target?: Target; readonly count: Word; readonly span: Span }
  | { readonly kind: "intent"; readonly name: Word; readonly data: DataValue; readonly span: Span }
  | { readonly kind: "expect"; readonly expectation: Expectation; readonly span: Span };

export type NetworkEntry =
  | { readonly kind: "cidr"; readonly cidr: Word; readonly span: Span }
  /** `macvlan on eth1`, `ovn`, `sriov on …`. */
  | { readonly kind: "driver"; readonly driver: Word; readonly device?: Word; readonly span: Span }
  | { readonly kind: "vlan" | "gateway"; readonly value: Word; readonly span: Span }
  | {
      readonly kind: "routes";
      readonly routes: readonly { readonly to: Word; readonly via?: Word; readonly span: Span }[];
      readonly span: Span;
    };

export type Expectation =
  /** `expect upf on paris`, with `not` before `on` when negated. */
  | {
      readonly kind: "placed-on";
      readonly target: Target;
      readonly negated: boolean;
      readonly clusters: readonly Word[];
    }
  | { readonly kind: "near"; readonly target: Target; readonly of: Target; readonly within: Word }
  | {
      readonly kind: "reach";
      readonly from: Peer;
      readonly to: Peer;
      readonly negated: boolean;
      readonly ports: readonly PortSpec[];
    }
  /** `expect all placed without paris`; no target means all. */
  | { readonly kind: "placed"; readonly target?: Target; readonly without: readonly Word[] }
  | { readonly kind: "objective"; readonly term: Word; readonly operator: CompareOperator; readonly value: Word };

export type StatementKind = Statement["kind"];

/** One file's tree. Parsing always yields one; a statement with a syntax error is left out of it. */
export interface Tree {
  readonly file: string;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly text: string;
}
