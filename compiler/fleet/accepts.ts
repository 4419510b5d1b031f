// What a site's owner accepts, and who answers DNS: the parts of the fleet that speak of workloads, resolved once these are known.
// It must not know placement.
import type { Condition, Diagnostic, Phase, Word } from "../../grammar/index.ts";
import { comparesAs } from "../conditions/compare.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster, ConditionIr, Fleet, PeerIr, Workload } from "../ir.ts";
import type { Names } from "../reading/targets.ts";
import { resolvePeers } from "../traffic/peers.ts";
import type { ReadFleet } from "./fleet.ts";

/** Where cluster DNS runs unless the fleet says otherwise. */
const CLUSTER_DNS: PeerIr = { kind: "pods", labels: { "k8s-app": "kube-dns" }, namespace: "kube-system" };

export function completeFleet({ fleet, dns, accepts }: ReadFleet, names: Names): Phase<Fleet> {
  const diagnostics: Diagnostic[] = [];
  const say = (d: Diagnostic) => void diagnostics.push(d);
  const properties = propertiesOf([...names.workloads.values()]);
  const peers = resolvePeers(dns, names, say).peers.map((p) => p.peer);
  const clusters = fleet.clusters.map((cluster): Cluster => {
    const conditions = accepts.get(cluster.name) ?? [];
    const resolved = conditions.map((c) => resolveAccepts(c, properties, names, say));
    const [first] = resolved;
    if (first === undefined) return cluster;
    return {
      ...cluster,
      accepts: resolved.length === 1 ? first : { kind: "and", operands: resolved, span: cluster.span },
    };
  });
  return { value: { ...fleet, clusters, dns: peers.length === 0 ? [CLUSTER_DNS] : peers }, diagnostics };
}

type Properties = ReadonlyMap<string, ReadonlySet<string>>;

function propertiesOf(workloads: readonly Workload[]): Properties {
  const found = new Map<string, Set<string>>();
  for (const workload of workloads) {
    for (const [key, value] of Object.entries(workload.properties)) {
      const values = found.get(key);
      if (values === undefined) found.set(key, new Set([value]));
      else values.add(value);
    }
  }
  return found;
}

/** Atoms are labels on the `cluster` level of the IR, read over the workload's properties; a bare word is `= true`. */
function resolveAccepts(
  condition: Condition,
  properties: Properties,
  names: Names,
  say: (d: Diagnostic) => void,
): ConditionIr {
  const { span } = condition;
  const known = (key: Word) => {
    if (properties.has(key.text) || properties.size === 0) return;
    const near = names.suggest(key.text, properties.keys());
    say(diagnose["unknown-property"](key.span, [key.text], near === undefined ? {} : propose(key, near)));
  };
  switch (condition.kind) {
    case "and":
    case "or":
      return {
        kind: condition.kind,
        operands: condition.operands.map((o) => resolveAccepts(o, properties, names, say)),
        span,
      };
    case "not":
      return { kind: "not", operand: resolveAccepts(condition.operand, properties, names, say), span };
    case "has":
      known(condition.key);
      return {
        kind: "label",
        level: "cluster",
        key: condition.key.text,
        operator: "=",
        value: "true",
        comparesAs: "text",
        span,
      };
    case "compare": {
      known(condition.key);
      const { key, operator, value } = condition;
      const values = [...(properties.get(key.text) ?? []), value.text];
      const as = comparesAs(key.text, values);
      if (as === "text" && operator !== "=" && operator !== "!=")
        say(diagnose["no-order"](key.span, [key.text, [...new Set(values)].sort()]));
      return { kind: "label", level: "cluster", key: key.text, operator, value: value.text, comparesAs: as, span };
    }
    case "in": {
      known(condition.key);
      const values = [...new Set(condition.values.map((v) => v.text))].sort();
      const key = condition.key.text;
      if (!condition.negated) return { kind: "label-in", level: "cluster", key, values, span };
      const operands = values.map((value): ConditionIr => ({
        kind: "label",
        level: "cluster",
        key,
        operator: "!=",
        value,
        comparesAs: "text",
        span,
      }));
      return operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: "and", operands, span };
    }
  }
}
