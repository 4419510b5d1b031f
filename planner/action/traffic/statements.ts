// The traffic statements of the IR, indexed by the workloads that they cover: who is closed, what opens it, what denies it.
// It must not know clusters.
import type { Ir, IsolateIr, PeerIr, TrafficIr } from "../../../compiler/index.ts";
import { matches } from "../selector.ts";
import type { Identity } from "./identity.ts";

export type Direction = "ingress" | "egress";

/** What one workload is told about one direction. `end` of a statement is the end that covers the workload. */
export interface Orders {
  /** Closed by intents: what is not allowed is not let through. */
  readonly closed: boolean;
  readonly allows: readonly TrafficIr[];
  readonly denies: readonly TrafficIr[];
  readonly isolates: readonly IsolateIr[];
  /** What stays open to DNS where ways out are closed: it opens like an `allow`, and closes nothing. */
  readonly dns: readonly TrafficIr[];
}

export type OrdersOf = (workload: string, direction: Direction) => Orders;

/** Statements over a secondary network are not for NetworkPolicies: these see only the cluster's own network. */
export const ofClusterNetwork = (ir: Ir): readonly TrafficIr[] => ir.traffic.filter((t) => t.over === undefined);

/** Pods that are named by their labels. */
export type LabelledPods = Extract<PeerIr, { kind: "pods" }>;

/** Whether the pods of a workload of ours are among those that are named by labels. */
export const covers = (pods: LabelledPods, of: Identity): boolean =>
  pods.namespace === of.workload.namespace && matches(requirementsOf(pods.labels), of.labels);

/** Labels as requirements, sorted by key. */
export const requirementsOf = (labels: Readonly<Record<string, string>>) =>
  Object.keys(labels)
    .sort()
    .map((key) => ({ key, operator: "In" as const, values: [labels[key]!] }));

export function ordersOf(ir: Ir, identities: ReadonlyMap<string, Identity>): OrdersOf {
  const index = (traffic: readonly TrafficIr[]) => ({
    ingress: indexEnds(traffic, (t) => t.to),
    egress: indexEnds(traffic, (t) => t.from),
  });
  const [written, dns] = [index(ofClusterNetwork(ir)), index(dnsStatements(ir))];
  const isolates = new Map<string, IsolateIr[]>();
  for (const isolate of ir.isolates) {
    isolates.set(isolate.workload, [...(isolates.get(isolate.workload) ?? []), isolate]);
  }
  const known = new Map<string, Orders>();
  return (workload, direction) => {
    const key = `${direction} ${workload}`;
    let orders = known.get(key);
    if (orders === undefined) known.set(key, (orders = compute(workload, direction)));
    return orders;
  };

  function compute(workload: string, direction: Direction): Orders {
    const identity = identities.get(workload);
    const mine = (isolates.get(workload) ?? []).filter((i) => i[direction]);
    if (identity === undefined) return { closed: mine.length > 0, allows: [], denies: [], isolates: mine, dns: [] };
    const { named, asAnyone } = about(written[direction], identity, direction);
    const all = [...named, ...asAnyone];
    return {
      // To be named as the target closes the ingress; to be one of `anywhere` does not.
      closed: mine.length > 0 || (direction === "ingress" && named.length > 0),
      allows: all.filter((t) => t.kind === "allow"),
      denies: all.filter((t) => t.kind === "deny"),
      isolates: mine,
      dns: about(dns[direction], identity, direction).named,
    };
  }
}

/** Statements whose end covers the workload, those that name it (itself, or its pods by labels) apart from those of everyone. */
function about(index: EndIndex, identity: Identity, direction: Direction) {
  const { id, namespace } = identity.workload;
  const labelled = (index.byNamespace.get(namespace) ?? []).filter((t) => {
    const end = direction === "ingress" ? t.to : t.from;
    return end.kind === "pods" && covers(end, identity);
  });
  return { named: [...(index.byWorkload.get(id) ?? []), ...labelled], asAnyone: index.everyone };
}

const DEFAULT_DNS: PeerIr = { kind: "pods", labels: { "k8s-app": "kube-dns" }, namespace: "kube-system" };

/** DNS stays open where a workload's way out is closed: as if an `allow` of each such workload said so. */
function dnsStatements(ir: Ir): TrafficIr[] {
  const closed = new Map(ir.isolates.filter((i) => i.egress).map((i) => [i.workload, i]));
  const servers = ir.fleet.dns.length > 0 ? ir.fleet.dns : [DEFAULT_DNS];
  const ports = (["UDP", "TCP"] as const).map((protocol) => ({ port: 53, protocol }));
  return [...closed].flatMap(([workload, isolate]) =>
    servers.map((to): TrafficIr => {
      const from: PeerIr = { kind: "workload", workload };
      return { kind: "allow", from, to, ports, namesBoth: false, span: isolate.span };
    }),
  );
}

interface EndIndex {
  readonly byWorkload: ReadonlyMap<string, readonly TrafficIr[]>;
  readonly byNamespace: ReadonlyMap<string, readonly TrafficIr[]>;
  readonly everyone: readonly TrafficIr[];
}

function indexEnds(traffic: readonly TrafficIr[], end: (t: TrafficIr) => PeerIr): EndIndex {
  const byWorkload = new Map<string, TrafficIr[]>();
  const byNamespace = new Map<string, TrafficIr[]>();
  const everyone: TrafficIr[] = [];
  const add = (index: Map<string, TrafficIr[]>, key: string, t: TrafficIr) => {
    const list = index.get(key);
    if (list === undefined) index.set(key, [t]);
    else list.push(t);
  };
  for (const t of traffic) {
    const peer = end(t);
    if (peer.kind === "workload") add(byWorkload, peer.workload, t);
    else if (peer.kind === "pods") add(byNamespace, peer.namespace, t);
    else if (peer.kind === "anywhere") everyone.push(t);
  }
  return { byWorkload, byNamespace, everyone };
}

/** The statement as people write it. */
export function showTraffic(t: TrafficIr, nameOf: (workload: string) => string): string {
  const ports = t.ports.map(showPort).join(", ");
  return `${t.kind} ${showPeer(t.from, nameOf)} -> ${showPeer(t.to, nameOf)}${ports === "" ? "" : ` on ${ports}`}`;
}

export function showPeer(peer: PeerIr, nameOf: (workload: string) => string): string {
  if (peer.kind === "workload") return nameOf(peer.workload);
  if (peer.kind === "range") return peer.cidr;
  if (peer.kind !== "pods") return peer.kind;
  const labels = Object.keys(peer.labels)
    .sort()
    .map((key) => `${key} = ${peer.labels[key]}`);
  return `pods (${labels.join(", ")}) in ${peer.namespace}`;
}

function showPort({ port, end, protocol }: TrafficIr["ports"][number]): string {
  const range = end === undefined || end === port ? `${port}` : `${port}-${end}`;
  return protocol === "TCP" ? range : `${range}/${protocol.toLowerCase()}`;
}
