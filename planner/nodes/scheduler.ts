// The kube-scheduler's own way of placing pods: one after the other, each on a best-scored node that its filters admit, ties at random.
// Scores as its default profile has them: by resources (`worth.ts`), PodTopologySpread's default soft spreading ×2, InterPodAffinity ×2,
// TaintToleration ×3. It must not know plans or other clusters.
import type { Board } from "./board.ts";
import { deal, look, newWindow } from "./window.ts";
import { worth } from "./worth.ts";
import type { Asked } from "./worth.ts";

export interface ScoredNode {
  /** Allocatable milli-CPU and bytes of memory; 0 where unknown. */
  readonly cpu: number;
  readonly memory: number;
  readonly zone: string | undefined;
  /** Taints with `PreferNoSchedule` by kind that does not tolerate them. */
  readonly disliked: (kind: number) => number;
}

/** Requests of one pod; what asks for nothing counts as a tenth of a CPU and 200 MiB. */
export interface ScoredKind extends Asked {
  /** Whether a controller's selector makes the default soft spreading apply. */
  readonly spreads: boolean;
}

export interface Scheduler {
  readonly board: Board;
  /** Places one pod; false when no node admits it. */
  readonly schedule: (kind: number) => boolean;
}

/** A scheduler over an empty board. `random` breaks ties: numbers in [0, 1). */
export function newScheduler(
  board: Board,
  nodes: readonly ScoredNode[],
  kinds: readonly ScoredKind[],
  random: () => number,
): Scheduler {
  const cpu = new Float64Array(nodes.length);
  const memory = new Float64Array(nodes.length);
  const countedCpu = new Float64Array(nodes.length);
  const countedMemory = new Float64Array(nodes.length);
  const window = newWindow(nodes.length);
  deal(window, random);
  const found = new Int32Array(nodes.length);
  const zones = [...new Set(nodes.flatMap((node) => node.zone ?? []))];
  const zoneOf = nodes.map((node) => (node.zone === undefined ? -1 : zones.indexOf(node.zone)));
  const scores = new Float64Array(nodes.length);
  const raw = new Float64Array(nodes.length);

  const ask = (kind: number, node: number): void => {
    const more = kinds[kind] as ScoredKind;
    cpu[node] = (cpu[node] as number) + more.cpu;
    memory[node] = (memory[node] as number) + more.memory;
    countedCpu[node] = (countedCpu[node] as number) + more.countedCpu;
    countedMemory[node] = (countedMemory[node] as number) + more.countedMemory;
  };

  const resources = (kind: number, node: number): number => {
    const of = nodes[node] as ScoredNode;
    const [a, b] = [cpu[node] as number, memory[node] as number];
    const counted = [countedCpu[node] as number, countedMemory[node] as number] as const;
    return worth(of.cpu, of.memory, a, b, ...counted, kinds[kind] as ScoredKind);
  };

  const spread = (kind: number, open: readonly number[]): void => {
    if (!(kinds[kind] as ScoredKind).spreads) return;
    const inZone = new Float64Array(zones.length);
    const openZones = new Set<number>();
    board.pods.forEach((here, node) => {
      const zone = zoneOf[node] as number;
      if (zone >= 0) inZone[zone] = (inZone[zone] as number) + (here[kind] as number);
    });
    for (const node of open) openZones.add(zoneOf[node] as number); // those without a zone are one more
    const byNode = Math.log(open.length + 2);
    const byZone = Math.log(openZones.size + 2);
    for (const node of open) {
      const zone = zoneOf[node] as number;
      const zoned = zone < 0 ? 0 : (inZone[zone] as number) * byZone + 4;
      raw[node] = Math.round((board.pods[node]?.[kind] as number) * byNode + 2 + zoned);
    }
    addReversed(open, 2);
  };

  /** Adds 100 × weight for the best, less the more there is, as the plugins normalise. */
  const addReversed = (open: readonly number[], weight: number): void => {
    const [low, high] = extremes(open);
    for (const node of open)
      scores[node] =
        (scores[node] as number) +
        weight * (high === 0 ? 100 : Math.floor((100 * (high + low - (raw[node] as number))) / high));
  };
  const extremes = (open: readonly number[]): readonly [number, number] => {
    let [low, high] = [Infinity, -Infinity];
    for (const node of open) {
      low = Math.min(low, raw[node] as number);
      high = Math.max(high, raw[node] as number);
    }
    return [low, high];
  };

  const likes = (kind: number, open: readonly number[]): void => {
    for (const node of open) raw[node] = board.pull(kind, node);
    const [low, high] = extremes(open);
    if (high > low)
      for (const node of open)
        scores[node] = (scores[node] as number) + 2 * Math.floor((100 * ((raw[node] as number) - low)) / (high - low));
    for (const node of open) raw[node] = (nodes[node] as ScoredNode).disliked(kind);
    const most = extremes(open)[1];
    if (most > 0)
      for (const node of open)
        scores[node] = (scores[node] as number) + 3 * (100 - Math.floor((100 * (raw[node] as number)) / most));
  };

  const schedule = (kind: number): boolean => {
    const many = look(window, (node) => board.admits(kind, node), found);
    if (many === 0) return false;
    const open = [...found.subarray(0, many)];
    for (const node of open) scores[node] = resources(kind, node);
    spread(kind, open);
    likes(kind, open);
    const best = open.reduce((most, node) => Math.max(most, scores[node] as number), -Infinity);
    const tied = open.filter((node) => scores[node] === best);
    const chosen = tied[tied.length > 1 ? Math.floor(random() * tied.length) : 0] as number;
    board.add(kind, chosen);
    ask(kind, chosen);
    return true;
  };

  board.nodes.forEach((_, node) =>
    board.kinds.forEach((_kind, kind) => {
      for (let pod = board.pods[node]?.[kind] ?? 0; pod > 0; pod--) ask(kind, node);
    }),
  );
  return { board, schedule };
}

/** A row of numbers in [0, 1) that can be taken up again where it was. */
export interface Ties {
  state: number;
  readonly next: () => number;
}

/** Numbers that depend only on the state, which begins as the seed (mulberry32). */
export function newTies(seed: number): Ties {
  const ties = {
    state: seed >>> 0,
    next: (): number => {
      const state = (ties.state + 0x6d2b79f5) >>> 0;
      ties.state = state;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    },
  };
  return ties;
}

export const randomOf = (seed: number): (() => number) => newTies(seed).next;
