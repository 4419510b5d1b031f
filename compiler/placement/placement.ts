// Everything that says where things run: `run`, `forbid`, `move`, `minimize`, and claims that workloads share.
// It must not know traffic, nor whether any of it can be satisfied: that is the planner's.
import type { Diagnostic, Phase, Span } from "../../grammar/index.ts";
import { resolveCondition } from "../conditions/resolve.ts";
import type { Vocabulary } from "../conditions/vocabulary.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { ForbidIr, Ir, ObjectiveName, Workload } from "../ir.ts";
import type { Declarations, StatementOf } from "../reading/declare.ts";
import { resolvePlaces, resolveTarget } from "../reading/targets.ts";
import type { Names } from "../reading/targets.ts";
import { readRun } from "./clauses.ts";
import type { Context, RunFacts } from "./clauses.ts";
import { mergeRuns } from "./merge.ts";
import { bySpan, contentOf, inOrder } from "./order.ts";

export type Placement = Pick<Ir, "runs" | "forbids" | "moves" | "minimize" | "together">;

export function resolvePlacement(declarations: Declarations, names: Names, vocabulary: Vocabulary): Phase<Placement> {
  const diagnostics: Diagnostic[] = [];
  const context: Context = { names, vocabulary, suggest: names.suggest, say: (d) => void diagnostics.push(d) };
  const runs = resolveRuns(declarations, context);
  const value = {
    runs,
    forbids: resolveForbids(declarations, context),
    moves: resolveMoves(declarations, context),
    minimize: resolveMinimize(declarations, context),
    together: sharedClaims(runs, names),
  };
  return { value, diagnostics };
}

/** A statement with what it says, resolved once. */
interface ReadRun {
  readonly statement: StatementOf<"run">;
  readonly facts: RunFacts;
}

/** The statements of one workload; by their words only from the second one on, since most workloads have one. */
interface RunsOfOne {
  readonly all: ReadRun[];
  readonly byWords: Map<string, ReadRun>;
}

function resolveRuns(declarations: Declarations, context: Context): Placement["runs"] {
  const byWorkload = new Map<string, RunsOfOne>();
  for (const statement of declarations.of("run").toSorted((a, b) => bySpan(a.span, b.span))) {
    const target = resolveTarget(statement.target, context.names, context.say);
    const run: ReadRun = { statement, facts: readRun(statement, target.single, context) };
    const said = new Set<ReadRun | undefined>();
    let words: string | undefined;
    for (const id of target.ids) {
      const runs = byWorkload.get(id);
      if (runs === undefined) {
        byWorkload.set(id, { all: [run], byWords: new Map() });
        said.add(undefined);
        continue;
      }
      words ??= wordsOf(run);
      if (runs.byWords.size === 0) for (const earlier of runs.all) runs.byWords.set(wordsOf(earlier), earlier);
      said.add(runs.byWords.get(words));
      if (!runs.byWords.has(words)) runs.byWords.set(words, run);
      runs.all.push(run);
    }
    sayRepeated(run, said, context.say);
  }
  const sorted = [...byWorkload].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([id, { all }]) => {
    const workload = context.names.workloads.get(id);
    return workload === undefined
      ? []
      : [
          mergeRuns(
            workload,
            all.map((r) => r.facts),
            context.say,
          ),
        ];
  });
}

/** What a statement says of its workloads, without their names. */
const wordsOf = ({ statement }: ReadRun): string => contentOf([statement.count, statement.clauses]);

/** A `run` that says, for each of its workloads, word for word what an earlier one says adds nothing. */
function sayRepeated(run: ReadRun, said: ReadonlySet<ReadRun | undefined>, say: Context["say"]): void {
  const [first] = said;
  if (first === undefined || said.has(undefined)) return;
  const related = [{ message: "the first one", span: first.statement.span }];
  say(diagnose["repeated"](run.statement.span, ["this `run`"], { related }));
}

function resolveForbids(declarations: Declarations, context: Context): readonly ForbidIr[] {
  const { names, say } = context;
  const forbids: ForbidIr[] = [];
  for (const { target, condition, clusters, span } of declarations.of("forbid")) {
    const { ids } = resolveTarget(target, names, say);
    const places = resolvePlaces(clusters, names, say);
    if (places === undefined || ids.length === 0) continue;
    forbids.push({
      workloads: [...ids].sort(),
      condition: condition === undefined ? { kind: "always" } : resolveCondition(condition, context),
      clusters: places,
      span,
    });
  }
  return inOrder(forbids);
}

function resolveMoves(declarations: Declarations, { names, say }: Context): Placement["moves"] {
  const moves = declarations
    .of("move")
    .flatMap(({ target, span }) => resolveTarget(target, names, say).ids.map((workload) => ({ workload, span })));
  return inOrder(moves);
}

const OBJECTIVES: readonly ObjectiveName[] = ["moves", "preference", "latency", "cost", "clusters", "imbalance"];

function resolveMinimize(declarations: Declarations, { suggest, say }: Context): Placement["minimize"] {
  const [first, ...rest] = declarations.of("minimize");
  const order = first?.terms.map((t) => t.text).join(", ");
  for (const other of rest) {
    const same = other.terms.map((t) => t.text).join(", ") === order;
    const related = first === undefined ? [] : [{ message: "the first one", span: first.span }];
    say(
      same
        ? diagnose["repeated"](other.span, ["this `minimize`"], { related })
        : diagnose["objective-twice"](other.span, ["this `minimize` gives another order than the first"], { related }),
    );
  }
  const terms: { readonly name: ObjectiveName; readonly span: Span }[] = [];
  for (const term of first?.terms ?? []) {
    const name = OBJECTIVES.find((o) => o === term.text);
    const near = name === undefined ? suggest(term.text, OBJECTIVES) : undefined;
    if (name === undefined)
      say(
        diagnose["unknown-objective"](
          term.span,
          [term.text, OBJECTIVES],
          near === undefined ? {} : propose(term, near),
        ),
      );
    else if (terms.some((t) => t.name === name))
      say(diagnose["objective-twice"](term.span, [`\`${name}\` is named twice`]));
    else terms.push({ name, span: term.span });
  }
  return terms;
}

/** Workloads that run and share a claim share a cluster; each claim is one set, and sets of the same workloads are one. */
function sharedClaims(runs: Placement["runs"], names: Names): Placement["together"] {
  const users = new Map<string, Workload[]>();
  for (const run of runs) {
    const workload = names.workloads.get(run.workload);
    for (const claim of workload?.claims ?? []) {
      if (workload === undefined) continue;
      const before = users.get(claim);
      if (before === undefined) users.set(claim, [workload]);
      else before.push(workload);
    }
  }
  const sets = [...users].filter(([, workloads]) => workloads.length > 1);
  return inOrder(
    sets.flatMap(([claim, workloads]) =>
      workloads[0] === undefined
        ? []
        : [
            {
              workloads: workloads.map((w) => w.id),
              because: `they share the claim \`${claim}\``,
              span: workloads[0].span,
            },
          ],
    ),
  );
}
