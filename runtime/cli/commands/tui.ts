// `placet tui`: opens the terminal interface over one project; `plan --tui` and `apply --tui` come here too.
import { renderWhy } from "../../../planner/index.ts";
import { ask } from "../../ask-thread.ts";
import { explained } from "../../asking.ts";
import { applyPlan } from "../../apply.ts";
import { makePlan, type Planned } from "../../engine.ts";
import { openProject } from "../../project.ts";
import type { Shown } from "../../tui/state.ts";
import { openWorld } from "../world.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { planExitCode, type PlanningOptions } from "../planning.ts";
import { soFar } from "../progress.ts";
import { painter } from "../view/style.ts";

const phases: Readonly<Record<string, string>> = {
  compile: "reading the intents",
  observe: "asking the clusters",
  solve: "deciding where everything runs",
  expand: "writing the manifests",
  diff: "comparing with the clusters",
};

export async function run(context: CliContext, paths: readonly string[], options: PlanningOptions): Promise<number> {
  if (!context.stdout.isTerminal) {
    context.stderr.write(
      "error: the terminal interface needs a terminal\nhelp: `placet plan` prints the same as text\n",
    );
    return exitCode.wrongInput;
  }
  const project = openProject(paths, context.cwd);
  const world = openWorld(project.root, context);
  let latest: Planned | undefined;
  let planning = new AbortController();
  let asking = new AbortController();
  const { openTui } = await import("../../tui/shell.tsx");
  await openTui({
    title: paths.join(" ") || ".",
    plan: async (phase) => {
      planning = new AbortController();
      const stoppable = { ...world, signal: AbortSignal.any([world.signal, planning.signal]) };
      latest = await makePlan(project, options, stoppable, (event) => {
        if (event.type === "phase") phase(phases[event.phase] ?? event.phase);
        // How close it is comes first: of a narrow header only the beginning is seen.
        if (event.type === "solving") phase(`deciding: ${soFar(event).toReversed().join(", ")}`);
      });
      return shownOf(latest, paths.join(" ") || ".");
    },
    stop: () => planning.abort(),
    why: async (workload, width) => {
      if (latest?.ir === undefined || latest.outcome === undefined) return ["there is no plan to explain"];
      const { ir, before, outcome } = latest;
      const about = { ir, before, without: options.without, outcome: explained(outcome), timed: false };
      asking.abort(); // only the last that was asked is waited for
      asking = new AbortController();
      const report = await ask<"why">({ kind: "why", ...about, workload }, asking.signal);
      if (report === undefined) return ["nobody waits for this answer any more"];
      return renderWhy(report, { width, paint: painter(false) }).split("\n");
    },
    apply: async (emit, signal) => {
      if (latest !== undefined) await applyPlan(latest.plan, world, { emit, signal, adopt: false, lockTimeout: 0 });
    },
  });
  asking.abort();
  planning.abort(); // nobody waits for it any more
  return latest === undefined ? exitCode.stopped : planExitCode(latest.plan, false);
}

function shownOf(planned: Planned, title: string): Shown {
  return {
    title,
    phase: undefined,
    plan: planned.plan,
    clusters: (planned.ir?.fleet.clusters ?? []).map((c) => c.name),
    workloads: (planned.ir?.workloads ?? []).map((w) => w.id),
    sources: planned.sources,
  };
}
