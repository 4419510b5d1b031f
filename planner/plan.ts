// The Plan: complete, versioned data between planning and applying (DESIGN.md, `placet.plan/v1`). Apply does what it says and
// nothing else. It must not know how it was made or how it is carried out.
import type { KubernetesObject } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type { TermProof } from "./proof.ts";

export type PlanStatus = "optimal" | "feasible" | "infeasible" | "unknown";

export interface PlacedWorkload {
  readonly app: string;
  readonly workload: string;
  readonly cluster: string;
  readonly replicas: number;
}

export type ChangeAction = "create" | "update" | "replace" | "delete" | "none";

/** One difference of a field between what is there and what will be: its path (see `diff.ts`), before, after (absent: not there). */
export interface FieldChange {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** One object's change on one cluster, with the identity of what it will change. */
export interface Change {
  readonly cluster: string;
  readonly action: ChangeAction;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** uid and resourceVersion of the live object when planned; absent for `create`. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly fields: readonly FieldChange[];
  /** App that the object belongs to, and the workloads (`app/workload`) that need it there: kept in the inventory, and what waits for what. */
  readonly app?: string;
  readonly for?: readonly string[];
  /** The live object is not ours yet and is taken over, as `--adopt` asked. */
  readonly adopts?: boolean;
  /** Why, in the user's words: `run upf where gpu (core.intent:3)`. */
  readonly because?: string;
  /** For `replace`: the path that can not change in place. */
  readonly forcedBy?: string;
  /** Known only after apply (a kind whose CRD is created in the same plan, a namespace that does not exist yet). */
  readonly deferred?: boolean;
}

/** A workload whose replicas leave or come to a cluster, and why. */
export interface Move {
  readonly app: string;
  readonly workload: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly replicas: number;
  readonly because: string;
}

/** What a target said about a cluster when the plan was made. */
export interface ClusterState {
  readonly cluster: string;
  readonly target: "directory" | "kubernetes";
  readonly context?: string;
  /** `unknown`: it could not be read; nothing is planned for it and nothing on it counts as absent. */
  readonly state: "known" | "unknown";
  /** uid of kube-system, so that a re-pointed context is refused. */
  readonly identity?: string;
  /** Version of the inventory that the plan was made against. */
  readonly inventory?: string;
  readonly problem?: string;
}

/** Why a workload is where it is: what held it there and, for each other cluster, what ruled it out or what it would have cost. */
export interface Reason {
  readonly app: string;
  readonly workload: string;
  readonly cluster: string;
  readonly because: string;
}

export interface Usage {
  readonly cluster: string;
  /** By resource: used by this plan, and what there is (base units, reserve taken off). */
  readonly resources: Readonly<Record<string, { readonly used: number; readonly capacity: number }>>;
}

export interface Plan {
  readonly format: "placet.plan/v1";
  readonly status: PlanStatus;
  readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
  readonly gap: number;
  /** By term of the objective: how its bound is proven, with prices that `verifyProof` adds up again from the program alone. */
  readonly proof?: readonly TermProof[];
  readonly solver: string;
  readonly placements: readonly PlacedWorkload[];
  readonly unplaced: readonly PlacedWorkload[];
  readonly reasons: readonly Reason[];
  readonly moves: readonly Move[];
  readonly usage: readonly Usage[];
  readonly manifests: Readonly<Record<string, readonly KubernetesObject[]>>;
  readonly changes: readonly Change[];
  readonly clusters: readonly ClusterState[];
  /** Creation order of workloads (`app/workload`) on each cluster: the order in which the packing is proven to hold. */
  readonly order: Readonly<Record<string, readonly string[]>>;
  /** What was asked, relative to the project's root: a saved plan re-reads its Secrets from here, and nothing else. */
  readonly request: {
    /** The project's root, relative to the directory in which the plan was made. */
    readonly root: string;
    readonly paths: readonly string[];
    readonly with: readonly string[];
    readonly without: readonly string[];
    readonly set: Readonly<Record<string, string>>;
  };
  /** In a saved plan: a slow digest over every Secret value that was taken out of it, so that what is read again can be verified. */
  readonly secrets?: string;
  /** SHA-256 of everything that was read. */
  readonly inputs: string;
  /** Digest of what was asked of the planner and of where it put everything: kept where the plan is applied. Absent: it decided nothing. */
  readonly decision?: string;
  readonly diagnostics: readonly Diagnostic[];
}
