// What a random program is drawn from before it becomes text: clusters, workloads, and a hidden placement that most clauses agree with.
// It must not know the compiler or the planner.

export interface SketchPool {
  readonly name: string;
  readonly count: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly gpu: number;
  readonly taint: string | undefined;
  /** Filled in when the load of the hidden placement is known: milli-CPU and MiB of one node, foreign pods taken off. */
  cpu: number;
  memory: number;
  /** Milli-CPU of pods of others on each node, already taken off `cpu`. */
  foreign: number;
}

export interface SketchCluster {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly features: readonly string[];
  readonly pools: SketchPool[];
  readonly price: number | undefined;
  accepts: string | undefined;
}

export type SketchKind = "inline" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job";

export interface SketchWorkload {
  readonly name: string;
  readonly kind: SketchKind;
  /** Replicas of one whole copy. */
  readonly replicas: number;
  /** One pod, the larger of what its manifest and its clauses ask: milli-CPU and MiB. */
  cpu: number;
  memory: number;
  readonly gpu: number;
  readonly properties: Readonly<Record<string, string>>;
  /** What its manifest is about: `init`, `sidecar`, `anti-affinity`, `spread`, `affinity`, `host-port`, `tolerates`, `selector`, `claim`, … */
  readonly traits: readonly string[];
  readonly spreading: "copies" | "each" | "divided";
  readonly counted: boolean;
  /** The hidden placement: replicas by cluster. */
  readonly hidden: Record<string, number>;
  /** The pool of the hidden placement, by its name. */
  readonly pool: string;
  readonly clauses: string[];
}

export interface Facts {
  /** Every clause, statement and kind of pod that occurs, by name. */
  readonly clauses: readonly string[];
  /** Share of all CPU that the required pods of the hidden placement need. */
  readonly fullness: number;
  /** Whether something was said against the hidden placement on purpose. */
  readonly reckless: boolean;
  /** Pods of others, for those who build real nodes: milli-CPU of each node of a pool, beyond what the fleet file offers. */
  readonly foreign: readonly { readonly cluster: string; readonly pool: string; readonly cpu: number }[];
}

/** A condition in words, with its truth on a cluster (any pool of it). */
/** Milliseconds between clusters; Infinity without a path. */
export type SketchDistance = (a: string, b: string) => number;
