// Writes what intents reserve (`needs`, bounds that must hold) into the pods' requests, so that the kube-scheduler counts what the
// planner counted. It must not know nodes.
import {
  baseUnits,
  formatAmount,
  manifestAmount,
  readQuantity,
  type KubernetesObject,
  type RunIr,
  type Workload,
} from "../../compiler/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import type { ActionController, ActionInput, ActionOutput } from "./controller.ts";
import { actionDiagnostics } from "./diagnostics.ts";
import { isMap, listAt, valueAt, type Json } from "./edit.ts";
import { podSpecOf, podPath, withPodSpec } from "./pod-template.ts";
import { changeWorkloads, everywhereAlike } from "./workload-objects.ts";

export const requests: ActionController = { name: "requests", expand: writeRequests };

function writeRequests(input: ActionInput): ActionOutput {
  const diagnostics: Diagnostic[] = [];
  const runs = new Map(input.ir.runs.map((run) => [run.workload, run]));
  const made = new Map<KubernetesObject, KubernetesObject>();
  const runtimeClasses = input.ir.apps.flatMap((app) =>
    app.objects.map((o) => o.object).filter((object) => object.kind === "RuntimeClass"),
  );
  const objects = changeWorkloads(
    input,
    (workload, object) => {
      const run = runs.get(workload.id);
      if (run === undefined || run.reservations.length === 0) return object;
      let changed = made.get(object);
      if (changed === undefined) {
        const result = withReservations(workload, run, object, runtimeClasses);
        diagnostics.push(...result.diagnostics);
        made.set(object, (changed = result.object));
      }
      return changed;
    },
    everywhereAlike,
  );
  return { objects, diagnostics };
}

function withReservations(
  workload: Workload,
  run: RunIr,
  object: KubernetesObject,
  runtimeClasses: readonly KubernetesObject[],
) {
  const diagnostics: Diagnostic[] = [];
  let changed = object;
  for (const reservation of largest(run.reservations)) {
    const { resource, span } = reservation;
    // What the manifest asks for already covers it: nothing is raised, and nothing is lowered.
    if ((run.demand[resource] ?? 0) <= (workload.demand[resource] ?? 0) || resource === "pods") continue;
    const shown = formatAmount(resource, reservation.amount);
    // The demand of a kind without pods of its own (`VirtualMachine/firewall needs cpu 4`) is a statement to the planner alone.
    if (podPath(workload.kind) === undefined) continue;
    const spec = podSpecOf(workload.kind, changed);
    const containers = listAt(spec, ["containers"]);
    const named = containers.length === 1 ? 0 : containers.findIndex((c) => c["name"] === reservation.container);
    if (named < 0) {
      const names = containers.map((c) => `\`${String(c["name"])}\``).join(", ");
      diagnostics.push(actionDiagnostics.make["container-not-named"](span, [workload.name, shown, resource, names]));
      continue;
    }
    const own = workload.containers.map((c) => c.requests[resource] ?? 0);
    const together = own.reduce((sum, amount) => sum + amount, 0) + ofSidecars(spec, resource);
    const missing = (run.demand[resource] ?? 0) - overheadOf(spec, resource, runtimeClasses) - together;
    if (missing <= 0) continue;
    changed = withPodSpec(workload.kind, changed, ["containers"], (list) =>
      (list as readonly Json[]).map((c, i) => (i === named ? withRequest(c, resource, (own[i] ?? 0) + missing) : c)),
    );
  }
  return { object: changed, diagnostics };
}

/** The largest reservation of each resource, resources sorted; the first of equals, one that names a container before others. */
function largest(reservations: RunIr["reservations"]): RunIr["reservations"] {
  const best = new Map<string, RunIr["reservations"][number]>();
  for (const reservation of reservations) {
    const known = best.get(reservation.resource);
    const better =
      known === undefined ||
      reservation.amount > known.amount ||
      (reservation.amount === known.amount && known.container === undefined && reservation.container !== undefined);
    if (better) best.set(reservation.resource, reservation);
  }
  return [...best.values()].sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

/** Init containers that go on running beside the others. One without a request for something has its limit as one. */
function ofSidecars(spec: Json, resource: string): number {
  const sidecars = listAt(spec, ["initContainers"]).filter((container) => container["restartPolicy"] === "Always");
  const amount = (sidecar: Json) =>
    amountOf(valueAt(sidecar, ["resources", "requests", resource]), resource) ??
    amountOf(valueAt(sidecar, ["resources", "limits", resource]), resource);
  return sidecars.reduce((sum, sidecar) => sum + (amount(sidecar) ?? 0), 0);
}

/** What the pod's sandbox takes: its own word, or that of its RuntimeClass, which the API server copies into it. */
function overheadOf(spec: Json, resource: string, runtimeClasses: readonly KubernetesObject[]): number {
  const runtimeClass = runtimeClasses.find((object) => object.metadata.name === spec["runtimeClassName"]);
  const amount = isMap(spec["overhead"])
    ? spec["overhead"][resource]
    : valueAt(runtimeClass, ["overhead", "podFixed", resource]);
  return amountOf(amount, resource) ?? 0;
}

function amountOf(value: unknown, resource: string): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const quantity = readQuantity(String(value));
  return quantity.ok ? Number(baseUnits(resource, quantity.value)) : undefined;
}

/** Kubernetes does not overcommit what is counted in pieces, nor huge pages: their limits are their requests. */
const neverOvercommitted = (resource: string): boolean =>
  resource.startsWith("hugepages-") || (resource.includes("/") && !resource.startsWith("kubernetes.io/"));

function withRequest(container: Json, resource: string, amount: number): Json {
  const quantity = manifestAmount(resource, amount);
  const resources: Json = isMap(container["resources"]) ? container["resources"] : {};
  const limits: Json = isMap(resources["limits"]) ? resources["limits"] : {};
  const limit = amountOf(limits[resource], resource);
  const raised = neverOvercommitted(resource) || (limit !== undefined && limit < amount);
  return {
    ...container,
    resources: {
      ...resources,
      requests: { ...(isMap(resources["requests"]) ? resources["requests"] : {}), [resource]: quantity },
      ...(raised ? { limits: { ...limits, [resource]: quantity } } : {}),
    },
  };
}
