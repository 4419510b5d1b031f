// What one replica is promised: the largest of its manifest, `needs`, and the bounds that must hold; and which words raised what.
// It must not know nodes.
import type { Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { ConditionIr, RunIr, Workload } from "../ir.ts";
import { formatAmount } from "../quantity.ts";
import type { Say } from "../reading/words.ts";
import type { RunFacts, Stated } from "./clauses.ts";

interface Claim {
  readonly resource: string;
  readonly amount: number;
  readonly span: Span;
}

/** A bound of the top conjunction that a replica can be promised: `>=`, `=`, and `>` as one base unit more. */
export function boundsOf(condition: ConditionIr): readonly Claim[] {
  if (condition.kind === "and") return condition.operands.flatMap(boundsOf);
  if (condition.kind !== "resource") return [];
  const { resource, operator, amount, span } = condition;
  if (operator === ">=" || operator === "=") return [{ resource, amount, span }];
  return operator === ">" ? [{ resource, amount: amount + 1, span }] : [];
}

export function demandOf(
  workload: Workload,
  runs: readonly RunFacts[],
  where: RunIr["where"],
  container: Stated<string> | undefined,
  say: Say,
): Pick<RunIr, "demand" | "reservations"> {
  const bounds = where.flatMap((w) => boundsOf(w.condition));
  const claims = [...bounds, ...runs.flatMap((r) => r.needs)];
  const largest = new Map<string, Claim>();
  for (const claim of claims) {
    const before = largest.get(claim.resource);
    if (claim.amount > (workload.demand[claim.resource] ?? 0) && (before === undefined || claim.amount > before.amount))
      largest.set(claim.resource, claim);
  }
  for (const run of runs)
    if (run.single) for (const need of run.needs) sayNeedMet(workload, need, largest.get(need.resource), say);
  const raised = [...largest.values()].sort((a, b) => (a.resource < b.resource ? -1 : 1));
  const into = containerOf(workload, raised, container, say);
  const demand: Record<string, number> = { ...workload.demand };
  for (const { resource, amount } of raised) demand[resource] = amount;
  return {
    demand: Object.fromEntries(Object.entries(demand).sort(([a], [b]) => (a < b ? -1 : 1))),
    reservations: raised.map(({ resource, amount, span }) => ({
      resource,
      amount,
      ...(into === undefined ? {} : { container: into }),
      span,
    })),
  };
}

function sayNeedMet(workload: Workload, need: RunFacts["needs"][number], largest: Claim | undefined, say: Say): void {
  const own = workload.demand[need.resource] ?? 0;
  if (need.amount <= own)
    say(
      diagnose["need-already-met"](need.span, [
        need.text,
        workload.name,
        `requests ${formatAmount(need.resource, own)} already`,
      ]),
    );
  else if (largest !== undefined && largest.amount > need.amount) {
    const related = [{ message: "the larger one", span: largest.span }];
    say(
      diagnose["need-already-met"](
        need.span,
        [need.text, workload.name, `is to have ${formatAmount(need.resource, largest.amount)} anyway`],
        { related },
      ),
    );
  }
}

/** The container that gets what is raised. A pod of one container needs no word; what has no pod template can not be raised. */
function containerOf(
  workload: Workload,
  raised: readonly Claim[],
  container: Stated<string> | undefined,
  say: Say,
): string | undefined {
  const names = workload.containers.map((c) => c.name);
  const [first] = raised;
  if (container !== undefined) {
    if (!names.includes(container.value))
      say(diagnose["unknown-container"](container.span, [container.value, workload.name, names]));
    else if (first === undefined)
      say(diagnose["container-without-demand"](container.span, [container.value, workload.name]));
    return container.value;
  }
  if (first === undefined || names.length === 1) return names[0];
  if (names.length === 0)
    say(
      diagnose["demand-not-writable"](first.span, [
        workload.name,
        workload.kind === "other" ? (workload.properties["kind"] ?? "object") : workload.kind,
      ]),
    );
  else {
    const own = workload.demand[first.resource] ?? 0;
    const [has, wants] = [formatAmount(first.resource, own), formatAmount(first.resource, first.amount)];
    const arithmetic = `gets the ${first.resource} that is missing (the pod requests ${has}, and ${wants} is promised)`;
    say(
      diagnose["which-container"](first.span, [workload.name, names, arithmetic], { help: `say \`in ${names[0]}\`` }),
    );
  }
  return undefined;
}
