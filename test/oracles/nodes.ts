// Whether pods fit on the nodes of one cluster, by trying every way to deal them out. Written from the Kubernetes documents for the brute
// force; it shares no code with the planner nor with its checker.
import type { Cluster, Ir, PodAffinityTerm } from "../../compiler/index.ts";
import { labelsOn, offer, opens, selected, type Standpoint } from "./meaning.ts";

interface Seat {
  readonly pool: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly counts: number[];
}

/** `counts[w]` replicas of each workload on cluster `c`; a DaemonSet's 1 means a pod on every open node. */
export function packable(ir: Ir, points: readonly Standpoint[], c: number, counts: readonly number[]): boolean {
  const cluster = ir.fleet.clusters[c]!;
  const seats = cluster.pools.flatMap((pool, p) =>
    Array.from({ length: pool.count }, (_, i): Seat => {
      const labels = { ...labelsOn(ir, pool), "kubernetes.io/hostname": `${pool.name}/${i}` };
      return { pool: p, labels, counts: points.map(() => 0) };
    }),
  );
  for (const [w, point] of points.entries()) {
    if (!point.workload.perNode || counts[w] === 0) continue;
    for (const seat of seats) if (point.open[c]!.includes(seat.pool)) seat.counts[w] = 1;
  }
  const todo = points.flatMap((point, w) => (counts[w]! > 0 && !point.workload.perNode ? [w] : []));
  todo.sort((a, b) => (points[b]!.run.demand["cpu"] ?? 0) - (points[a]!.run.demand["cpu"] ?? 0));
  if (!peaceful(ir, cluster, points, seats)) return false;
  const deal = (k: number): boolean =>
    k === todo.length ? content(ir, points, c, seats) : dealOne(k, 0, counts[todo[k]!]!);
  // Deals the rest of workload todo[k] to the seats from `s` on. Like seats (same pool, same pods so far) take no more than the one before.
  const dealOne = (k: number, s: number, left: number): boolean => {
    const w = todo[k]!;
    if (left === 0) return deal(k + 1);
    if (s === seats.length) return false;
    const seat = seats[s]!;
    let most = points[w]!.pools[c]!.includes(seat.pool) ? left : 0;
    const previous = seats[s - 1];
    if (previous !== undefined && previous.pool === seat.pool && like(previous, seat, w))
      most = Math.min(most, previous.counts[w]!);
    for (let n = most; n >= 0; n--) {
      seat.counts[w] = n;
      if ((n === 0 || peaceful(ir, cluster, points, seats)) && dealOne(k, s + 1, left - n)) return true;
    }
    seat.counts[w] = 0;
    return false;
  };
  return deal(0);
}

const like = (a: Seat, b: Seat, but: number): boolean => a.counts.every((n, w) => w === but || n === b.counts[w]);

/** What no further pod can mend: amounts, host ports, anti-affinity. */
function peaceful(ir: Ir, cluster: Cluster, points: readonly Standpoint[], seats: readonly Seat[]): boolean {
  for (const seat of seats) {
    const used: Record<string, number> = {};
    for (const [w, point] of points.entries())
      for (const [r, need] of Object.entries(point.run.demand)) used[r] = (used[r] ?? 0) + need * seat.counts[w]!;
    for (const [r, sum] of Object.entries(used)) if (sum > offer(ir, cluster.pools[seat.pool]!, r)) return false;
    const ports = points.flatMap((point, w) =>
      Array.from({ length: seat.counts[w]! }, () => point.workload.pod.hostPorts).flat(),
    );
    for (const [i, p] of ports.entries())
      for (const q of ports.slice(i + 1)) {
        const anyAddress = [p.ip, q.ip].some((ip) => ["", "0.0.0.0", "::"].includes(ip));
        if (p.port === q.port && p.protocol === q.protocol && (anyAddress || p.ip === q.ip)) return false;
      }
  }
  return points.every((point, w) =>
    point.workload.pod.podAntiAffinity.every((term) =>
      seats.every((seat) => {
        if (seat.counts[w] === 0 || !(term.topologyKey in seat.labels)) return true;
        return podsIn(points, seats, term, seat.labels[term.topologyKey]!) - (meets(term, point) ? 1 : 0) === 0;
      }),
    ),
  );
}

