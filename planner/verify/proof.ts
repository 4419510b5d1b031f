// Adds the bounds of a plan up again, from the program and the prices alone, each term given the values of those before it. It must not know
// planner/search or any solver: it shares no code with what found the prices.
import type { Cluster, Ir } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import type { TermProof } from "../proof.ts";
import { distancesOf, type Distances } from "./distance.ts";
import { objectiveIn, type ObjectiveValue } from "./objective.ts";
import { neededClusters } from "./priced/needed.ts";
import { costOn, levelAt, type Weight } from "./priced/level.ts";
import { tasksOf, type Task } from "./priced/sites.ts";
import { worldOf, type World } from "./world.ts";

/** What became of the proof of one term. */
export interface ProofCheck {
  readonly name: string;
  readonly by: TermProof["by"];
  readonly bound: number;
  /** What the prices come to: no placement as good in the earlier terms is below it. */
  readonly proven: number;
  /** Whether the prices prove what they are said to: the bound itself or, where an exact solver proved that, what stands beside it. */
  readonly holds: boolean;
  /** What is wrong, in words. */
  readonly complaints: readonly string[];
}

export interface ProofOptions {
  /** Clusters that were taken to be lost. */
  readonly without?: readonly string[];
}

/**
 * Checks the proof of every term of a plan. The values of earlier terms are those of `placed`, computed again from LANGUAGE.md.
 * @param before replicas in force before the plan. @param placed the plan's own.
 * Weak duality (Geoffrion, Mathematical Programming Study 2, 1974): at prices that are none below zero, what every workload costs at its best,
 * less what is paid for all room there is, is a bound.
 */
export function verifyProof(
  ir: Ir,
  before: PlacedReplicas,
  placed: PlacedReplicas,
  proof: readonly TermProof[],
  options: ProofOptions = {},
): readonly ProofCheck[] {
  const world = worldOf(ir, before, placed, options.without);
  const distances = distancesOf(ir.fleet);
  const terms = objectiveIn(world, distances);
  const tasks = tasksOf(world);
  const visible = [...terms.keys()].filter((t) => terms[t]!.name !== "choices");
  return proof.map((entry, i) => {
    const t = visible[i];
    const term = t === undefined ? undefined : terms[t]!;
    if (t === undefined || term?.name !== entry.name)
      return refused(entry, `term ${i + 1} of the objective is ${term === undefined ? "none" : `\`${term.name}\``}`);
    return check(world, distances, tasks, terms, t, entry);
  });
}

const refused = ({ name, by, bound }: TermProof, complaint: string): ProofCheck => ({
  name,
  by,
  bound,
  proven: -Infinity,
  holds: false,
  complaints: [complaint],
});

function check(
  world: World,
  distances: Distances,
  tasks: readonly Task[],
  terms: readonly ObjectiveValue[],
  t: number,
  entry: TermProof,
): ProofCheck {
  const { name, by, bound } = entry;
  const strange = entry.given.find(
    ({ term, name: other, weight }) => term >= t || terms[term]?.name !== other || !(weight >= 0),
  );
  if (strange !== undefined) return refused(entry, `\`${strange.name}\` is no term before \`${name}\``);
  const weights = [
    ...entry.given.map(({ term, weight }): Weight => ({ term: terms[term]!, weight, current: false })),
    { term: terms[t]!, weight: 1, current: true },
  ];
  const choices = terms.filter((term) => term.name === "choices");
  const imbalance = terms.findIndex((term) => term.name === "imbalance");
  const held = {
    imbalance: imbalance >= 0 && imbalance < t ? terms[imbalance]!.value : undefined,
    rank: (term: ObjectiveValue) => choices.indexOf(term),
  };
  const alone = floorOf(world, tasks, terms[t]!);
  const trivial =
    Object.keys(entry.prices).length === 0 && entry.given.length === 0 && reaches(Math.max(bound, entry.priced), alone);
  const level = trivial ? { value: alone, wrong: [] } : levelAt(world, distances, tasks, weights, held, entry.prices);
  const added = weights.reduce(
    (sum, { term, weight, current }) => sum - (current ? 0 : weight * term.value),
    level.value,
  );
  const proven = Math.max(alone, added);
  const complaints = [...level.wrong];
  const close = (claimed: number): boolean =>
    claimed - proven <= 1e-6 * Math.max(1, Math.abs(claimed), scaleOf(weights));
  if (!close(entry.priced)) complaints.push(`the prices come to ${proven}, not to ${entry.priced}`);
  const reached = (claimed: number): boolean => close(claimed) || reaches(claimed, alone);
  const rounded = (): number => Math.ceil(proven - 1e-6 * Math.max(1, Math.abs(proven)));
  if (by !== "exhaustion" && !reached(bound) && !(bound <= rounded() && isWhole(world, tasks, terms[t]!)))
    complaints.push(`the prices prove ${proven}, not ${bound}`);
  if (bound > terms[t]!.value + 1e-6 * Math.max(1, Math.abs(bound)))
    complaints.push(`the bound ${bound} is above the value ${terms[t]!.value}`);
  return { name, by, bound, proven, holds: complaints.length === 0, complaints };
}

const reaches = (claimed: number, proven: number): boolean => claimed - proven <= 1e-9 * Math.max(1, Math.abs(claimed));

/** Sums of numbers this large are rounded that much. */
const scaleOf = (weights: readonly Weight[]): number =>
  1e-4 * weights.reduce((sum, { term, weight, current }) => sum + (current ? 0 : weight * Math.abs(term.value)), 0);

/** What no placement is below, whatever the prices. */
function floorOf(world: World, tasks: readonly Task[], { name }: ObjectiveValue): number {
  if (name === "clusters") return Math.max(neededClusters(world, tasks).size, ...tasks.map(clustersOf));
  if (name === "cost") return world.ir.fleet.clusters.some(hasGift) ? -Infinity : 0;
  if (name === "preference")
    return world.ir.runs.some(({ prefer }) => prefer.some(({ weight }) => weight < 0)) ? -Infinity : 0;
  if (name !== "moves") return 0;
  return tasks.reduce((sum, { run, sites, workload }) => {
    const can = new Set(sites.map((site) => site.name));
    const leaving = Object.entries(world.before[run.workload] ?? {}).filter(([cluster]) => !can.has(cluster));
    return (
      sum + leaving.reduce((part, [, replicas]) => part + (workload.perNode ? Math.min(1, replicas) : replicas), 0)
    );
  }, 0);
}

/** Clusters that a workload takes at least. */
function clustersOf({ run, size, total }: Task): number {
  if (run.optional || total === 0) return 0;
  return run.spreading.kind === "divided" ? (run.spreading.clusters ?? 1) : total / size;
}

const hasGift = ({ prices }: Cluster): boolean => Object.values(prices).some((price) => price < 0);

/** Whether the term takes whole values only. */
function isWhole(world: World, tasks: readonly Task[], { name }: ObjectiveValue): boolean {
  if (name === "preference")
    return tasks.every(({ run }) => run.prefer.every(({ weight }) => Number.isInteger(weight)));
  if (name === "cost")
    return tasks.every((task) => task.sites.every((site) => Number.isInteger(costOn(world, task, site))));
  return name !== "latency" && name !== "imbalance";
}
