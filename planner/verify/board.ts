// The nodes of one cluster with pods on them, and the rules by which the kube-scheduler refuses a node: room, host ports, anti-affinity,
// affinity, topology spread. It must not know how an assignment was found, nor the promises between clusters.
import type { Cluster, PodAffinityTerm, RunIr, Workload } from "../../compiler/index.ts";
import { matchesAll, toleratesAll } from "./admission.ts";
import type { PoolFacts, World } from "./world.ts";

const HOSTNAME = "kubernetes.io/hostname";

/** The pods of one workload on the cluster. */
export interface PodType {
  readonly workload: Workload;
  readonly run: RunIr;
  /** Pods to place; a DaemonSet's are one on each node of `pools`. */
  readonly count: number;
  readonly demand: readonly number[];
  readonly pools: readonly PoolFacts[];
  /** Pools that the pod's own affinity and `where` select, taints aside. */
  readonly selected: readonly PoolFacts[];
}

export interface Node {
  /** `POOL/INDEX`, as a certificate names it. */
  readonly name: string;
  readonly pool: PoolFacts;
  readonly free: number[];
  /** Pods by type index. */
  readonly pods: number[];
}

export interface Board {
  readonly types: readonly PodType[];
  readonly nodes: readonly Node[];
  /** Whether one more pod of the type may join the node: what can only get worse as pods are added. */
  readonly admits: (type: number, node: Node) => boolean;
  readonly put: (type: number, node: Node, pods: number) => void;
  /** Affinity and spread of the finished assignment, in words, or undefined when all is well. */
  readonly complaint: () => string | undefined;
  /** Whether any type has affinity or spread, so that `complaint` can say anything. */
  readonly needsJudging: boolean;
}

/** An empty board for `loads` (replicas by workload; a DaemonSet's count is its nodes), with types for `guests` that may come later. */
export function boardOf(
  world: World,
  cluster: Cluster,
  loads: ReadonlyMap<string, number>,
  guests: readonly string[] = [],
): Board {
  const types = [
    ...[...loads]
      .filter(([, replicas]) => replicas > 0)
      .map(([id, replicas]) => podTypeOf(world, cluster, id, replicas)),
    ...guests.map((id) => ({ ...podTypeOf(world, cluster, id, 0), count: 0 })),
  ];
  const resources = [...new Set(types.flatMap((type) => Object.keys(type.run.demand)))].sort();
  const sized = types.map((type) => ({ ...type, demand: resources.map((r) => type.run.demand[r] ?? 0) }));
  const nodes = world.pools(cluster).flatMap((pool) =>
    Array.from({ length: pool.pool.count }, (_, index): Node => ({
      name: `${pool.pool.name}/${index}`,
      pool,
      free: resources.map((r) => pool.free[r] ?? 0),
      pods: sized.map(() => 0),
    })),
  );
  return rulesOf(sized, nodes);
}

function podTypeOf(world: World, cluster: Cluster, id: string, replicas: number): PodType {
  const run = world.runs.get(id)!;
  const workload = world.workloads.get(id)!;
  const admitting = world.admitting(run, cluster);
  const pools = workload.perNode ? admitting : world.usable(run, cluster);
  const count = workload.perNode ? pools.reduce((sum, { pool }) => sum + pool.count, 0) : replicas;
  return { workload, run, count, demand: [], pools, selected: world.selected(run, cluster) };
}

function rulesOf(types: readonly PodType[], nodes: readonly Node[]): Board {
  // Most pods ask for neither: then no pair need be looked at.
  const anyRepelling = types.some(({ workload }) => workload.pod.podAntiAffinity.length > 0);
  const anyClash = types.some(({ workload }) => workload.pod.hostPorts.length > 0);
  const pairs = <T>(asked: boolean, of: (a: PodType, b: PodType) => T): T[][] =>
    asked ? types.map((a) => types.map((b) => of(a, b))) : [];
  const repels = pairs(anyRepelling, (a, b) => [...repelling(a, b), ...(a === b ? [] : repelling(b, a))]);
  const portsClash = pairs(anyClash, (a, b) => clash(a.workload, b.workload));
  const needsJudging = types.some(({ workload }) => workload.pod.podAffinity.length + workload.pod.spread.length > 0);

  const admits = (type: number, node: Node): boolean => {
    const { pools, demand } = types[type]!;
    if (!pools.includes(node.pool)) return false;
    for (let r = 0; r < demand.length; r++) if (demand[r]! > 0 && demand[r]! > node.free[r]!) return false;
    if (anyClash && node.pods.some((pods, other) => pods > 0 && portsClash[type]![other]!)) return false;
    if (!anyRepelling) return true;
    return repels[type]!.every((keys, other) =>
      keys.every((key) => {
        const domain = domainOf(node, key);
        return domain === undefined || !nodes.some((n) => n.pods[other]! > 0 && domainOf(n, key) === domain);
      }),
    );
  };
  const put = (type: number, node: Node, pods: number) => {
    const { demand } = types[type]!;
    for (let r = 0; r < demand.length; r++) node.free[r]! -= pods * demand[r]!;
    node.pods[type]! += pods;
  };
  const complaint = () => affinityComplaint(types, nodes) ?? spreadComplaint(types, nodes);
  return { types, nodes, admits, put, complaint: needsJudging ? complaint : () => undefined, needsJudging };
}

