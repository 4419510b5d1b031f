// How many replicas a workload can have on some of its candidates, by what it says of itself alone: `spread`, shares, `survive`, so many clusters.
// It must not know other workloads, nor room that is shared.
import { columnsOf } from "../../columns.ts";
import type { Problem, ProblemWorkload, Rule } from "../../problem.ts";

/** Of a candidate: nobody knows yet, something is there, nothing is. */
export const [OPEN, THERE, NOT] = [0, 1, 2];

export interface Counts {
  /** Whether what is wanted can be where something is, or may be (`open`), as far as counting tells: a no is a proof. */
  readonly enough: (state: Uint8Array, open: boolean) => boolean;
  /** Clusters that it is on at most. */
  readonly most: number;
  /** Replicas that each candidate may hold of it. */
  readonly room: Float64Array;
  /** For each candidate, those that count as the same place where the workload spreads; empty where it does not. */
  readonly places: readonly Int32Array[];
}

type Surviving = Extract<Rule, { readonly kind: "survive" }>;
type Own = Extract<Rule, { readonly kind: "spread" | "survive" | "shares" }>;

/** @param rules those of this workload; it must run. */
export function countsOf(workload: ProblemWorkload, rules: readonly Rule[], clusters: number): Counts {
  const { counting } = workload;
  const columns = columnsOf(workload);
  const size = counting.kind === "divided" ? 1 : counting.size;
  const wanted = wantedOf(counting);
  const required = counting.kind === "each" ? new Set(counting.required) : undefined;
  const room = Float64Array.from(columns.cluster, (cluster, i) => {
    const most = columns.most[i] as number;
    if (most < size || required?.has(cluster) === false) return 0;
    return required === undefined && counting.kind === "divided" ? Math.min(most, wanted) : size;
  });
  const fewest = counting.kind === "each" ? counting.required.length : (counting.clusters ?? Math.min(1, wanted));
  const places: Int32Array[] = [];
  const checks = rules.flatMap((rule) => {
    if (rule.kind !== "spread" && rule.kind !== "survive" && rule.kind !== "shares") return [];
    const { of, count } = groupsOf(rule, columns.cluster, clusters);
    if (rule.kind !== "shares") places.push(of);
    return [{ rule, of, rooms: new Float64Array(count) }];
  });
  const asked = { wanted, size };
  const fill = (rooms: Float64Array, of: Int32Array, may: (i: number) => boolean): Float64Array => {
    rooms.fill(0);
    for (let i = 0; i < room.length; i++)
      if (of[i] !== -1 && may(i)) rooms[of[i] as number] = (rooms[of[i] as number] as number) + (room[i] as number);
    return rooms;
  };
  const doomed = checks.some(
    ({ rule, of, rooms }) =>
      rule.kind === "survive" &&
      !comesBack(
        fill(rooms, of, () => true),
        rule,
        wanted,
      ),
  );
  return {
    most: counting.kind === "divided" ? (counting.clusters ?? Infinity) : fewest,
    room,
    places,
    enough: (state, open) => {
      const may = (i: number): boolean => state[i] === THERE || (open && state[i] === OPEN);
      let [sum, many] = [0, 0];
      for (let i = 0; i < room.length; i++) {
        if (!may(i) || room[i] === 0) continue;
        sum += room[i] as number;
        many++;
      }
      if (sum < wanted || many < fewest) return false;
      return !doomed && checks.every(({ rule, of, rooms }) => holds(rule, fill(rooms, of, may), asked));
    },
  };
}

export function wantedOf(counting: Problem["workloads"][number]["counting"]): number {
  if (counting.kind === "divided") return counting.total;
  return counting.size * (counting.kind === "each" ? counting.required.length : counting.clusters);
}

interface Asked {
  readonly wanted: number;
  readonly size: number;
}

function holds(rule: Own, rooms: Float64Array, { wanted, size }: Asked): boolean {
  switch (rule.kind) {
    case "spread": {
      if (rule.max !== undefined) return sumOf(rooms, () => rule.max as number) >= wanted;
      if (rooms.length < 2) return true;
      const [least, most] = [Math.floor(wanted / size / rooms.length), Math.ceil(wanted / size / rooms.length)];
      return rooms.every((room) => room >= least * size) && sumOf(rooms, () => most * size) >= wanted;
    }
    case "shares": {
      const total = rule.shares.reduce((sum, { weight }) => sum + weight, 0);
      const due = rule.shares.map(({ weight }) => (wanted * weight) / total);
      const least = due.every((share, s) => (rooms[s] as number) >= Math.floor(share + SMALL));
      return least && sumOf(rooms, (s) => Math.ceil((due[s] as number) - SMALL)) >= wanted;
    }
    case "survive":
      return survives(rooms, rule, wanted);
  }
}

/** Shares that differ from a whole number by rounding only. */
const SMALL = 1e-9;

const sumOf = (rooms: Float64Array, most: (group: number) => number): number =>
  rooms.reduce((sum, room, g) => sum + Math.min(room, most(g)), 0);

/** No places may hold more than may be missing: the fullest hold so many together at most, each other no more than their mean. */
function survives(rooms: Float64Array, { count, keeping }: Surviving, wanted: number): boolean {
  const together = wanted - keeping;
  if (together < 0) return false;
  const each = Math.floor(together / count);
  const even = sumOf(rooms, () => each);
  if (count === 1) return even >= wanted;
  const smallest = sumOf(rooms.toSorted((a, b) => a - b).subarray(0, count), () => each);
  return together + even - smallest >= wanted;
}

/** With the largest places gone, all of it must have room on the others, wherever it was: what comes back asks for room only. */
function comesBack(rooms: Float64Array, { count }: Surviving, wanted: number): boolean {
  const kept = rooms.toSorted((a, b) => a - b).subarray(0, Math.max(0, rooms.length - count));
  return kept.reduce((sum, room) => sum + room, 0) >= wanted;
}

/** The group of each candidate, -1 for one that is in none; groups as the rule counts them, empty ones too. */
function groupsOf(rule: Own, own: Int32Array, clusters: number): { readonly of: Int32Array; readonly count: number } {
  const groups = rule.kind === "shares" ? rule.shares.map(({ cluster }) => [cluster]) : rule.groups;
  const at = new Int32Array(clusters).fill(-1);
  groups.forEach((group, g) => group.forEach((cluster) => (at[cluster] = g)));
  return { of: Int32Array.from(own, (cluster) => at[cluster] as number), count: groups.length };
}
