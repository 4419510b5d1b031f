// Why a workload is where it is: for each cluster that it is the best, what rules it out, or what it would cost more. It must not know how
// a report is shown.
import type { Ir } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { shortName } from "../build/words.ts";
import type { Clock } from "../clock.ts";
import type { PlaceOutcome } from "../place.ts";
import type { Because, Problem, ProblemWorkload } from "../problem.ts";
import { findConflict } from "./conflict.ts";
import { newElsewhere, type AskElsewhere, type Elsewhere } from "./elsewhere.ts";
import { isSpent, withShare, type Asking } from "./feasible.ts";
import { amountOf } from "./amount.ts";
import { largestNode } from "./largest-node.ts";

export interface WhyReason {
  readonly text: string;
  readonly span?: Span;
}

/** What one cluster is to the workload. */
export type WhyCluster =
  /** It runs here. `because` says what held it here. */
  | {
      readonly cluster: string;
      readonly verdict: "chosen";
      readonly replicas: number;
      readonly because: readonly WhyReason[];
    }
  /** It can not run here, whatever else is decided. */
  | { readonly cluster: string; readonly verdict: "ruled-out"; readonly because: readonly WhyReason[] }
  /** It could, but then these intents can not hold together. */
  | { readonly cluster: string; readonly verdict: "conflicts"; readonly because: readonly WhyReason[] }
  /**
   * It could: `term` is the first objective that gets worse, by `difference` in its unit. `exact`: that is what it must cost; else only this
   * workload moved and the rest stayed, so that the difference is at most this, and at least `least` (0 unless told).
   */
  | {
      readonly cluster: string;
      readonly verdict: "worse";
      readonly term: string;
      readonly difference: number;
      readonly exact: boolean;
      readonly least?: number;
    }
  /** It is even better there: the plan was stopped before it was proven to be the best. */
  | { readonly cluster: string; readonly verdict: "better"; readonly term: string; readonly difference: number }
  /** Equally good: a tie that was broken on purpose. */
  | { readonly cluster: string; readonly verdict: "equal"; readonly exact: boolean }
  /** There was no time to find out. */
  | { readonly cluster: string; readonly verdict: "unknown" };

/** Plain JSON. Clusters are in the fleet's order, the chosen ones first. */
export interface WhyReport {
  readonly workload: string;
  readonly status: PlaceOutcome["status"];
  /** Replicas that stay unplaced. */
  readonly unplaced: number;
  readonly clusters: readonly WhyCluster[];
}

/** What of an outcome is explained. */
export type Explained = Pick<PlaceOutcome, "problem" | "placement" | "unplaced" | "status" | "objective" | "proof"> &
  Partial<Pick<PlaceOutcome, "comesBack">>;

export interface WhyOptions {
  /** How long an explanation may take, in the caller's milliseconds. */
  readonly budget?: number;
  /** Clusters that the plan took to be lost. */
  readonly without?: readonly string[];
  /** Of prices: intents that speak of this workload come first. */
  readonly first?: string;
}

const BUDGET = 4000;

/** Explains one workload (by id) of a plan. `now` is the caller's clock in milliseconds. */
export async function why(
  ir: Ir,
  before: PlacedReplicas,
  outcome: Explained,
  workload: string,
  now: Clock,
  { budget = BUDGET, without = [] }: WhyOptions = {},
): Promise<WhyReport> {
  const { problem, placement } = outcome;
  const w = problem.workloads.findIndex(({ id }) => id === workload);
  const own = problem.workloads[w];
  const unplaced = outcome.unplaced
    .filter((entry) => `${entry.app}/${entry.workload}` === workload)
    .reduce((sum, { replicas }) => sum + replicas, 0);
  const report = { workload, status: outcome.status, unplaced };
  if (own === undefined) return { ...report, clusters: [] };
  const asking: Asking = { before, without, now, until: now() + budget };
  const placed = (cluster: number): number => {
    const i = own.candidates.findIndex((candidate) => candidate.cluster === cluster);
    return i < 0 ? 0 : (placement?.[w]?.[i] ?? 0);
  };
  // Where nothing can be placed, the same intents stand against every cluster that is open to it.
  const conflict = outcome.status === "infeasible" ? await findConflict(ir, withShare(asking, 0.8)) : undefined;
  const against = conflict?.intents.map(({ text, span }): WhyReason => ({ text, span }));
  const others: WhyCluster[] = [];
  const ask = newElsewhere(ir, outcome, asking);
  for (const cluster of problem.clusters.keys())
    if (placed(cluster) === 0) others.push(await otherCluster(ir, outcome, asking, ask, w, cluster, against));
  const chosen = problem.clusters.flatMap(({ name }, cluster): WhyCluster[] => {
    const replicas = placed(cluster);
    return replicas === 0
      ? []
      : [{ cluster: name, verdict: "chosen", replicas, because: whyHere(problem, own, cluster, others) }];
  });
  return { ...report, clusters: [...chosen, ...others] };
}

