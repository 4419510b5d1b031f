// The action side of the planner: a placement in, the objects of every cluster out. It must not know how the placement was found,
// what runs in the clusters, or how objects get there.
import type { Ir } from "../../compiler/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import { affinity } from "./affinity/index.ts";
import { base } from "./base.ts";
import type { ActionController, ActionOutput, Objects, PlacedReplicas } from "./controller.ts";
import { replicas } from "./replicas.ts";
import { requests } from "./requests.ts";
import { traffic } from "./traffic/index.ts";

export type {
  ActionController,
  ActionInput,
  ActionOutput,
  Objects,
  PlacedObject,
  PlacedReplicas,
} from "./controller.ts";
export { actionDiagnostics } from "./diagnostics.ts";
export {
  canReach,
  podOf,
  reachability,
  type Reachability,
  type ReachAddress,
  type ReachEnd,
  type ReachPod,
  type ReachQuery,
  type Verdict,
} from "./reachability.ts";

/** Every built-in action controller, in the order in which they work. */
export const actionControllers: readonly ActionController[] = [
  base, // first: it brings the objects that all others change or add to
  replicas, // how many of them: the plan's own decision, before any intent changes what one is
  requests, // what one of them needs: reservations that the placement counted on
  affinity, // where within the cluster: after the requests, which already keep pods off the nodes that are too small
  traffic, // last: its policies must select the pods as they finally are, and it reads the policies that files bring
];

/**
 * Expands a placement into the objects of each cluster (by cluster name, sorted). Objects that no intent changes are the very objects
 * of the IR, and clusters that run the same share their lists.
 */
export function expand(ir: Ir, placed: PlacedReplicas): ActionOutput {
  const diagnostics: Diagnostic[] = [];
  let objects: Objects = {};
  for (const controller of actionControllers) {
    const output = controller.expand({ ir, placed, objects });
    objects = output.objects;
    diagnostics.push(...output.diagnostics);
  }
  return { objects, diagnostics: distinct(diagnostics) };
}

/** What is true of many clusters is said once. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const { code, message, span } = diagnostic;
    const identity = JSON.stringify([code, message, span?.file, span?.start]);
    return !seen.has(identity) && seen.add(identity);
  });
}
