// A process that applies a plan and may be killed at any moment: `node apply-child.ts PLAN KUBECONFIG PROJECT`. Says the outcome when it lives.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Plan } from "../../planner/index.ts";
import { applyPlan } from "../../runtime/apply.ts";
import { realWorld } from "../../runtime/world.ts";

const [planFile = "", kubeconfig = "", project = ""] = process.argv.slice(2);
const signal = new AbortController().signal;
const world = realWorld(
  dirname(planFile),
  { env: { KUBECONFIG: kubeconfig }, now: () => performance.now(), signal },
  project,
);
const plan = JSON.parse(readFileSync(planFile, "utf8")) as Plan;
const outcome = await applyPlan(plan, world, { emit: () => undefined, readyTimeout: 60_000 });
process.stdout.write(outcome.outcome);
await world.close();
