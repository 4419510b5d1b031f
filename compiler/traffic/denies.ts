// Takes what a `deny` names out of every `allow` that was written for a list or an app, and says where that can not be done.
// The `deny` itself stays: it closes the ingress of what it names. It must not know how rules were written.
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { PeerIr, TrafficIr, Workload } from "../ir.ts";
import type { Names } from "../reading/targets.ts";
import { portsOverlap, withoutPorts } from "./port-sets.ts";
import { showPeer } from "./peers.ts";
import { rangesOverlap } from "./ranges.ts";
import type { Pair } from "./traffic.ts";

/** `pairs` in an order that does not depend on the places of statements; the result keeps it. */
export function takeDenied(pairs: readonly Pair[], names: Names): Phase<readonly TrafficIr[]> {
  const diagnostics = new Map<string, Diagnostic>();
  const denies = pairs.filter((p) => p.rule.kind === "deny");
  if (denies.length === 0) return { value: pairs.map((p) => p.rule), diagnostics: [] };
  // Indexed by what a deny can meet: one between workloads only the same pair, and sources that pods can be among.
  const deniesTo = Map.groupBy(denies, (p) => p.to);
  const exact = Map.groupBy(denies, (p) => `${p.from} ${p.to}`);
  const wide = Map.groupBy(
    denies.filter((p) => p.rule.from.kind !== "workload"),
    (p) => p.to,
  );
  const deniesOf = ({ rule, from, to }: Pair): readonly Pair[] => {
    if (rule.from.kind === "anywhere" || rule.from.kind === "pods") return deniesTo.get(to) ?? [];
    return [...(exact.get(`${from} ${to}`) ?? []), ...(wide.get(to) ?? []).filter((p) => p.from !== from)];
  };
  const sayOnce = (d: Diagnostic) => void diagnostics.set(`${d.code} ${d.span?.file} ${d.span?.start} ${d.message}`, d);
  for (const { rule } of denies)
    if (rule.to.kind !== "workload")
      sayOnce(diagnose["deny-outside"](rule.span, [showPeer(rule.from), showPeer(rule.to)]));

  const value = pairs.flatMap((pair): readonly TrafficIr[] => {
    if (pair.rule.kind === "deny") return [pair.rule];
    let { rule } = pair;
    for (const deny of deniesOf(pair)) {
      const how = meets(pair, deny, names);
      if (how === "apart" || !portsOverlap(rule.ports, deny.rule.ports)) continue;
      if (how === "inside" || (how === "same" && rule.namesBoth)) {
        sayOnce(how === "inside" ? canNot(deny.rule, rule) : contradiction(deny.rule, rule));
        continue;
      }
      const rest = withoutPorts(rule.ports, deny.rule.ports);
      if (rest === undefined) return [];
      rule = { ...rule, ports: rest };
    }
    return [rule];
  });
  return { value, diagnostics: [...diagnostics.values()] };
}

/** How the sources of an allow and of a deny relate: not at all, the deny covers the allow's, or it is only a part of them. */
function meets(allow: Pair, deny: Pair, names: Names): "apart" | "same" | "inside" {
  if (allow.from === deny.from || deny.rule.from.kind === "anywhere") return "same";
  const [a, d] = [allow.rule.from, deny.rule.from];
  if (a.kind === "anywhere") return "inside";
  if (a.kind === "pods" || d.kind === "pods") return podsOverlap(a, d, names) ? "inside" : "apart";
  const [x, y] = [rangeOf(a), rangeOf(d)];
  return x !== undefined && y !== undefined && rangesOverlap(x, y) ? "inside" : "apart";
}

/** `internet` is every address that is not a pod's. */
const rangeOf = (peer: PeerIr): string | undefined =>
  peer.kind === "range" ? peer.cidr : peer.kind === "internet" ? "internet" : undefined;

function podsOverlap(a: PeerIr, d: PeerIr, names: Names): boolean {
  const [pods, other] = a.kind === "pods" ? [a, d] : [d, a];
  if (pods.kind !== "pods") return false;
  if (other.kind === "workload") {
    const workload: Workload | undefined = names.workloads.get(other.workload);
    return (
      workload?.namespace === pods.namespace &&
      Object.entries(pods.labels).every(([key, value]) => workload.podLabels[key] === value)
    );
  }
  if (other.kind !== "pods" || other.namespace !== pods.namespace) return false;
  return Object.entries(pods.labels).every(([key, value]) => (other.labels[key] ?? value) === value);
}

const contradiction = (deny: TrafficIr, allow: TrafficIr): Diagnostic =>
  diagnose["deny-beside-allow"](deny.span, [showPeer(allow.from), showPeer(allow.to)], {
    related: [{ message: "it is allowed here", span: allow.span }],
  });

const canNot = (deny: TrafficIr, allow: TrafficIr): Diagnostic =>
  diagnose["deny-can-not-subtract"](deny.span, [showPeer(deny.from), showPeer(deny.to), showPeer(allow.from)], {
    related: [{ message: "it is allowed here", span: allow.span }],
  });
