// Makes a problem smaller without changing its answer: choices that are none are taken, and what does not touch is told apart. It must not
// know solvers.
import { columnsOf, nowhere } from "../columns.ts";
import type { Placement, Problem, Rule } from "../problem.ts";
import type { Learnt } from "../solver/learnt.ts";
import { mergedOf, toldApart } from "./alike.ts";
import type { Member } from "./alike.ts";
import { besideDaemons, freeOfDaemons } from "./beside.ts";
import { componentsOf } from "./components.ts";
import { completes, exceeds, verdicts } from "./decided.ts";
import { partOf } from "./parts.ts";
import type { Part } from "./parts.ts";
import { usableOf } from "./usable.ts";
import type { Usable } from "./usable.ts";
import { sharesOf } from "./value.ts";

export interface Presolved {
  readonly parts: readonly Part[];
  /** What is decided already; zero elsewhere. */
  readonly decided: Placement;
}

type Learned = Pick<Learnt, "cuts" | "limits" | "truth">;

const NOTHING: Learned = { cuts: [], limits: [] };

/** Whether nodes are asked while searching: they answer for each workload by its name, and to the scheduler two are not one. */
const standsOnNodes = ({ clusters }: Problem, { truth }: Learned): boolean =>
  truth !== undefined && clusters.some((_, cluster) => truth.asks(cluster));

/** Parts that can be solved each on its own; `impossible` when what is decided already breaks a capacity. */
export function presolve(problem: Problem, learnt: Learned = NOTHING): Presolved | "impossible" {
  const free = freeOfDaemons(problem);
  const usable: Usable[] = [];
  for (const workload of besideDaemons(problem, free)) {
    const found = usableOf(workload);
    if (found === "impossible") return found;
    usable.push(found);
  }
  if (problem.rules.some((rule) => rule.kind === "cut" && isOutOfReach(rule, usable))) return "impossible";
  const { parts, decided: wholly } = componentsOf(problem, usable);
  const merged = standsOnNodes(problem, learnt) ? new Map<number, never>() : mergedOf(problem, usable, free, learnt);
  const whole =
    parts.length === 1 &&
    wholly.length === 0 &&
    merged.size === 0 &&
    usable.every((entry, w) => entry.workload === problem.workloads[w]);
  if (whole) return { parts: [unchanged(problem, usable, learnt)], decided: nothing(problem) };
  const isDecided = problem.workloads.map(() => false);
  for (const w of wholly) isDecided[w] = true;
  const decided = problem.workloads.map((workload, w) => {
    const counts = nowhere(workload);
    const { kept, forced } = usable[w] as Usable;
    if (isDecided[w] === true) kept.forEach((i, k) => (counts[i] = forced?.[k] ?? 0));
    return counts;
  });
  const open = new Set(parts.flatMap((part) => part.clusters));
  const closed = new Set(problem.clusters.keys().filter((cluster) => !open.has(cluster)));
  const found = verdicts(problem, decided, closed);
  const unsure = [...found].filter(([, verdict]) => verdict === "unsure").map(([cluster]) => cluster);
  if ([...found.values()].includes("overflows")) return "impossible";
  if (learnt.cuts.some((cut) => closed.has(cut.cluster) && completes(cut, problem, decided))) return "impossible";
  if (learnt.limits.some((limit) => closed.has(limit.cluster) && exceeds(limit, problem, decided))) return "impossible";
  const ground = {
    problem,
    usable: usable.map((entry, w) => merged.get(w)?.usable ?? entry),
    decided,
    isDecided,
    learnt,
    floor: floorOf(problem, decided, closed),
  };
  const alone = parts.length === 1 && wholly.length === 0;
  const everyCluster = problem.clusters.map((_, c) => c);
  const stoodFor = new Set([...merged.values()].flatMap(({ members }) => members.slice(1).map(({ index }) => index)));
  return {
    decided,
    parts: [
      ...parts.map(({ workloads, clusters }) => {
        const own = workloads.filter((w) => !stoodFor.has(w));
        // One part of everything keeps the clusters that nothing uses too: then no number changes, and no candidate is written again.
        const part = partOf(ground, own, alone ? everyCluster : clusters);
        const told = part.workloads.map((own) => ({ ...own, members: merged.get(own.index)?.members ?? [] }));
        return { ...part, workloads: told };
      }),
      ...unsure.map((cluster) => partOf(ground, [], [cluster])),
    ],
  };
}

/** Whether a row can not hold even with as much as there can be of all that helps it: what it asks for may be on no usable candidate. */
function isOutOfReach({ terms, most }: Extract<Rule, { kind: "cut" }>, usable: readonly Usable[]): boolean {
  const least = terms.reduce((sum, { workload, cluster, coefficient }) => {
    if (coefficient >= 0) return sum;
    const columns = columnsOf((usable[workload] as Usable).workload);
    return sum + coefficient * (columns.most[columns.cluster.indexOf(cluster)] ?? 0);
  }, 0);
  return least > most + 1e-9;
}

const nothing = (problem: Problem): Placement => problem.workloads.map(nowhere);

function unchanged(problem: Problem, usable: readonly Usable[], { cuts, limits }: Learned): Part {
  return {
    problem,
    cuts,
    limits,
    workloads: usable.map(({ kept }, index) => ({ index, kept, members: [] })),
    clusters: problem.clusters.map((_, c) => c),
  };
}

function floorOf(problem: Problem, decided: Placement, closed: ReadonlySet<number>): number {
  const shares = sharesOf(problem, decided);
  const count = problem.resources.length;
  return shares.reduce((most, share, at) => (closed.has(Math.floor(at / count)) ? Math.max(most, share) : most), 0);
}

/** The placement of the whole problem from those of its parts, in the order of `parts`. */
export function joinPlacements(
  { parts, decided }: Presolved,
  problem: Problem,
  found: readonly Placement[],
): Placement {
  const joined = decided.map((counts) => [...counts]);
  parts.forEach((part, p) =>
    part.workloads.forEach(({ index, kept, members }, w) => {
      const counts = found[p]?.[w] ?? [];
      const put = (at: number, own: readonly number[]): void =>
        kept.forEach((i, k) => ((joined[at] as number[])[i] = own[k] ?? 0));
      if (members.length === 0) put(index, counts);
      else toldApart(members, counts).forEach((own, m) => put((members[m] as Member).index, own));
    }),
  );
  return problem.workloads.map((_, w) => joined[w] as number[]);
}
