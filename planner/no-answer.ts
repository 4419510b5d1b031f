// Why there is no answer yet, and what would help: the size that had to be decided at once, the clause that makes it hard, the bound that is
// known. It must not solve anything.
import type { Diagnostic } from "../grammar/index.ts";
import { candidatesOf } from "./columns.ts";
import { planner } from "./diagnostics.ts";
import { presolve } from "./presolve/index.ts";
import type { Problem, Progress, Rule } from "./problem.ts";

export interface Stopped {
  /** What ended the search: the budget of steps, a time limit in milliseconds, or a person. */
  readonly by: "steps" | "request" | "memory" | number;
  readonly asked: { readonly solver: string; readonly gap: number };
  /** The last that was told. */
  readonly last: Pick<Progress, "term" | "bound"> | undefined;
  /** Whether a placement was found that was no answer after all. */
  readonly refused: boolean;
}

/** Rules by how much they ask of a solver, the most first. */
const HARDEST: readonly Rule["kind"][] = ["survive", "choices", "spread", "shares", "near", "apart", "together"];
/** As people write them. */
const CLAUSES: Partial<Readonly<Record<Rule["kind"], string>>> = {
  choices: "then",
  together: "shared claims",
};

export function noAnswer(problem: Problem, stopped: Stopped): Diagnostic {
  const largest = largestPart(problem);
  const hardest = HARDEST.map((kind) => largest.rules.filter((rule) => rule.kind === kind)).find(
    (own) => own.length > 0,
  );
  const size = largest.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  const names = `${plural(largest.workloads.length, "workload")} on ${plural(largest.clusters.length, "cluster")} (${plural(size, "place")})`;
  const { last, refused } = stopped;
  const known = [
    ...(!refused ? [] : ["a placement was found that single nodes do not take"]),
    ...(last?.bound === undefined
      ? []
      : [`no placement has ${last.term ?? "its first objective"} below ${shown(last.bound)}`]),
  ];
  const details = { help: helpFor(stopped, hardest?.[0]?.kind, known) };
  return planner.make["no-answer"](hardest?.[0]?.because.span, [endOf(stopped.by), names, clauseOf(hardest)], details);
}

function largestPart(problem: Problem): Problem {
  const presolved = presolve(problem);
  if (presolved === "impossible") return problem;
  const sizeOf = (part: Problem): number => part.workloads.reduce((sum, workload) => sum + candidatesOf(workload), 0);
  return (
    presolved.parts.reduce<Problem | undefined>(
      (largest, { problem: part }) => (largest === undefined || sizeOf(part) > sizeOf(largest) ? part : largest),
      undefined,
    ) ?? problem
  );
}

const endOf = (by: Stopped["by"]): string =>
  by === "memory"
    ? "before the memory was used up"
    : by === "steps"
      ? "within the default number of steps"
      : by === "request"
        ? "before it was stopped"
        : `within ${by < 1000 ? `${by} ms` : `${by / 1000} s`}`;

const clauseOf = (rules: readonly Rule[] | undefined): string =>
  rules === undefined || rules[0] === undefined
    ? ""
    : `, with ${plural(rules.length, `\`${CLAUSES[rules[0].kind] ?? rules[0].kind}\` clause`)} among them`;

function helpFor({ by, asked }: Stopped, clause: Rule["kind"] | undefined, known: readonly string[]): string {
  const longer = typeof by === "number" ? Math.max(60, Math.ceil((by * 10) / 1000)) : 600;
  const ways = [
    `give it more time (\`--time-limit ${longer % 60 === 0 ? `${longer / 60}m` : `${longer}s`}\`)`,
    ...(asked.solver === "auto" ? [] : ["let it choose the solver (`--solver auto`)"]),
    ...(clause === undefined ? [] : [`loosen \`${CLAUSES[clause] ?? clause}\``]),
    "let part of it be `optional`, or offer more room",
  ];
  return `${ways.join("; ")}${known.length === 0 ? "" : `. Known so far: ${known.join("; ")}`}`;
}

const shown = (value: number): string => String(Number(value.toPrecision(6)));

const plural = (count: number, word: string): string =>
  `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
