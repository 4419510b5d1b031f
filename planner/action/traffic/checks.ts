// What can be said of the traffic statements before any cluster is looked at, beyond what the compiler says: ends that no policy can
// name, and `deny`s that no policy can hold. It must not know a placement.
import type { Ir, PeerIr, TrafficIr, Workload } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { holdsBlock, readBlock } from "./address.ts";
import { checkDenies } from "./deny.ts";
import type { Identity } from "./identity.ts";
import { ofClusterNetwork, type OrdersOf } from "./statements.ts";

const { make } = actionDiagnostics;

export function checkStatements(ir: Ir, identities: ReadonlyMap<string, Identity>, orders: OrdersOf): Diagnostic[] {
  return [
    ...checkKinds(ir.workloads, identities),
    ...ofClusterNetwork(ir).flatMap((t) => [...checkPeer(t, t.from, ir), ...checkPeer(t, t.to, ir)]),
    ...checkDenies(ir, identities, orders),
  ];
}

/** A label can be added to a pod template only where there is one. */
function checkKinds(workloads: readonly Workload[], identities: ReadonlyMap<string, Identity>): Diagnostic[] {
  return workloads
    .filter((w) => w.kind === "other" && !w.hostNetwork && identities.get(w.id)?.added === true)
    .map((w) => make["pods-not-written"](w.span, [w.name, w.object.split("/").at(-3) ?? w.kind]));
}

function checkPeer(t: TrafficIr, peer: PeerIr, ir: Ir): Diagnostic[] {
  const { clusters } = ir.fleet;
  if (peer.kind !== "range") return [];
  const holding = clusters.find((c) => c.podRanges.some((range) => holds(range, peer.cidr)));
  if (holding !== undefined) return [make["range-of-pods"](t.span, [peer.cidr, holding.name])];
  const unknown = isPrivate(peer.cidr) ? clusters.filter((c) => c.podRanges.length === 0) : [];
  return unknown.slice(0, 1).map((c) => make["range-may-hold-pods"](t.span, [peer.cidr, c.name]));
}

function holds(outer: string, inner: string): boolean {
  const [a, b] = [readBlock(outer), readBlock(inner)];
  return a !== undefined && b !== undefined && holdsBlock(a, b);
}

/** Addresses that pods may have: those for private networks, of shared use and unique local (RFC 1918, 6598, 4193). */
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
const isPrivate = (cidr: string): boolean => PRIVATE.some((range) => holds(range, cidr) || holds(cidr, range));
