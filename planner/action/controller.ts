// The one public interface of action controllers: intents and a placement in, objects out. Built-in controllers use nothing that a
// user's own (an npm module, or a program on standard streams: everything here is JSON) could not.
import type { Ir, KubernetesObject, ObjectKey } from "../../compiler/index.ts";
import type { Diagnostic, Span } from "../../grammar/index.ts";

/** Where one workload runs: replicas by cluster name; only clusters with at least one. */
export type PlacedReplicas = Readonly<Record<string, Readonly<Record<string, number>>>>; // workload id → cluster → replicas

/** An object on its way to one cluster, with the reason that brought it there. */
export interface PlacedObject {
  readonly key: ObjectKey;
  readonly object: KubernetesObject;
  readonly app: string;
  /** Workload ids that need it on this cluster; empty for what belongs to the app as a whole. */
  readonly for: readonly string[];
  /** `travels with amf`, `allow amf -> smf`: for people. */
  readonly because: string;
  /** The words that `because` speaks of. */
  readonly span?: Span;
}

/** Objects of every cluster, by cluster name. */
export type Objects = Readonly<Record<string, readonly PlacedObject[]>>;

export interface ActionInput {
  readonly ir: Ir;
  readonly placed: PlacedReplicas;
  readonly objects: Objects;
}

export interface ActionOutput {
  readonly objects: Objects;
  readonly diagnostics: readonly Diagnostic[];
}

/** A pure function with a name. `planner/action/index.ts` holds the ordered list, each with why it stands there. */
export interface ActionController {
  readonly name: string;
  readonly expand: (input: ActionInput) => ActionOutput;
}
