// Whether every `deny` is held: policies only add, so it must come out of every `allow` of its target. It must not know a placement:
// what is checked holds wherever the workloads run.
import type { Ir, TrafficIr } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { outermost, readBlock } from "./address.ts";
import type { Identity } from "./identity.ts";
import { takeOut } from "./peers.ts";
import { isNone, portsOf, split } from "./ports.ts";
import { openingsOf, peersOf, resolverOf, type Surroundings } from "./rules.ts";
import { covers, ofClusterNetwork, showTraffic, type OrdersOf } from "./statements.ts";

const { make } = actionDiagnostics;

/** All of the fleet at once, every workload present. */
export function everywhere(ir: Ir, identities: ReadonlyMap<string, Identity>): Surroundings {
  const blocks = (texts: readonly string[]) => outermost(texts.flatMap((text) => readBlock(text) ?? []));
  return {
    identities,
    present: () => true,
    podBlocks: blocks(ir.fleet.clusters.flatMap((c) => c.podRanges)),
    apiBlocks: blocks(ir.fleet.clusters.flatMap((c) => c.apiAddresses)),
  };
}

export function checkDenies(ir: Ir, identities: ReadonlyMap<string, Identity>, orders: OrdersOf): Diagnostic[] {
  const denies = ofClusterNetwork(ir).filter((t) => t.kind === "deny");
  if (denies.length === 0) return [];
  const here = everywhere(ir, identities);
  const nameOf = (id: string) => identities.get(id)?.workload.name ?? id;
  const show = (t: TrafficIr) => showTraffic(t, nameOf);
  return denies.flatMap((deny) =>
    targets(deny, identities).flatMap((target) => {
      const mine = orders(target.workload.id, "ingress");
      const against = contradicted(deny, target, mine.allows, here);
      const wider = openingsOf(target, "ingress", mine, here).leftovers.filter((l) => l.deny === deny);
      return [
        ...against.map((allow) =>
          make["deny-beside-allow"](deny.span, [show(deny), show(allow)], {
            related: [{ message: "the `allow` that names both ends", span: allow.span }],
          }),
        ),
        ...wider.map(({ allow }) =>
          make["deny-not-held"](deny.span, [show(deny), show(allow)], {
            related: [{ message: "the `allow` that is wider", span: allow.span }],
          }),
        ),
      ];
    }),
  );
}

/** Workloads of ours that a `deny` leads to. */
function targets({ to }: TrafficIr, identities: ReadonlyMap<string, Identity>): readonly Identity[] {
  if (to.kind === "workload") return [identities.get(to.workload) ?? []].flat();
  return to.kind === "pods" ? [...identities.values()].filter((identity) => covers(to, identity)) : [];
}

/** `allow`s that name both ends themselves, and of which the `deny` would take out everything or some ports. */
function contradicted(
  deny: TrafficIr,
  target: Identity,
  allows: readonly TrafficIr[],
  here: Surroundings,
): readonly TrafficIr[] {
  return allows.filter((allow) => {
    if (!allow.namesBoth || allow.to.kind === "anywhere") return false;
    const whole = peersOf(allow.from, here).some((a) =>
      peersOf(deny.from, here).some((d) => takeOut(d, a) === "whole"),
    );
    const { both, unknown } = split(portsOf(allow.ports), portsOf(deny.ports), resolverOf(target));
    return whole && (unknown || !isNone(both));
  });
}