/** The place of a node under a topology key; a node without the label is in no place. */
export function domainOf(node: Node, key: string): string | undefined {
  return key === HOSTNAME ? node.name : node.pool.labels[key];
}

const selects = (term: PodAffinityTerm, workload: Workload): boolean =>
  (term.namespaces === "all" || term.namespaces.includes(workload.namespace)) &&
  matchesAll(term.selector, workload.podLabels);

/** Topology keys under which a pod of `a` refuses one of `b`. */
function repelling(a: PodType, b: PodType): string[] {
  return a.workload.pod.podAntiAffinity.filter((term) => selects(term, b.workload)).map((term) => term.topologyKey);
}

/** Whether two pods ask for the same port of a node; `0.0.0.0` (or nothing) is every address. */
function clash(a: Workload, b: Workload): boolean {
  const everywhere = (ip: string) => ip === "" || ip === "0.0.0.0" || ip === "::";
  return a.pod.hostPorts.some((p) =>
    b.pod.hostPorts.some(
      (q) => p.port === q.port && p.protocol === q.protocol && (everywhere(p.ip) || everywhere(q.ip) || p.ip === q.ip),
    ),
  );
}

/**
 * Affinity in some order of arrival: pods without it first; then whoever finds company in its place; a pod that selects itself may be the
 * first of its kind when no selected pod is anywhere yet.
 */
function affinityComplaint(types: readonly PodType[], nodes: readonly Node[]): string | undefined {
  const arrived = nodes.map((node) => node.pods.map((pods, t) => (hasAffinity(types[t]!) ? 0 : pods)));
  const waiting = nodes.flatMap((node, n) =>
    node.pods.flatMap((pods, t) => (pods > 0 && hasAffinity(types[t]!) ? [{ n, t }] : [])),
  );
  const company = (term: PodAffinityTerm, inside: (n: number) => boolean) =>
    arrived.some((row, n) => inside(n) && row.some((pods, u) => pods > 0 && selects(term, types[u]!.workload)));
  const satisfied = (t: number, n: number, asFirst: boolean) =>
    types[t]!.workload.pod.podAffinity.every((term) => {
      const domain = domainOf(nodes[n]!, term.topologyKey);
      if (domain === undefined) return false;
      if (company(term, (m) => domainOf(nodes[m]!, term.topologyKey) === domain)) return true;
      return asFirst && selects(term, types[t]!.workload) && !company(term, () => true);
    });
  while (waiting.length > 0) {
    let index = waiting.findIndex(({ n, t }) => satisfied(t, n, false));
    if (index < 0) index = waiting.findIndex(({ n, t }) => satisfied(t, n, true));
    if (index < 0) return `\`${types[waiting[0]!.t]!.workload.id}\` finds no pod that its own affinity asks for`;
    const [{ n, t }] = waiting.splice(index, 1) as [{ n: number; t: number }];
    arrived[n]![t] = nodes[n]!.pods[t]!;
  }
  return undefined;
}

const hasAffinity = (type: PodType): boolean => type.workload.pod.podAffinity.length > 0;

/** topologySpreadConstraints (`DoNotSchedule`): no place of a pod holds more than `maxSkew` above the emptiest eligible place. */
function spreadComplaint(types: readonly PodType[], nodes: readonly Node[]): string | undefined {
  for (const [t, type] of types.entries()) {
    for (const constraint of type.workload.pod.spread) {
      const counts = new Map<string, number>();
      const own = new Set<string>();
      for (const node of nodes) {
        const domain = domainOf(node, constraint.topologyKey);
        if (domain === undefined) {
          if (node.pods[t]! > 0) return `\`${type.workload.id}\` is on a node without \`${constraint.topologyKey}\``;
          continue;
        }
        if (!eligible(type, node, constraint)) continue;
        const matching = node.pods.reduce(
          (sum, pods, u) => sum + (pods > 0 && countsFor(type.workload, types[u]!.workload, constraint) ? pods : 0),
          0,
        );
        counts.set(domain, (counts.get(domain) ?? 0) + matching);
        if (node.pods[t]! > 0) own.add(domain);
      }
      const least = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
      const worst = Math.max(0, ...[...own].map((domain) => counts.get(domain) ?? 0));
      if (worst - least > constraint.maxSkew)
        return `\`${type.workload.id}\` has ${worst} in one ${constraint.topologyKey} and ${least} in another; its own spread allows ${constraint.maxSkew}`;
    }
  }
  return undefined;
}

type SpreadConstraint = Workload["pod"]["spread"][number];

const countsFor = (owner: Workload, other: Workload, constraint: SpreadConstraint): boolean =>
  owner.namespace === other.namespace && matchesAll(constraint.selector, other.podLabels);

/** Nodes whose places count: those that the pod's selector and affinity (with what `where` adds) admit, taints only when asked. */
function eligible(type: PodType, node: Node, constraint: SpreadConstraint): boolean {
  if (constraint.nodeAffinityPolicy === "Honor" && !type.selected.includes(node.pool)) return false;
  return constraint.nodeTaintsPolicy === "Ignore" || toleratesAll(node.pool.pool.taints, type.workload, type.run);
}
