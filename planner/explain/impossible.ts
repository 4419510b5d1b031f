// Explains that there is no placement: first what no workload could do even alone, else the smallest set of intents that conflict,
// each with what would help. It must not be asked about a program that is possible.
import type { Ir } from "../../compiler/index.ts";
import type { Diagnostic, Span } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { buildProblem } from "../build/index.ts";
import { shortName } from "../build/words.ts";
import type { Clock } from "../clock.ts";
import type { Candidate, Problem } from "../problem.ts";
import { arithmetic } from "./arithmetic.ts";
import { findConflict } from "./conflict.ts";
import { explanation } from "./diagnostics.ts";
import { lonelyTrouble, tryToPlace, withShare, type Asking } from "./feasible.ts";
import { largestNode } from "./largest-node.ts";
import { intentsOf, withOnly, type Intent } from "./intents.ts";
import { NOT_AT_ALL, relaxations, type Relaxation } from "./relax.ts";
import { placesAgainst, reasonsAgainst, some } from "./ruled-out.ts";

export interface ExplainOptions {
  /** Clusters taken to be lost. */
  readonly without?: readonly string[];
  /** The caller's clock, in milliseconds. */
  readonly now: Clock;
  /** Milliseconds to spend (default 5,000). */
  readonly budget?: number;
}

/** Diagnostics that say why no placement satisfies the program, with the arithmetic and what would help. */
export async function explainImpossible(
  ir: Ir,
  before: PlacedReplicas,
  options: ExplainOptions,
): Promise<readonly Diagnostic[]> {
  const asking: Asking = {
    before,
    without: options.without ?? [],
    now: options.now,
    until: options.now() + (options.budget ?? 5000),
  };
  const { value: problem } = buildProblem(ir, before, { without: asking.without });
  const alone = aloneImpossible(ir, problem);
  if (alone.length === 0) return [await conflictOf(ir, problem, asking)];
  const said: Diagnostic[] = [];
  for (const { workload, diagnostic } of alone.slice(0, 10))
    said.push(withHelp(diagnostic, await helpFor(ir, workload, asking), ir.runs.length === 1));
  return said;
}

/** What would let one workload run, the others left aside. */
async function helpFor(ir: Ir, workload: string, asking: Asking): Promise<readonly Relaxation[]> {
  const own = intentsOf(ir, asking.before).filter(
    ({ workloads }) => workloads.every((w) => w === workload) || workloads.includes(workload),
  );
  const alone = withOnly(
    ir,
    new Set(own.filter(({ kind, workloads }) => kind === "forbid" || workloads.length < 2).map(({ key }) => key)),
  );
  const found = await relaxations(alone, own, (intent) => withoutOne(alone, asking, intent), askedBy(asking));
  return found.filter(({ gives }) => gives < NOT_AT_ALL);
}

const askedBy =
  (asking: Asking) =>
  async (ir: Ir): Promise<boolean | undefined> => {
    const { kind } = await tryToPlace(ir, asking);
    return kind === "unknown" ? undefined : kind === "possible";
  };

const withoutOne = (ir: Ir, { before }: Asking, intent: Intent): Ir =>
  withOnly(ir, new Set(intentsOf(ir, before).flatMap(({ key }) => (key === intent.key ? [] : [key]))));

/** Workloads that could not be placed even if nothing else ran: no arithmetic of others is needed to say why. */
function aloneImpossible(
  ir: Ir,
  problem: Problem,
): readonly { readonly workload: string; readonly diagnostic: Diagnostic }[] {
  return problem.workloads.flatMap((workload, w) => {
    if (workload.optional) return [];
    const { counting, candidates, because } = workload;
    const name = shortName(workload.id);
    const related = placesAgainst(problem, w).map((b) => ({
      message: b.text,
      span: b.span ?? { file: "", start: 0, end: 0 },
    }));
    const said = (diagnostic: Diagnostic) => [
      { workload: workload.id, diagnostic: { ...diagnostic, ...(related.length === 0 ? {} : { related }) } },
    ];
    const able = new Set(candidates.map((c) => c.cluster));
    if (counting.kind === "each") {
      const missing = new Set(counting.required.filter((c) => !able.has(c)));
      if (missing.size === 0) return [];
      const names = [...missing].map((c) => problem.clusters[c]?.name ?? "");
      return said(
        explanation.make["each-ruled-out"](because.span, [name, some(names), reasonsAgainst(problem, w, missing)]),
      );
    }
    if (candidates.length === 0) {
      const short = largestNode(ir, problem, workload.id);
      const reasons = `${short === undefined ? "" : `it ${short}; `}${reasonsAgainst(problem, w)}`;
      return said(explanation.make["no-cluster-fits"](because.span, [name, reasons]));
    }
    if (counting.clusters !== undefined && counting.clusters > candidates.length) {
      const found = candidates.length === 1 ? "one cluster" : `${candidates.length} clusters`;
      return said(
        explanation.make["too-few-clusters"](because.span, [because.text, found, reasonsAgainst(problem, w)]),
      );
    }
    const trouble = lonelyTrouble(workload);
    if (trouble === undefined) return [];
    const { wanted, most } = trouble;
    return said(
      explanation.make["too-little-room"](because.span, [
        because.text,
        wanted,
        most,
        roomOf(problem, candidates),
        reasonsAgainst(problem, w),
      ]),
    );
  });
}

