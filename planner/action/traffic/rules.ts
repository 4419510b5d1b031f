// What one direction of one workload lets through on one cluster: the peers that its `allow`s name, less what its `deny`s take out.
// It must not know how a policy is written.
import type { PeerIr, TrafficIr } from "../../../compiler/index.ts";
import { holdsBlock, readBlock, type Block } from "./address.ts";
import type { Identity } from "./identity.ts";
import { takeOut, type Peer } from "./peers.ts";
import { isNone, portsOf, split, type Ports, type ResolveName } from "./ports.ts";
import { covers, requirementsOf, type Direction, type LabelledPods, type Orders } from "./statements.ts";

/** What decides who a peer is: the cluster's own facts, and those of the fleet. */
export interface Surroundings {
  readonly identities: ReadonlyMap<string, Identity>;
  /** Workloads that run here: only they can be peers. */
  readonly present: (workload: string) => boolean;
  /** Pod ranges of the whole fleet, none inside another. */
  readonly podBlocks: readonly Block[];
  readonly apiBlocks: readonly Block[];
}

/** One thing that is let through, and the statement that lets it. */
export interface Opening {
  readonly peer: Peer;
  readonly ports: Ports;
  readonly because: TrafficIr;
}

/** A `deny` that could not be taken out of an `allow`. */
export interface Leftover {
  readonly deny: TrafficIr;
  readonly allow: TrafficIr;
}

export interface Openings {
  readonly openings: readonly Opening[];
  readonly leftovers: readonly Leftover[];
}

const API_PORTS: Ports = portsOf([443, 6443].map((port) => ({ port, protocol: "TCP" })));

/** Openings of a workload in a direction, in the order of the statements. */
export function openingsOf(of: Identity, direction: Direction, orders: Orders, here: Surroundings): Openings {
  const far = (t: TrafficIr) => (direction === "ingress" ? t.from : t.to);
  let openings = [...orders.allows, ...orders.dns].flatMap((t) =>
    peersOf(far(t), here).map((peer): Opening => ({ peer, ports: portsMeant(t), because: t })),
  );
  const leftovers: Leftover[] = [];
  for (const deny of orders.denies) {
    const taken = portsOf(deny.ports);
    for (const denied of peersOf(far(deny), here)) {
      openings = openings.flatMap((opening) => {
        const resolve = resolverOf(direction === "ingress" ? of : listenerOf(opening.peer, here));
        const result = without(opening, denied, taken, resolve);
        if (result === "leftover") leftovers.push({ deny, allow: opening.because });
        return result === "leftover" ? [opening] : result;
      });
    }
  }
  return { openings, leftovers };
}

/** Towards the API server only its own ports are meant unless others are said. */
const portsMeant = (t: TrafficIr): Ports =>
  t.to.kind === "kubernetes" && t.ports.length === 0 ? API_PORTS : portsOf(t.ports);

function without(opening: Opening, denied: Peer, taken: Ports, resolve: ResolveName): readonly Opening[] | "leftover" {
  const relation = takeOut(denied, opening.peer);
  if (relation === "apart") return [opening];
  const { both, left, unknown } = split(opening.ports, taken, resolve);
  if (unknown) return "leftover";
  if (isNone(both)) return [opening];
  if (relation === "part") return "leftover";
  const kept = isNone(left) ? [] : [{ ...opening, ports: left }];
  return relation === "whole" ? kept : [...kept, { ...opening, peer: relation.rest, ports: both }];
}

function listenerOf(peer: Peer, here: Surroundings): Identity | undefined {
  return peer.kind === "pods" && peer.workload !== undefined ? here.identities.get(peer.workload) : undefined;
}

/** Numbers of a named port of the workload that listens. */
const resolverOf =
  (listener: Identity | undefined): ResolveName =>
  ({ name, protocol }) => {
    const found = listener?.workload.ports.filter((p) => p.name === name && p.protocol === protocol) ?? [];
    return found.length === 0 ? undefined : [...new Set(found.map((p) => p.number))];
  };

/** The peers of a rule that an end of a statement stands for here; none for what is not here. */
export function peersOf(end: PeerIr, here: Surroundings): readonly Peer[] {
  switch (end.kind) {
    case "anywhere":
      return [{ kind: "everyone" }];
    case "workload": {
      const identity = here.identities.get(end.workload);
      if (identity === undefined || identity.workload.hostNetwork || !here.present(end.workload)) return [];
      const { selector, workload } = identity;
      return [{ kind: "pods", namespace: workload.namespace, selector, workload: workload.id, includes: NO_ONE }];
    }
    case "pods":
      return [
        {
          kind: "pods",
          namespace: end.namespace,
          selector: requirementsOf(end.labels),
          includes: includedIn(end, here.identities),
        },
      ];
    case "internet":
      return ["0.0.0.0/0", "::/0"].flatMap((cidr) => addresses(readBlock(cidr), here.podBlocks));
    case "range":
      return addresses(readBlock(end.cidr), here.podBlocks);
    case "kubernetes":
      return here.apiBlocks.map((block) => ({ kind: "block", block, except: [] }));
  }
}

const NO_ONE: ReadonlySet<string> = new Set();

const included = new WeakMap<ReadonlyMap<string, Identity>, Map<LabelledPods, ReadonlySet<string>>>();

/** Workloads of ours whose pods have the labels; computed once for each statement. */
function includedIn(end: LabelledPods, identities: ReadonlyMap<string, Identity>): ReadonlySet<string> {
  let known = included.get(identities);
  if (known === undefined) included.set(identities, (known = new Map()));
  let set = known.get(end);
  if (set === undefined) {
    set = new Set([...identities.values()].filter((i) => covers(end, i)).map((i) => i.workload.id));
    known.set(end, set);
  }
  return set;
}

/** Addresses mean what is outside of the fleet's pods: pods are named as what they are, their addresses come and go. */
function addresses(block: Block | undefined, podBlocks: readonly Block[]): readonly Peer[] {
  if (block === undefined || podBlocks.some((pods) => holdsBlock(pods, block))) return [];
  return [{ kind: "block", block, except: podBlocks.filter((pods) => holdsBlock(block, pods)) }];
}
