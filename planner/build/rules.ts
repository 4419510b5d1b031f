// The clauses of each run as rules of the problem: spread, near, with, apart, together, survive, then, shares. It must not know how a
// rule is encoded.
import type { Ir, RunIr } from "../../compiler/index.ts";
import { columnsOf } from "../columns.ts";
import type { Because, LatencyPair, ProblemCluster, ProblemWorkload, Rule } from "../problem.ts";
import type { Distances } from "./distance.ts";
import { shortName } from "./words.ts";

export interface RuleGround {
  readonly ir: Ir;
  readonly clusters: readonly ProblemCluster[];
  readonly clusterIndex: ReadonlyMap<string, number>;
  readonly workloads: readonly ProblemWorkload[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly distances: Distances | undefined;
}

export function rulesOf(ground: RuleGround): readonly Rule[] {
  const groups = grouper(ground.clusters);
  const reach = reacher(ground);
  const rules: Rule[] = [];
  for (const run of ground.ir.runs) {
    const workload = ground.indexOf.get(run.workload);
    if (workload === undefined) continue;
    rules.push(...spreads(run, workload, ground), ...proximities(run, workload, ground, reach));
    rules.push(...counted(run, workload, ground, groups));
  }
  return [...rules, ...confined(ground, reach), ...claims(ground)];
}

/** Distinct ordered pairs whose distance counts: `allow a -> b` and soft `near`. */
export function latencyPairs({ ir, indexOf }: Pick<RuleGround, "ir" | "indexOf">): readonly LatencyPair[] {
  const pairs = new Map<string, LatencyPair>();
  const add = (from: string, to: readonly string[]): void => {
    const a = indexOf.get(from);
    const b = [...new Set(to)].flatMap((id) => indexOf.get(id) ?? []).sort((x, y) => x - y);
    if (a !== undefined && b.length > 0 && !b.includes(a)) pairs.set(`${a} ${b.join()}`, { from: a, to: b });
  };
  for (const traffic of ir.traffic)
    if (traffic.kind === "allow" && traffic.from.kind === "workload" && traffic.to.kind === "workload")
      add(traffic.from.workload, [traffic.to.workload]);
  for (const run of ir.runs)
    for (const near of run.near) if (near.microseconds === undefined) add(run.workload, near.workloads);
  return [...pairs.values()].sort((x, y) => x.from - y.from || compareLists(x.to, y.to));
}

function spreads(run: RunIr, workload: number, { clusters, workloads }: RuleGround): Rule[] {
  return run.spread.map(({ key, max, span }) => {
    const byValue = new Map<string, number[]>();
    for (const cluster of columnsOf(workloads[workload] as ProblemWorkload).cluster) {
      const value = key === "cluster" ? clusters[cluster]?.name : clusters[cluster]?.labels[key];
      if (value === undefined) continue;
      const members = byValue.get(value);
      if (members === undefined) byValue.set(value, [cluster]);
      else members.push(cluster);
    }
    const text = `run ${shortName(run.workload)} spread across ${key}${max === undefined ? "" : ` max ${max}`}`;
    return {
      kind: "spread",
      workload,
      groups: [...byValue].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, members]) => members),
      ...(max === undefined ? {} : { max }),
      because: { text, span, kind: "intent" },
    };
  });
}

function proximities(run: RunIr, workload: number, { indexOf }: RuleGround, reach: Reacher): Rule[] {
  const name = shortName(run.workload);
  const known = (ids: readonly string[]): number[] => ids.flatMap((id) => indexOf.get(id) ?? []);
  const rules: Rule[] = [];
  for (const { workloads, microseconds, span } of run.near) {
    if (microseconds === undefined) continue;
    const text = `run ${name} near ${workloads.map(shortName).join(", ")} within ${microseconds / 1000}ms`;
    rules.push({
      kind: "near",
      workload,
      of: known(workloads),
      reach: reach(microseconds),
      within: microseconds,
      because: { text, span, kind: "intent" },
    });
  }
  for (const { workload: other, span } of run.with) {
    const text = `run ${name} with ${shortName(other)}`;
    rules.push({
      kind: "near",
      workload,
      of: known([other]),
      reach: reach(undefined),
      because: { text, span, kind: "intent" },
    });
  }
  return rules;
}