/** `paris 2, lyon 2`: how many pods each candidate holds at most. */
function roomOf(problem: Problem, candidates: readonly Candidate[]): string {
  const rooms = candidates.map(({ cluster, most }) => `\`${problem.clusters[cluster]?.name}\` ${most}`);
  return rooms.length > 6 ? `${rooms.slice(0, 6).join(", ")}, …` : rooms.join(", ");
}

async function conflictOf(ir: Ir, problem: Problem, asking: Asking): Promise<Diagnostic> {
  // A part of the time finds the conflict, the rest what would help.
  const conflict = await findConflict(ir, withShare(asking, 0.4));
  if (conflict === undefined)
    return explanation.make["conflict-unknown"](ir.runs[0]?.spreading.span, [
      some(ir.runs.map((run) => shortName(run.workload))),
    ]);
  const { intents } = conflict;
  const sum = arithmetic(
    problem,
    intents.filter(({ kind }) => kind === "run").flatMap(({ workloads }) => workloads),
  );
  const sentences = inSentences(intents);
  const diagnostic = explanation.make.conflict(sentences[0]?.span, [
    some(
      sentences.map(({ text }) => text),
      8,
    ),
    sum === undefined ? "" : `: ${sum}`,
    sentences.length,
  ]);
  const related = intents
    .filter(({ span }) => span !== sentences[0]?.span)
    .slice(0, 20)
    .map(({ text, span }) => ({ message: `together with \`${text}\``, span }));
  // Each proposal costs a solve: of a large program only what the conflict is about is asked again.
  const pairs = problem.workloads.reduce((sum, { candidates }) => sum + candidates.length, 0);
  const whole = pairs <= MOST_PAIRS;
  const scope = whole ? ir : withOnly(ir, aboutThese(ir, asking, intents));
  const help = await relaxations(scope, intents, (intent) => withoutOne(scope, asking, intent), askedBy(asking));
  return withHelp({ ...diagnostic, ...(related.length === 0 ? {} : { related }) }, help, whole);
}

/** Pairs of workload and cluster up to which a proposal is asked of the whole program. */
const MOST_PAIRS = 1500;

/** Every intent about the workloads of a conflict, also those that are no part of it. */
function aboutThese(ir: Ir, { before }: Asking, conflict: readonly Intent[]): ReadonlySet<string> {
  const among = new Set(conflict.flatMap(({ kind, workloads }) => (kind === "run" ? workloads : [])));
  const concerned = intentsOf(ir, before).filter(({ kind, workloads }) =>
    kind === "forbid" ? workloads.some((w) => among.has(w)) : workloads.every((w) => among.has(w)),
  );
  return new Set(concerned.map(({ key }) => key));
}

/** Clauses of one run read as one sentence: `run upf x2 where gpu near amf within 5ms`. */
function inSentences(intents: readonly Intent[]): readonly { readonly text: string; readonly span: Span }[] {
  return intents.flatMap((intent) => {
    if (intent.kind === "clause") return [];
    if (intent.kind !== "run") return [intent];
    const [workload = ""] = intent.workloads;
    const clauses = intents.filter(({ kind, workloads }) => kind === "clause" && workloads[0] === workload);
    const words = clauses.map(({ text }) => text.slice(`run ${shortName(workload)} `.length));
    return [{ text: [intent.text, ...words].join(" "), span: clauses[0]?.span ?? intent.span }];
  });
}

/** `whole`: the proposals were tried on the whole program, not only on what conflicts. */
function withHelp(diagnostic: Diagnostic, help: readonly Relaxation[], whole = true): Diagnostic {
  if (help.length === 0) return diagnostic;
  const shown = help.slice(0, 4).map(({ text }) => (text.startsWith("without ") ? text : `with ${text}`));
  return {
    ...diagnostic,
    help: `${whole ? "it would be possible" : "this conflict would be gone"} ${shown.join("; or ")}`,
  };
}
