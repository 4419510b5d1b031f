// Whether every `deny` is held: policies only add, so it must come out of every `allow` that covers its target. The compiler says so of
// what people name; here it is said of all that the generator would write. It must not know a placement.
import type { Ir, TrafficIr } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { outermost, readBlock } from "./address.ts";
import type { Identity } from "./identity.ts";
import { openingsOf, type Surroundings } from "./rules.ts";
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
      const wider = openingsOf(target, "ingress", mine, here).leftovers.filter((l) => l.deny === deny);
      return wider.map(({ allow }) =>
        make["deny-not-held"](deny.span, [show(deny), show(allow)], {
          related: [{ message: "the `allow` that is wider", span: allow.span }],
        }),
      );
    }),
  );
}

/** Workloads of ours that a `deny` leads to. */
function targets({ to }: TrafficIr, identities: ReadonlyMap<string, Identity>): readonly Identity[] {
  if (to.kind === "workload") return [identities.get(to.workload) ?? []].flat();
  return to.kind === "pods" ? [...identities.values()].filter((identity) => covers(to, identity)) : [];
}