function counted(run: RunIr, workload: number, { indexOf, clusterIndex }: RuleGround, groups: Grouper): Rule[] {
  const name = shortName(run.workload);
  const rules: Rule[] = [];
  const indices = (names: readonly string[]): number[] => names.flatMap((n) => clusterIndex.get(n) ?? []);
  for (const { workload: other, key, span } of run.apart) {
    const b = indexOf.get(other);
    if (b === undefined) continue;
    const text = `run ${name} apart from ${shortName(other)}${key === "cluster" ? "" : ` by ${key}`}`;
    rules.push({ kind: "apart", a: workload, b, groups: groups(key), because: { text, span, kind: "intent" } });
  }
  if (run.survive !== undefined) {
    const { count, unit, keeping, span } = run.survive;
    const text = `run ${name} survive ${count} ${unit}${count === 1 ? "" : "s"}${keeping === 1 ? "" : ` keeping ${keeping}`}`;
    rules.push({
      kind: "survive",
      workload,
      groups: groups(unit),
      count,
      keeping,
      because: { text, span, kind: "intent" },
    });
  }
  if (run.choices !== undefined) {
    const text = `run ${name} on ${run.choices.choices.map((names) => names.join(", ")).join(" then ")}`;
    rules.push({
      kind: "choices",
      workload,
      choices: run.choices.choices.map(indices),
      because: { text, span: run.choices.span, kind: "intent" },
    });
  }
  if (run.shares !== undefined) {
    const shares = run.shares.shares.flatMap(({ cluster, weight }) => {
      const index = clusterIndex.get(cluster);
      return index === undefined ? [] : [{ cluster: index, weight }];
    });
    const text = `run ${name} on ${run.shares.shares.map((s) => `${s.cluster} weight ${s.weight}`).join(", ")}`;
    rules.push({ kind: "shares", workload, shares, because: { text, span: run.shares.span, kind: "intent" } });
  }
  return rules;
}

/** Without connectivity, what talks runs together: `allow a -> b` keeps a on clusters of b. Secondary networks reach further. */
function confined({ ir, indexOf }: RuleGround, reach: Reacher): Rule[] {
  if (ir.fleet.connectivity !== "none") return [];
  const seen = new Set<string>();
  const rules: Rule[] = [];
  for (const { kind, from, to, over, span } of ir.traffic) {
    if (kind !== "allow" || over !== undefined || from.kind !== "workload" || to.kind !== "workload") continue;
    const [a, b] = [indexOf.get(from.workload), indexOf.get(to.workload)];
    if (a === undefined || b === undefined || a === b || seen.has(`${a} ${b}`)) continue;
    seen.add(`${a} ${b}`);
    const text = `allow ${shortName(from.workload)} -> ${shortName(to.workload)} without connectivity between clusters`;
    rules.push({
      kind: "near",
      workload: a,
      of: [b],
      reach: reach(undefined),
      because: { text, span, kind: "intent" },
    });
  }
  return rules;
}

function claims({ ir, indexOf }: RuleGround): Rule[] {
  return ir.together.flatMap(({ workloads, because, span }) => {
    const known = [...new Set(workloads)].flatMap((id) => indexOf.get(id) ?? []).sort((a, b) => a - b);
    const reason: Because = { text: because, span, kind: "intent" };
    return known.length < 2 ? [] : [{ kind: "together" as const, workloads: known, because: reason }];
  });
}

type Grouper = (key: string) => readonly (readonly number[])[];

/** Clusters by the value of a label; `cluster`, or lacking the label, makes a group of one. */
function grouper(clusters: readonly ProblemCluster[]): Grouper {
  const known = new Map<string, readonly (readonly number[])[]>();
  return (key) => {
    const made = known.get(key);
    if (made !== undefined) return made;
    const byValue = new Map<string, number[]>();
    clusters.forEach((cluster, index) => {
      const value = key === "cluster" ? undefined : cluster.labels[key];
      const group = value === undefined ? `alone ${index}` : `value ${value}`;
      const members = byValue.get(group);
      if (members === undefined) byValue.set(group, [index]);
      else members.push(index);
    });
    const groups = [...byValue.values()];
    known.set(key, groups);
    return groups;
  };
}

type Reacher = (microseconds: number | undefined) => readonly (readonly number[])[];

/** Clusters within a latency of each cluster; undefined: only itself. */
function reacher({ clusters, distances }: RuleGround): Reacher {
  const known = new Map<number | undefined, readonly (readonly number[])[]>();
  return (microseconds) => {
    let made = known.get(microseconds);
    if (made === undefined) {
      made = clusters.map((_, from) => {
        const row = microseconds === undefined ? undefined : distances?.distance[from];
        if (row === undefined || microseconds === undefined || distances === undefined) return [from];
        return row.flatMap((length, to) => (length <= microseconds && length < distances.far ? [to] : []));
      });
      known.set(microseconds, made);
    }
    return made;
  };
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