const meets = (term: PodAffinityTerm, point: Standpoint): boolean =>
  (term.namespaces === "all" || term.namespaces.includes(point.workload.namespace)) &&
  selected(term.selector, point.workload.podLabels);

/** Pods that a term selects in one place of its topology. */
function podsIn(points: readonly Standpoint[], seats: readonly Seat[], term: PodAffinityTerm, place: string): number {
  let pods = 0;
  for (const seat of seats)
    if (seat.labels[term.topologyKey] === place)
      for (const [w, point] of points.entries()) if (meets(term, point)) pods += seat.counts[w]!;
  return pods;
}

/** What can be judged only when everybody sits: affinity in some order of arrival, and topology spread. */
function content(ir: Ir, points: readonly Standpoint[], c: number, seats: readonly Seat[]): boolean {
  return arrives(points, seats) && points.every((_, w) => spreadsWell(ir, points, c, seats, w));
}

function arrives(points: readonly Standpoint[], seats: readonly Seat[]): boolean {
  const here = seats.map((seat) => ({
    ...seat,
    counts: seat.counts.map((n, w) => (points[w]!.workload.pod.podAffinity.length > 0 ? 0 : n)),
  }));
  const missing = () =>
    seats.flatMap((seat, s) => seat.counts.flatMap((n, w) => (n > here[s]!.counts[w]! ? [[s, w] as const] : [])));
  for (let waiting = missing(); waiting.length > 0; waiting = missing()) {
    const welcome = (first: boolean) =>
      waiting.find(([s, w]) =>
        points[w]!.workload.pod.podAffinity.every((term) => {
          const place = seats[s]!.labels[term.topologyKey];
          if (place === undefined) return false;
          if (podsIn(points, here, term, place) > 0) return true;
          const places = [...new Set(seats.flatMap((seat) => seat.labels[term.topologyKey] ?? []))];
          return first && meets(term, points[w]!) && places.every((other) => podsIn(points, here, term, other) === 0);
        }),
      );
    const next = welcome(false) ?? welcome(true);
    if (next === undefined) return false;
    here[next[0]]!.counts[next[1]] = seats[next[0]]!.counts[next[1]]!;
  }
  return true;
}

function spreadsWell(ir: Ir, points: readonly Standpoint[], c: number, seats: readonly Seat[], w: number): boolean {
  const { workload, run } = points[w]!;
  const pools = ir.fleet.clusters[c]!.pools;
  return workload.pod.spread.every((rule) => {
    const counts: Record<string, number> = {};
    let most = 0;
    for (const seat of seats) {
      const place = seat.labels[rule.topologyKey];
      if (place === undefined && seat.counts[w]! > 0) return false;
      if (place === undefined) continue;
      const tolerated = pools[seat.pool]!.taints.every(
        (taint) => taint.effect === "PreferNoSchedule" || tolerates(points[w]!, taint.key),
      );
      if (rule.nodeTaintsPolicy === "Honor" && !tolerated) continue;
      const untainted = { ...pools[seat.pool]!, taints: [] };
      if (rule.nodeAffinityPolicy === "Honor" && !opens(ir, run, workload, ir.fleet.clusters[c]!, untainted)) continue;
      let pods = 0;
      for (const [u, other] of points.entries())
        if (other.workload.namespace === workload.namespace && selected(rule.selector, other.workload.podLabels))
          pods += seat.counts[u]!;
      counts[place] = (counts[place] ?? 0) + pods;
    }
    for (const seat of seats)
      if (seat.counts[w]! > 0) most = Math.max(most, counts[seat.labels[rule.topologyKey]!] ?? 0);
    const values = Object.values(counts);
    const least = values.length < (rule.minDomains ?? 1) ? 0 : Math.min(...values);
    return most - least <= rule.maxSkew;
  });
}

const tolerates = (point: Standpoint, key: string): boolean =>
  point.run.tolerates.some((t) => t.taint === key) ||
  point.workload.pod.tolerations.some((t) => !t.key || t.key === key);
