// Writes the number of replicas that the plan decided on. It must not decide any.
import type { KubernetesObject, Workload } from "../../compiler/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import type { ActionController, ActionInput, ActionOutput } from "./controller.ts";
import { actionDiagnostics } from "./diagnostics.ts";
import { changedAt } from "./edit.ts";
import { changeWorkloads } from "./workload-objects.ts";

export const replicas: ActionController = { name: "replicas", expand: setReplicas };

const COUNTED = new Set<Workload["kind"]>(["Deployment", "StatefulSet", "ReplicaSet"]);

/**
 * A manifest is changed only where the plan's count is another than its own. Where an autoscaler gives the count nothing is written: the
 * plan holds room for its least, and every apply would otherwise set back what it decided.
 */
function setReplicas(input: ActionInput): ActionOutput {
  const diagnostics: Diagnostic[] = [];
  const runs = new Map(input.ir.runs.map((run) => [run.workload, run]));
  const made = new Map<KubernetesObject, Map<number, KubernetesObject>>();
  const objects = changeWorkloads(input, (workload, object, cluster) => {
    const wanted = input.placed[workload.id]?.[cluster];
    if (wanted === undefined || wanted === workload.replicas || workload.perNode) return object;
    if (workload.autoscaler !== undefined) return object;
    if (!COUNTED.has(workload.kind)) {
      const span = runs.get(workload.id)?.spreading.span ?? workload.span;
      const parameters = [workload.name, object.kind, wanted, workload.replicas] as [string, string, number, number];
      diagnostics.push(actionDiagnostics.make["replicas-not-settable"](span, parameters));
      return object;
    }
    let counts = made.get(object);
    if (counts === undefined) made.set(object, (counts = new Map()));
    const changed = counts.get(wanted) ?? changedAt(object, ["spec", "replicas"], () => wanted);
    counts.set(wanted, changed);
    return changed;
  });
  return { objects, diagnostics };
}
