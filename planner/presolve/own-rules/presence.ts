// Where workloads of one group are, may be and are not, with what follows from it by their rules (unit propagation), undone as it was done. It must
// not know in which order anything is tried.
import { columnsOf } from "../../columns.ts";
import type { Problem, Rule } from "../../problem.ts";
import { NOT, OPEN, THERE, countsOf, wantedOf, type Counts } from "./counts.ts";

export interface Presence {
  readonly workloads: readonly Member[];
  readonly nears: readonly Near[];
  /** Says where something is (or is not), and all that follows; false when it can not be. */
  readonly say: (w: number, i: number, what: number) => boolean;
  /** What follows from the rules alone; false when they can not hold. */
  readonly begin: () => boolean;
  readonly mark: () => number;
  readonly undo: (mark: number) => void;
  /** Candidates that were looked at. */
  readonly looked: () => number;
}

export interface Member {
  readonly cluster: Int32Array;
  /** Candidates by cluster; -1: none. */
  readonly at: Int32Array;
  readonly state: Uint8Array;
  /** Undefined for what need not run. */
  readonly counts: Counts | undefined;
}

export interface Near {
  readonly from: number;
  readonly of: readonly number[];
  readonly reach: readonly (readonly number[])[];
}

/** @param workloads of the problem, which all rules speak of and no other: the group. */
export function newPresence(
  { workloads, clusters }: Problem,
  group: readonly number[],
  rules: readonly Rule[],
): Presence {
  const index = new Map(group.map((w, m) => [w, m]));
  const here = (w: number): number => index.get(w) as number;
  const members = group.map((w): Member => {
    const workload = workloads[w] as Problem["workloads"][number];
    const { cluster } = columnsOf(workload);
    const at = new Int32Array(clusters.length).fill(-1);
    cluster.forEach((c, i) => (at[c] = i));
    const own = rules.filter((rule) => "workload" in rule && rule.workload === w);
    const must = !workload.optional && wantedOf(workload.counting) > 0;
    const counts = must ? countsOf(workload, own, clusters.length) : undefined;
    return { cluster, at, state: new Uint8Array(cluster.length), counts };
  });
  const nears = rules.flatMap((rule): Near[] =>
    rule.kind === "near" ? [{ from: here(rule.workload), of: rule.of.map(here), reach: rule.reach }] : [],
  );
  const aparts = members.map((): { readonly other: number; readonly groups: Groups }[] => []);
  const alike = members.map((): number[] => []);
  for (const rule of rules) {
    if (rule.kind === "apart") {
      const groups = groupsIn(rule.groups, clusters.length);
      const [a, b] = [here(rule.a), here(rule.b)];
      aparts[a]?.push({ other: b, groups });
      if (a !== b) aparts[b]?.push({ other: a, groups });
    }
    // What need not run may share no cluster with the others: it is then nowhere.
    if (rule.kind !== "together") continue;
    const must = rule.workloads.map(here).filter((m) => members[m]?.counts !== undefined);
    for (const m of must) alike[m]?.push(...must.filter((other) => other !== m));
  }
  const asking = members.map((_, m) => nears.filter(({ from, of }) => from === m || of.includes(m)));
  const trail: number[] = [];
  let queue: number[] = [];
  let looked = 0;
  const verdict = { broken: false };
  const [dirty, stale] = [new Set<Near>(), new Set<number>()];
  const width = clusters.length;
  const set = (m: number, i: number, what: number): void => {
    const { state, cluster } = members[m] as Member;
    if (state[i] === what) return;
    if (state[i] !== OPEN) verdict.broken = true;
    if (verdict.broken) return;
    state[i] = what;
    trail.push(m * width + (cluster[i] as number));
    queue.push(m * width + (cluster[i] as number));
  };
  const spread = (m: number, c: number): void => {
    const member = members[m] as Member;
    const there = member.state[member.at[c] as number] === THERE;
    stale.add(m);
    for (const near of asking[m] as Near[]) if (there ? near.from === m : near.of.includes(m)) dirty.add(near);
    for (const other of alike[m] as number[]) {
      const i = (members[other] as Member).at[c] as number;
      if (i >= 0) set(other, i, there ? THERE : NOT);
      else if (there) verdict.broken = true;
    }
    if (!there) return;
    for (const { other, groups } of aparts[m] as { other: number; groups: Groups }[])
      for (const cluster of groups.members[groups.of[c] as number] ?? []) {
        looked++;
        const i = (members[other] as Member).at[cluster] as number;
        if (i >= 0 && !(other === m && cluster === c)) set(other, i, NOT);
      }
  };
  /** Whoever is somewhere has one of the others in reach: where there is none it is not, and where there is one, that is there. */
  const support = ({ from, of, reach }: Near): void => {
    const { state, cluster } = members[from] as Member;
    for (let i = 0; i < state.length && !verdict.broken; i++) {
      if (state[i] === NOT) continue;
      let [found, only, last] = [0, -1, -1];
      search: for (const other of of) {
        const { at, state: their } = members[other] as Member;
        for (const c of reach[cluster[i] as number] ?? []) {
          looked++;
          const k = at[c] as number;
          if (k < 0 || their[k] === NOT) continue;
          found += their[k] === THERE ? 2 : 1;
          [only, last] = [other, k];
          if (found > 1) break search;
        }
      }
      if (found === 0) set(from, i, NOT);
      else if (found === 1 && state[i] === THERE) set(only, last, THERE);
    }
  };
  const count = (m: number): void => {
    const { state, counts } = members[m] as Member;
    if (counts === undefined) return;
    looked += state.length;
    if (!counts.enough(state, true)) verdict.broken = true;
    const there = state.reduce((sum, own) => sum + (own === THERE ? 1 : 0), 0);
    if (there > counts.most) verdict.broken = true;
    if (there === counts.most) state.forEach((own, i) => own === OPEN && set(m, i, NOT));
  };
  const follow = (): boolean => {
    while (!verdict.broken && queue.length + dirty.size + stale.size > 0) {
      const next = queue;
      queue = [];
      for (const key of next) if (!verdict.broken) spread(Math.floor(key / width), key % width);
      if (queue.length > 0 || verdict.broken) continue;
      const [near] = dirty;
      if (near !== undefined) {
        dirty.delete(near);
        support(near);
        continue;
      }
      const [m] = stale;
      if (m === undefined) continue;
      stale.delete(m);
      count(m);
    }
    const whole = !verdict.broken;
    queue = [];
    dirty.clear();
    stale.clear();
    verdict.broken = false;
    return whole;
  };
  return {
    workloads: members,
    nears,
    say: (m, i, what) => {
      set(m, i, what);
      return follow();
    },
    begin: () => {
      members.forEach(({ counts, state }, m) => {
        stale.add(m);
        if (counts !== undefined) for (let i = 0; i < state.length; i++) if (counts.room[i] === 0) set(m, i, NOT);
      });
      for (const near of nears) dirty.add(near);
      return follow();
    },
    mark: () => trail.length,
    undo: (mark) => {
      while (trail.length > mark) {
        const key = trail.pop() as number;
        const { at, state } = members[Math.floor(key / width)] as Member;
        state[at[key % width] as number] = OPEN;
      }
    },
    looked: () => looked,
  };
}

interface Groups {
  readonly of: Int32Array;
  readonly members: readonly (readonly number[])[];
}

/** Which group each cluster is in, and who else is. */
function groupsIn(groups: readonly (readonly number[])[], clusters: number): Groups {
  const of = new Int32Array(clusters).fill(-1);
  groups.forEach((group, g) => group.forEach((c) => (of[c] = g)));
  return { of, members: groups };
}
