// How facts of the IR are called in a sentence: `run upf where gpu`. It must not know numbers of the problem.
import { formatAmount } from "../../compiler/index.ts";
import type { Amounts, ConditionIr, RunIr } from "../../compiler/index.ts";

/** The name that people wrote: what follows the app. */
export const shortName = (workload: string): string => workload.slice(workload.indexOf("/") + 1);

/** A condition in the language's own words. */
export function conditionInWords(condition: ConditionIr, inside = false): string {
  switch (condition.kind) {
    case "always":
      return "anything";
    case "and":
    case "or": {
      const text = condition.operands.map((operand) => conditionInWords(operand, true)).join(` ${condition.kind} `);
      return inside && condition.operands.length > 1 ? `(${text})` : text;
    }
    case "not":
      return `not ${conditionInWords(condition.operand, true)}`;
    case "label":
      return `${condition.key} ${condition.operator} ${condition.value}`;
    case "label-in":
      return `${condition.key} in (${condition.values.join(", ")})`;
    case "feature":
      return condition.name;
    case "resource": {
      // `gpu` alone means `gpu >= 1`, and people say the last part of a resource's name.
      const name = condition.resource.slice(condition.resource.lastIndexOf("/") + 1);
      const bare = condition.operator === ">=" && condition.amount === 1 && name !== condition.resource;
      return bare ? name : `${name} ${condition.operator} ${formatAmount(condition.resource, condition.amount)}`;
    }
  }
}

/** `2 cpu, 4Gi memory`, pods left out since every pod is one. */
export function demandInWords(demand: Amounts): string {
  const parts = Object.entries(demand)
    .filter(([resource, amount]) => amount > 0 && resource !== "pods")
    .sort(([a], [b]) => (a === "cpu" ? -1 : b === "cpu" ? 1 : a < b ? -1 : 1))
    .map(([resource, amount]) => `${formatAmount(resource, amount)} ${resource}`);
  return parts.length === 0 ? "a place for a pod" : parts.join(", ");
}

/** How a run counts: `run upf`, `run web x4`, `run dns on each`, `run smf on 2 clusters`. */
export function countingInWords(run: RunIr): string {
  const name = shortName(run.workload);
  const { spreading } = run;
  if (spreading.kind === "each") return `run ${name} on each`;
  const clusters =
    spreading.clusters === undefined
      ? ""
      : ` on ${spreading.clusters} ${spreading.clusters === 1 ? "cluster" : "clusters"}`;
  if (spreading.kind === "divided") return `run ${name} x${spreading.total}${clusters}`;
  return `run ${name}${spreading.clusters === 1 ? "" : clusters}`;
}
