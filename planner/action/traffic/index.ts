// The traffic controller: `allow`, `deny` and `isolate` become NetworkPolicies that hold exactly that, within each cluster. It must not
// know how a placement was found.
import type { Ir, KubernetesObject, Workload } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import type { ActionController, ActionInput, ActionOutput, Objects, PlacedObject } from "../controller.ts";
import { changedAt } from "../edit.ts";
import { podPath } from "../pod-template.ts";
import { presentOn } from "../present.ts";
import { changeWorkloads, everywhereAlike, type WorkloadChange } from "../workload-objects.ts";
import { checkAcross } from "./across.ts";
import { outermost, readBlock } from "./address.ts";
import { checkStatements } from "./checks.ts";
import { policiesOfCluster, type Program } from "./cluster-policies.ts";
import { everywhere } from "./deny.ts";
import { WORKLOAD_LABEL, identities as identitiesOf, type Identity } from "./identity.ts";
import { covers, ofClusterNetwork, ordersOf, type LabelledPods } from "./statements.ts";

export const traffic: ActionController = { name: "traffic", expand: writePolicies };

function writePolicies(input: ActionInput): ActionOutput {
  const { ir, placed } = input;
  if (ir.traffic.length === 0 && ir.isolates.length === 0) return { objects: input.objects, diagnostics: [] };
  const identities = identitiesOf(ir.workloads, namedInTraffic(ir));
  const orders = ordersOf(ir, identities);
  const diagnostics: Diagnostic[] = [...checkStatements(ir, identities, orders), ...checkAcross(ir, placed)];
  const program: Program = {
    ir,
    identities,
    orders,
    fleetwide: everywhere(ir, identities),
    taken: namesTaken(ir),
    made: new Map(),
    compared: new Map(),
    say: (diagnostic) => diagnostics.push(diagnostic),
  };
  const objects = addPolicies(program, labelTemplates(input, identities), placed);
  return { objects, diagnostics };
}

/** Whether some policy will name the workload: as an end of a statement, by labels, or because it is isolated. */
function namedInTraffic(ir: Ir): (workload: Workload) => boolean {
  const ids = new Set(ir.isolates.map((i) => i.workload));
  const labels: LabelledPods[] = [];
  const ends = ofClusterNetwork(ir).flatMap(({ from, to }) => [from, to]);
  for (const end of [...ends, ...ir.fleet.dns]) {
    if (end.kind === "workload") ids.add(end.workload);
    if (end.kind === "pods") labels.push(end);
  }
  const written = identitiesOf(ir.workloads, () => false);
  return ({ id }) => ids.has(id) || labels.some((end) => covers(end, written.get(id)!));
}

function namesTaken(ir: Ir): Program["taken"] {
  const names = new Set<string>();
  for (const app of ir.apps) {
    for (const { object } of app.objects) {
      if (object.kind === "NetworkPolicy")
        names.add(`${object.metadata.namespace ?? app.namespace}/${object.metadata.name}`);
    }
  }
  return (namespace, name) => names.has(`${namespace}/${name}`);
}

/** The label that tells pods apart goes into the template, never into the selector, which can not change once it is applied. */
function labelTemplates(input: ActionInput, identities: ReadonlyMap<string, Identity>): Objects {
  const made = new Map<KubernetesObject, KubernetesObject>();
  const change: WorkloadChange = (workload, object) => {
    const identity = identities.get(workload.id);
    const path = podPath(workload.kind);
    if (identity?.added !== true || path === undefined) return object;
    let changed = made.get(object);
    if (changed === undefined) {
      changed = changedAt(object, [...path, "metadata", "labels", WORKLOAD_LABEL], () => identity.name);
      made.set(object, changed);
    }
    return changed;
  };
  return changeWorkloads(input, change, everywhereAlike);
}

/** Clusters that run the same, with the same policies of files and the same API server, have the same policies. */
function addPolicies(program: Program, objects: Objects, placed: ActionInput["placed"]): Objects {
  const clusters = new Map(program.ir.fleet.clusters.map((cluster) => [cluster.name, cluster]));
  const present = presentOn({ ir: program.ir, placed });
  const asksForApi = ofClusterNetwork(program.ir).some(
    (t) => t.from.kind === "kubernetes" || t.to.kind === "kubernetes",
  );
  const policies = new Map<string, readonly PlacedObject[]>();
  const lists = new Map<readonly PlacedObject[], Map<readonly PlacedObject[], readonly PlacedObject[]>>();
  const result: Record<string, readonly PlacedObject[]> = {};
  for (const [name, list] of Object.entries(objects)) {
    const here = present.get(name) ?? [];
    const inFiles = list.filter((placedObject) => placedObject.object.kind === "NetworkPolicy");
    const api = asksForApi ? (clusters.get(name)?.apiAddresses ?? []) : [];
    const key = JSON.stringify([here.join(), api, inFiles.map((p) => p.key)]);
    let made = policies.get(key);
    if (made === undefined) {
      const ids = new Set(here.map((number) => program.ir.workloads[number]!.id));
      policies.set(key, (made = policiesOfCluster(program, ids, blocksOf(api), inFiles)));
    }
    let variants = lists.get(list);
    if (variants === undefined) lists.set(list, (variants = new Map()));
    const known = variants.get(made);
    result[name] = known ?? withPolicies(list, made);
    if (known === undefined) variants.set(made, result[name]);
  }
  return result;
}

const blocksOf = (texts: readonly string[]) => outermost(texts.flatMap((text) => readBlock(text) ?? []));

/** Policies stand after the namespaces that they are in and before the pods that they protect. */
function withPolicies(list: readonly PlacedObject[], policies: readonly PlacedObject[]): readonly PlacedObject[] {
  if (policies.length === 0) return list;
  const first = list.findIndex((p) => p.object.kind !== "Namespace" && p.object.kind !== "CustomResourceDefinition");
  const at = first < 0 ? list.length : first;
  return [...list.slice(0, at), ...policies, ...list.slice(at)];
}
