// Writes the openings of one workload in one direction as NetworkPolicies: as few as fit, with rules merged, and never one that allows
// more than the openings say. It must not know statements or clusters.
import type { KubernetesObject } from "../../../compiler/index.ts";
import type { Identity } from "./identity.ts";
import { fitting, hashOf } from "./names.ts";
import { labelSelector, peerKey, policyPeer, type Peer } from "./peers.ts";
import { includes, policyPorts, unite, type Ports } from "./ports.ts";
import type { Opening } from "./rules.ts";
import type { Direction } from "./statements.ts";

interface Rule {
  readonly ports: Ports;
  readonly peers: readonly Peer[];
}

/** Peers (exceptions of blocks count too) that one policy holds at most: some 200 KB, far below what etcd takes. */
const MOST_PEERS = 1000;

/**
 * The policies of one direction. They select the workload, name the direction as their only type, and so close it but for their rules:
 * without openings there is one policy without rules, which lets nothing through. `taken` says which names are used by others.
 */
export function policiesOf(
  of: Identity,
  direction: Direction,
  openings: readonly Opening[],
  taken: (namespace: string, name: string) => boolean,
): readonly KubernetesObject[] {
  const parts = inParts(rulesOf(openings));
  return parts.map((rules, index) => policyOf(of, direction, rules, index, taken));
}

function policyOf(
  of: Identity,
  direction: Direction,
  rules: readonly Rule[],
  index: number,
  taken: (namespace: string, name: string) => boolean,
): KubernetesObject {
  const { namespace } = of.workload;
  const plain = fitting(`placet-${of.name}-${direction}${index === 0 ? "" : `-${index + 1}`}`);
  const name = taken(namespace, plain) ? fitting(`${plain}-${hashOf(plain)}`) : plain;
  const end = direction === "ingress" ? "from" : "to";
  const written = rules.map(({ ports, peers }) => {
    const elements = peers.map((peer) => policyPeer(peer, namespace));
    // An empty list of peers would be everyone: only `everyone` itself may leave the list out.
    const open = elements.includes(undefined);
    if (!open && elements.length === 0) throw new Error("a rule without peers would allow everyone");
    const listed = policyPorts(ports);
    return { ...(open ? {} : { [end]: elements }), ...(listed === undefined ? {} : { ports: listed }) };
  });
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace, labels: { "app.kubernetes.io/managed-by": "placet" } },
    spec: {
      podSelector: labelSelector(of.selector),
      policyTypes: [direction === "ingress" ? "Ingress" : "Egress"],
      // An empty list and none are the same to Kubernetes, and deny everything; none is what no tool misreads.
      ...(written.length > 0 ? { [direction]: written } : {}),
    },
  };
}

/** Each peer once, with all of its ports; peers with the same ports in one rule. Sorted, so that the order of statements is nothing. */
function rulesOf(openings: readonly Opening[]): readonly Rule[] {
  const byPeer = new Map<string, { peer: Peer; ports: Ports }>();
  for (const { peer, ports } of openings) {
    const key = peerKey(peer);
    const known = byPeer.get(key);
    byPeer.set(key, { peer, ports: known === undefined ? ports : unite(known.ports, ports) });
  }
  const everyone = byPeer.get("");
  const byPorts = new Map<string, { ports: Ports; peers: [string, Peer][] }>();
  for (const [key, { peer, ports }] of byPeer) {
    if (everyone !== undefined && key !== "" && includes(everyone.ports, ports)) continue;
    const portsKey = JSON.stringify(ports);
    const rule = byPorts.get(portsKey);
    if (rule === undefined) byPorts.set(portsKey, { ports, peers: [[key, peer]] });
    else rule.peers.push([key, peer]);
  }
  return [...byPorts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { ports, peers }]) => ({ ports, peers: peers.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p) }));
}

const weightOf = (peer: Peer): number => 1 + (peer.kind === "block" ? peer.except.length : 0);

/** Cuts rules so that each part holds at most `MOST_PEERS`; one part, without rules, when there are none. */
function inParts(rules: readonly Rule[]): readonly (readonly Rule[])[] {
  const parts: Rule[][] = [[]];
  let weight = 0;
  for (const { ports, peers } of rules) {
    let taken: Peer[] = [];
    for (const peer of peers) {
      if (weight > 0 && weight + weightOf(peer) > MOST_PEERS) {
        if (taken.length > 0) parts.at(-1)!.push({ ports, peers: taken });
        parts.push([]);
        [taken, weight] = [[], 0];
      }
      taken.push(peer);
      weight += weightOf(peer);
    }
    parts.at(-1)!.push({ ports, peers: taken });
  }
  return parts;
}
