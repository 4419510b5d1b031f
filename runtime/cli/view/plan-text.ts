// A plan as text made for people: diagnostics, where it runs, how full it gets, what moves and why, what changes, one summary line.
import type { Move, Plan } from "../../../planner/index.ts";
import { changeLines, summary } from "./changes-text.ts";
import { placementLines, usageLines } from "./placement-text.ts";
import { percent, printable, type Paint } from "./style.ts";
import { truncate } from "./width.ts";

export interface PlanView {
  readonly width: number;
  readonly full: boolean;
  readonly paint: Paint;
  /** Milliseconds that the plan took. */
  readonly took: number;
}

export function planText(plan: Plan, view: PlanView): string {
  const { paint, width } = view;
  const sections: string[][] = [];
  const section = (title: string, lines: readonly string[]): void => {
    if (lines.length > 0) sections.push([paint(["bold", "underline"], title), ...lines]);
  };
  section("Where it runs", placementLines(plan, width, paint));
  section("How full it gets", usageLines(plan, width, view.full ? Infinity : 8, paint));
  section("What moves", moveLines(plan.moves, width, paint));
  section("What changes", changeLines(plan, view.full, width, paint));
  sections.push([
    paint("bold", `${proof(plan)}${objectiveText(plan)}`),
    paint("bold", `Plan: ${summary(plan)}.`) + paint("dim", ` (${tookText(view.took)})`),
  ]);
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** `optimal`, or how far from it at most, in one or two words. */
export function proof(plan: Plan): string {
  if (plan.status === "optimal") return "Optimal: no placement is better.";
  if (plan.status === "feasible") return `Within ${percent(plan.gap)} of the best, provably.`;
  if (plan.status === "infeasible") return "Impossible: no placement satisfies the intents.";
  return "No answer yet: neither a placement nor a proof that there is none.";
}

function objectiveText(plan: Plan): string {
  const terms = plan.objective
    .filter((t) => t.value !== 0 || t.bound !== 0)
    .map((t) => `${t.name} ${objectiveValue(t.name, t.value)}`);
  return terms.length === 0 ? "" : ` ${terms.join(" · ")}`;
}

/** Values in the units that people use. */
export function objectiveValue(name: string, value: number): string {
  const rounded = (digits: number): string => String(Number(value.toFixed(digits)));
  if (name === "latency") return `${rounded(1)} ms`;
  if (name === "cost") return `${rounded(2)}/h`;
  if (name === "imbalance") return percent(value);
  return rounded(2);
}

function moveLines(moves: readonly Move[], width: number, paint: Paint): string[] {
  return moves.map((move) => {
    const text = `  ${printable(move.app)}/${printable(move.workload)}  ${move.replicas}× ${printable(move.from ?? "")} → ${printable(move.to ?? "")}`;
    return `${text}  ${paint("dim", truncate(printable(move.because), Math.max(20, width - text.length - 2)))}`;
  });
}

export const tookText = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
