// Many losses without a copy of the model for each: solved as if nothing were lost, then with the losses that the answer does not survive,
// until it survives all (cutting planes, of whole cases). It must not know how a model is written or solved.
import type { AfterLoss, SolveOptions } from "../problem.ts";
import { ZERO, modelOf } from "./draft.ts";
import type { Draft } from "./draft.ts";
import { encodeReturn, plannedAt } from "./encode/survive.ts";
import type { Planned, Return } from "./encode/survive.ts";
import type { Ground } from "./encode/ground.ts";
import { highs } from "./highs.ts";
import type { Learnt } from "./learnt.ts";
import type { Loss } from "./losses.ts";
import { checkPoint, valueOf } from "./model.ts";
import type { ExactSolution } from "./solve.ts";

/** One solve with some of the losses, and the point that it found. */
export type SolveWith = (
  losses: readonly Loss[],
  options: SolveOptions,
  learnt: Learnt,
) => Promise<{ readonly solution: ExactSolution; readonly ground: Ground; readonly values: readonly number[] }>;

/** Losses that are added at once: more make the model larger than it need be, fewer are more solves. */
const AT_ONCE = 8;

/** Every answer of a problem with fewer losses is no worse than the best with all: what it proves holds, and what it finds is asked. */
export async function solveLossByLoss(
  losses: readonly Loss[],
  options: SolveOptions,
  learnt: Learnt,
  solveWith: SolveWith,
): Promise<ExactSolution> {
  const started = options.now();
  const left = (): number => options.timeLimit - (options.now() - started);
  const { onProgress, ...quietly } = options;
  const chosen = new Set<Loss>();
  let floors = learnt.floors;
  for (;;) {
    const asked = {
      ...quietly,
      timeLimit: Math.max(1, left()),
      ...(onProgress === undefined ? {} : tellingBounds(onProgress)),
    };
    const { solution, ground, values } = await solveWith([...chosen], asked, { ...learnt, floors });
    if (!("placement" in solution)) return solution;
    const planned = plannedAt(ground, values);
    const situations: AfterLoss[] = [];
    const broken: Loss[] = [];
    for (const loss of losses) {
      const back = await comesBack(planned, loss, learnt, options);
      if (back === undefined) broken.push(loss);
      else situations.push({ lost: loss.lost, back });
      if (broken.length >= AT_ONCE) break;
    }
    if (broken.length === 0) return { ...solution, situations };
    if (left() <= 0 || options.stopped() || broken.every((loss) => chosen.has(loss)))
      return { status: "unknown", solver: solution.solver };
    if (solution.status === "optimal") floors = solution.floors ?? floors;
    for (const loss of broken) chosen.add(loss);
  }
}

/** What is found before all losses are looked at is no answer yet; what is proven holds. */
const tellingBounds = (onProgress: NonNullable<SolveOptions["onProgress"]>): Pick<SolveOptions, "onProgress"> => ({
  onProgress: ({ solver, term, bound }) =>
    onProgress({ solver, ...(term === undefined ? {} : { term }), ...(bound === undefined ? {} : { bound }) }),
});

/** What comes back where after a loss; undefined when it was not shown that all does. */
async function comesBack(
  planned: Planned,
  loss: Loss,
  { cuts }: Pick<Learnt, "cuts">,
  { now, stopped, seed }: SolveOptions,
): Promise<AfterLoss["back"] | undefined> {
  const model = encodeReturn(planned, loss, cuts);
  if (model === undefined) return [];
  const point = greedily(model.draft);
  if (point !== undefined) return readBack(model, point);
  if (model.draft.rows.some((row) => row.columns.length === 0)) return undefined;
  const found = await highs.solve(modelOf(model.draft, ZERO), { timeLimit: PATIENCE, gap: 0, seed, now, stopped });
  return "values" in found ? readBack(model, found.values) : undefined;
}

/** Milliseconds for one loss; one that is not decided by then is decided in the whole model. */
const PATIENCE = 2_000;

const readBack = ({ coming }: Return, values: readonly number[]): AfterLoss["back"] =>
  coming.flatMap(({ workload, candidate, replicas }) => {
    const many = Math.round(valueOf(replicas, values));
    return many > 0 ? [{ workload, candidate, replicas: many }] : [];
  });

/** A point of a model in which sums must be reached: columns raised one after the other as far as the other rows let them. */
function greedily(draft: Draft): readonly number[] | undefined {
  const values = draft.lower.map((lower) => Math.max(0, lower));
  const rowsOf: number[][] = values.map(() => []);
  const activity = draft.rows.map((row) => valueOf(row, values));
  draft.rows.forEach((row, r) => row.columns.forEach((column) => rowsOf[column]?.push(r)));
  const coefficient = (r: number, column: number): number => {
    const row = draft.rows[r] as Draft["rows"][number];
    return row.coefficients[row.columns.indexOf(column)] as number;
  };
  const room = (column: number): number => {
    let most = (draft.upper[column] as number) - (values[column] as number);
    for (const r of rowsOf[column] as number[]) {
      const each = coefficient(r, column);
      const free = (draft.rows[r] as Draft["rows"][number]).upper - (activity[r] as number);
      if (each > 0) most = Math.min(most, Math.floor(free / each + 1e-9));
    }
    return Math.max(0, most);
  };
  for (const [r, row] of draft.rows.entries()) {
    if (row.lower !== row.upper || row.coefficients.some((each) => each < 0)) continue;
    const order = row.columns.map((column) => ({ column, most: room(column) })).sort((a, b) => b.most - a.most);
    for (const { column } of order) {
      if ((activity[r] as number) >= row.lower - 1e-9) break;
      const more = room(column);
      if (more === 0) continue;
      values[column] = (values[column] as number) + more;
      for (const at of rowsOf[column] as number[])
        activity[at] = (activity[at] as number) + more * coefficient(at, column);
    }
  }
  return checkPoint(modelOf(draft, ZERO), values);
}
