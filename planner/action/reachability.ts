// Answers which connections NetworkPolicies let through, from the objects alone: for `expect … can reach …`, for the plan's traffic
// matrix, and for policies that come in files. It must not know intents. Semantics:
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
import type { KubernetesObject, Protocol, Requirement, Workload } from "../../compiler/index.ts";
import { isMap, listAt, mapAt, valueAt, type Json } from "./edit.ts";
import { matches, readSelector } from "./selector.ts";
import { holdsBlock, readBlock, type Block } from "./traffic/address.ts";

/** A pod as policies see it. Without `ip` no range of addresses matches it. */
export interface ReachPod {
  readonly kind: "pod";
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ip?: string;
  readonly ports: readonly { readonly name?: string; readonly number: number; readonly protocol: Protocol }[];
  readonly hostNetwork?: boolean;
  /** Set where one pod of several alike is meant: a pod always reaches itself. */
  readonly name?: string;
  readonly node?: string;
}

/** What is no pod: an address somewhere, or (with `node`) a node of the cluster. */
export interface ReachAddress {
  readonly kind: "address";
  readonly ip: string;
  readonly node?: string;
}

export type ReachEnd = ReachPod | ReachAddress;

/** A new connection to a port of `to` (the pod's own port, not a Service's). */
export interface ReachQuery {
  readonly from: ReachEnd;
  readonly to: ReachEnd;
  readonly protocol: Protocol;
  readonly port: number;
}

/** Whether a connection passes, and otherwise which policies (`namespace/name`) close the end that refuses it. */
export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly direction: "ingress" | "egress"; readonly closedBy: readonly string[] };

export type Reachability = (query: ReachQuery) => Verdict;

/** Whether the policies among `objects` let a connection through. To ask more than once, keep `reachability(objects)`. */
export const canReach = (objects: readonly KubernetesObject[], query: ReachQuery): boolean =>
  reachability(objects)(query).allowed;

/** A pod of a workload, as its template says. */
export const podOf = (workload: Workload, labels = workload.podLabels): ReachPod => ({
  kind: "pod",
  namespace: workload.namespace,
  labels,
  ports: workload.ports,
  hostNetwork: workload.hostNetwork,
});

/** Reads the policies (and Namespaces, for their labels) among the objects of one cluster. */
export function reachability(objects: readonly KubernetesObject[]): Reachability {
  const namespaces = new Map<string, Readonly<Record<string, string>>>();
  const policies = new Map<string, ReadPolicy[]>();
  for (const object of objects) {
    if (object.kind === "Namespace" && object.apiVersion === "v1") {
      namespaces.set(object.metadata.name, object.metadata.labels ?? {});
    }
    const policy = readPolicy(object);
    if (policy !== undefined) policies.set(policy.namespace, [...(policies.get(policy.namespace) ?? []), policy]);
  }
  const labelsOf = (namespace: string) => ({
    ...namespaces.get(namespace),
    "kubernetes.io/metadata.name": namespace,
  });
  return (query) => {
    const { from, to } = query;
    if (isSame(from, to) || isOwnNode(from, to)) return { allowed: true };
    for (const [direction, self, other] of [
      ["egress", from, to],
      ["ingress", to, from],
    ] as const) {
      if (!isPod(self)) continue;
      const closing = (policies.get(self.namespace) ?? []).filter(
        (p) => p[direction] && matches(p.selector, self.labels),
      );
      if (closing.length === 0 || closing.some((p) => lets(p, direction, other, query, labelsOf))) continue;
      return { allowed: false, direction, closedBy: closing.map((p) => `${p.namespace}/${p.name}`).sort() };
    }
    return { allowed: true };
  };
}

const isPod = (end: ReachEnd): end is ReachPod => end.kind === "pod" && end.hostNetwork !== true;

/** A pod can not be kept from itself. */
const isSame = (a: ReachEnd, b: ReachEnd): boolean =>
  a === b || (isPod(a) && isPod(b) && a.name !== undefined && a.name === b.name && a.namespace === b.namespace);

/** A node always reaches the pods that it runs. */
const isOwnNode = (from: ReachEnd, to: ReachEnd): boolean =>
  from.kind === "address" && from.node !== undefined && to.kind === "pod" && to.node === from.node;

/** A NetworkPolicy, its selectors read. */
export interface ReadPolicy {
  readonly namespace: string;
  readonly name: string;
  readonly selector: readonly Requirement[];
  /** Rules of a direction; undefined where the policy does not speak of it. */
  readonly ingress: readonly Json[] | undefined;
  readonly egress: readonly Json[] | undefined;
}

/** Undefined for what is no NetworkPolicy of networking.k8s.io/v1. */
export function readPolicy(object: KubernetesObject): ReadPolicy | undefined {
  if (object.kind !== "NetworkPolicy" || object.apiVersion !== "networking.k8s.io/v1") return undefined;
  const types = valueAt(object, ["spec", "policyTypes"]);
  const egress = listAt(object, ["spec", "egress"]);
  // Without types a policy is for ingress, and for egress too when it has rules for it.
  const named =
    Array.isArray(types) && types.length > 0 ? types : egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
  return {
    namespace: object.metadata.namespace ?? "default",
    name: object.metadata.name,
    selector: readSelector(mapAt(object, ["spec", "podSelector"])),
    ingress: named.includes("Ingress") ? listAt(object, ["spec", "ingress"]) : undefined,
    egress: named.includes("Egress") ? egress : undefined,
  };
}

type LabelsOf = (namespace: string) => Readonly<Record<string, string>>;

function lets(
  policy: ReadPolicy,
  direction: "ingress" | "egress",
  other: ReachEnd,
  { to, protocol, port }: Pick<ReachQuery, "to" | "protocol" | "port">,
  labelsOf: LabelsOf,
): boolean {
  return (policy[direction] ?? []).some((rule) => {
    const peers = listAt(rule, [direction === "ingress" ? "from" : "to"]);
    const ports = listAt(rule, ["ports"]);
    return (
      (peers.length === 0 || peers.some((peer) => isPeer(peer, policy.namespace, other, labelsOf))) &&
      (ports.length === 0 || ports.some((p) => isPort(p, to, protocol, port)))
    );
  });
}

function isPeer(peer: Json, namespace: string, end: ReachEnd, labelsOf: LabelsOf): boolean {
  const block = peer["ipBlock"];
  if (isMap(block)) return end.ip !== undefined && inBlock(block, end.ip);
  if (!isPod(end)) return false;
  const namespaces = peer["namespaceSelector"];
  const inNamespace = isMap(namespaces)
    ? matches(readSelector(namespaces), labelsOf(end.namespace))
    : end.namespace === namespace;
  return inNamespace && matches(readSelector(peer["podSelector"]), end.labels);
}

function inBlock(block: Json, ip: string): boolean {
  const address = readBlock(ip);
  const holds = (cidr: unknown) => {
    const read: Block | undefined = readBlock(String(cidr));
    return address !== undefined && read !== undefined && holdsBlock(read, address);
  };
  const except = block["except"];
  return holds(block["cidr"]) && !(Array.isArray(except) && except.some(holds));
}

function isPort(written: Json, to: ReachEnd, protocol: Protocol, port: number): boolean {
  if ((written["protocol"] ?? "TCP") !== protocol) return false;
  const named = written["port"];
  if (named === undefined) return true;
  if (typeof named === "string") {
    return isPod(to) && to.ports.some((p) => p.name === named && p.protocol === protocol && p.number === port);
  }
  const end = written["endPort"];
  return port >= Number(named) && port <= (typeof end === "number" ? end : Number(named));
}
