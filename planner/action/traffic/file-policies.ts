// Policies that come in the users' own files: which directions they close, and whether they open more than the intents do. It goes by
// what policies mean, not by how they are written. It must not know where anything runs.
import type { KubernetesObject, Protocol, Requirement } from "../../../compiler/index.ts";
import { isMap, listAt, mapAt, valueAt, type Json } from "../edit.ts";
import { reachability, readPolicy, type ReachEnd, type ReachPod } from "../reachability.ts";
import { matches, readSelector } from "../selector.ts";
import { edgesOf, readBlock, showBlock } from "./address.ts";
import type { Identity } from "./identity.ts";
import type { Direction } from "./statements.ts";

/** Whether a policy selects the workload and speaks of the direction. */
export function closes(policy: KubernetesObject, of: Identity, direction: Direction): boolean {
  const read = readPolicy(policy);
  const selects = read !== undefined && read.namespace === of.workload.namespace && matches(read.selector, of.labels);
  return selects && read[direction] !== undefined;
}

/** Someone whom a policy in a file lets through and the intents do not: in words that can stand in a sentence. */
export type Witness = string;

/**
 * A peer that `policy` lets reach (or be reached from) the workload and `generated`, the policies of the intents, does not; undefined
 * when there is none. It tries a pod for every workload and every selector, and the edges of every range and of every span of ports:
 * what two policies answer differently they answer differently on one of those.
 */
export function opensMore(
  policy: KubernetesObject,
  generated: readonly KubernetesObject[],
  of: Identity,
  direction: Direction,
  identities: ReadonlyMap<string, Identity>,
): Witness | undefined {
  const theirs = reachability([policy]);
  const ours = reachability(generated);
  const self: ReachPod = podOf(of, "self");
  const policies = [policy, ...generated];
  for (const [peer, name] of peersToTry(policies, direction, identities, of)) {
    for (const [protocol, port] of portsToTry(policies, direction, [self, peer])) {
      const [from, to] = direction === "ingress" ? [peer, self] : [self, peer];
      const query = { from, to, protocol, port };
      if (theirs(query).allowed && !ours(query).allowed) return `${name} on ${port}/${protocol.toLowerCase()}`;
    }
  }
  return undefined;
}

const podOf = (identity: Identity, name: string): ReachPod => ({
  kind: "pod",
  namespace: identity.workload.namespace,
  labels: identity.labels,
  ports: identity.workload.ports,
  name,
});

/** A namespace and a label value that nobody has. */
const NOBODY = "placet-nobody";

function peersToTry(
  policies: readonly KubernetesObject[],
  direction: Direction,
  identities: ReadonlyMap<string, Identity>,
  of: Identity,
): [ReachEnd, string][] {
  const end = direction === "ingress" ? "from" : "to";
  const written = policies.flatMap((p) =>
    listAt(p, ["spec", direction]).flatMap((rule) =>
      listAt(rule, [end]).map((peer) => ({ peer, namespace: p.metadata.namespace ?? "" })),
    ),
  );
  const ours = [...identities.values()].map((i): [ReachEnd, string] => [
    podOf(i, i.workload.id),
    `\`${i.workload.name}\``,
  ]);
  const stranger: ReachPod = { kind: "pod", namespace: NOBODY, labels: {}, ports: [] };
  const neighbour: ReachPod = { ...stranger, namespace: of.workload.namespace };
  const strangers = written.flatMap(({ peer, namespace }) => podsLike(peer, namespace));
  const addresses = [...new Set(written.flatMap(({ peer }) => edges(peer)))].sort();
  return [
    ...ours,
    ...[...strangers, neighbour, stranger].map((pod): [ReachEnd, string] => [
      pod,
      `other pods in \`${pod.namespace}\``,
    ]),
    ...[...addresses, "192.0.2.1", "2001:db8::1"].map((ip): [ReachEnd, string] => [
      { kind: "address", ip },
      `\`${ip}\``,
    ]),
  ];
}

/** A pod that the peer's selectors match and that has nothing else, in every namespace that they name. */
function podsLike(peer: Json, namespace: string): ReachPod[] {
  if (isMap(peer["ipBlock"])) return [];
  const labels = labelsLike(readSelector(peer["podSelector"]));
  const selector = peer["namespaceSelector"];
  const named = isMap(selector)
    ? readSelector(selector).flatMap((r) =>
        r.key === "kubernetes.io/metadata.name" && r.operator === "In" ? r.values : [],
      )
    : [namespace];
  const namespaces = named.length > 0 ? named : [NOBODY];
  return namespaces.map((name) => ({ kind: "pod", namespace: name, labels, ports: [] }));
}

const labelsLike = (selector: readonly Requirement[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    selector.flatMap((r) =>
      r.operator === "In" ? [[r.key, r.values[0] ?? ""]] : r.operator === "Exists" ? [[r.key, NOBODY]] : [],
    ),
  );

/** The edges of a range of addresses and of its exceptions. */
function edges(peer: Json): string[] {
  const except = valueAt(peer, ["ipBlock", "except"]);
  return [valueAt(peer, ["ipBlock", "cidr"]), ...(Array.isArray(except) ? (except as readonly unknown[]) : [])]
    .flatMap((text) => (typeof text === "string" ? (readBlock(text) ?? []) : []))
    .flatMap(edgesOf)
    .map((address) => showBlock(address).replace(/\/\d+$/, ""));
}

function portsToTry(
  policies: readonly KubernetesObject[],
  direction: Direction,
  ends: readonly ReachEnd[],
): readonly (readonly [Protocol, number])[] {
  const numbers = new Set([1, 65_535]);
  const protocols = new Set<Protocol>(["TCP", "UDP", "SCTP"]);
  for (const end of ends) if (end.kind === "pod") for (const port of end.ports) numbers.add(port.number);
  for (const rule of policies.flatMap((p) => listAt(mapAt(p, ["spec"]), [direction]))) {
    for (const { port, endPort } of listAt(rule, ["ports"])) {
      if (typeof port !== "number") continue;
      for (const n of [port - 1, port, port + 1]) numbers.add(n);
      if (typeof endPort === "number") for (const n of [endPort, endPort + 1]) numbers.add(n);
    }
  }
  const sorted = [...numbers].filter((n) => n >= 1 && n <= 65_535).sort((a, b) => a - b);
  return [...protocols].flatMap((protocol) => sorted.map((port) => [protocol, port] as const));
}