async function otherCluster(
  ir: Ir,
  outcome: Explained,
  asking: Asking,
  ask: AskElsewhere,
  w: number,
  cluster: number,
  against: readonly WhyReason[] | undefined,
): Promise<WhyCluster> {
  const { problem } = outcome;
  const name = problem.clusters[cluster]?.name ?? "";
  const own = problem.workloads[w] as ProblemWorkload;
  const ruled = problem.ruledOut.find((entry) => entry.workload === w && entry.clusters.includes(cluster));
  if (ruled !== undefined)
    return { cluster: name, verdict: "ruled-out", because: reasonsOf(ir, problem, w, name, ruled.because) };
  const { counting } = own;
  if (counting.kind === "each" && !counting.required.includes(cluster))
    return { cluster: name, verdict: "ruled-out", because: [reasonOf(own.because)] };
  if (!own.candidates.some((candidate) => candidate.cluster === cluster))
    return { cluster: name, verdict: "ruled-out", because: [{ text: "nothing is known to be there" }] };
  if (against !== undefined) return { cluster: name, verdict: "conflicts", because: against };
  if (isSpent(asking)) return { cluster: name, verdict: "unknown" };
  const found = await ask(w, cluster);
  switch (found.kind) {
    case "unknown":
      return { cluster: name, verdict: "unknown" };
    case "equal":
      return { cluster: name, verdict: "equal", exact: found.exact };
    case "better":
      return { cluster: name, verdict: "better", term: found.term, difference: found.difference };
    case "worse": {
      const { term, difference, exact, least } = found;
      return { cluster: name, verdict: "worse", term, difference, exact, ...(least === undefined ? {} : { least }) };
    }
    case "impossible":
      return { cluster: name, verdict: "conflicts", because: await conflictThere(ir, asking, own, name, found) };
  }
}

/** Which intents stand against it when the workload is told to be there. */
async function conflictThere(
  ir: Ir,
  asking: Asking,
  own: ProblemWorkload,
  name: string,
  { exact, doubt, least }: Extract<Elsewhere, { readonly kind: "impossible" }>,
): Promise<readonly WhyReason[]> {
  const found = doubt === true ? " that the kube-scheduler surely finds" : "";
  const room = { text: `no room${found} beside what runs there` };
  const made = least === undefined ? [] : [{ text: `with room made it is at least ${amountOf(least.term, least.by)}` }];
  if (!exact) return [room, ...made];
  const there = {
    ...ir,
    runs: ir.runs.map((run) =>
      run.workload === own.id ? { ...run, on: [...run.on, { clusters: [name], span: run.spreading.span }] } : run,
    ),
  };
  const told = `on ${ir.runs.find((run) => run.workload === own.id)?.on.length ?? 0} ${own.id}`;
  const conflict = await findConflict(there, withShare(asking, 0.5));
  const said = (conflict?.intents ?? []).filter(({ key }) => key !== told);
  return said.length === 0 ? [room] : said.map(({ text, span }) => ({ text, span }));
}

/** What held it here: the term that the next best cluster loses by, or that there is no other. */
function whyHere(
  problem: Problem,
  own: ProblemWorkload,
  cluster: number,
  others: readonly WhyCluster[],
): readonly WhyReason[] {
  if (own.counting.kind === "each") return [reasonOf(own.because)];
  const reasons: WhyReason[] = [];
  const candidate = own.candidates.find((entry) => entry.cluster === cluster);
  if ((candidate?.before ?? 0) > 0) reasons.push({ text: `${shortName(own.id)} runs here already` });
  const open = others.filter(({ verdict }) => ["worse", "better", "equal", "unknown"].includes(verdict));
  if (open.length === 0) {
    const conflicts = others.some(({ verdict }) => verdict === "conflicts");
    return [
      ...reasons,
      { text: conflicts ? "anywhere else other intents would not hold" : "no other cluster can run it" },
    ];
  }
  const order = problem.objectives.map(({ name }) => name as string);
  const worse = open.filter((entry) => entry.verdict === "worse");
  // The next best loses by the least important term, and by the least of it.
  const [next] = worse.sort((a, b) => order.indexOf(b.term) - order.indexOf(a.term) || a.difference - b.difference);
  if (next !== undefined) reasons.push({ text: `the next best is ${next.cluster}` });
  if (open.some(({ verdict }) => verdict === "equal")) reasons.push({ text: "another cluster is as good" });
  return reasons;
}

/** The reasons against a cluster; where one resource is short on every node, in numbers. */
function reasonsOf(
  ir: Ir,
  problem: Problem,
  w: number,
  cluster: string,
  because: readonly Because[],
): readonly WhyReason[] {
  const short = largestNode(ir, problem, problem.workloads[w]?.id ?? "", cluster);
  if (short === undefined) return because.map(reasonOf);
  const name = shortName(problem.workloads[w]?.id ?? "");
  const said = because.filter(({ kind, text }) => kind !== "fleet" && !text.startsWith(`${name} needs `));
  const needs = because.find(({ text }) => text.startsWith(`${name} needs `));
  return [...said.map(reasonOf), { ...(needs === undefined ? {} : reasonOf(needs)), text: `${name} ${short}` }];
}

const reasonOf = ({ text, span }: Because): WhyReason => ({ text, ...(span === undefined ? {} : { span }) });
