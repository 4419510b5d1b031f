// Plans one program from its text in a process of its own, through the engine, as the command line does, and prints what happened as JSON, a
// line each: `node plan-text.ts FILE GAP SECONDS [PLAN]`, the plan itself goes into the file PLAN. It must not know what is good.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePlan } from "../../../runtime/engine.ts";
import { openProject } from "../../../runtime/project.ts";
import { realWorld } from "../../../runtime/world.ts";

/** Seconds are CPU seconds of the process since it began to plan. */
export type PlanLine =
  | { readonly kind: "phase"; readonly phase: string; readonly at: number }
  | { readonly kind: "gap"; readonly gap: number; readonly value: number; readonly at: number }
  | {
      readonly kind: "done";
      readonly at: number;
      readonly wall: number;
      readonly status: string;
      readonly gap: number;
      readonly objective: readonly { readonly name: string; readonly value: number; readonly bound: number }[];
      readonly replicas: number;
      readonly unplaced: number;
      readonly objects: number;
      /** Most that the process ever held, MiB. */
      readonly memory: number;
      readonly diagnostics: readonly string[];
    }
  | { readonly kind: "threw"; readonly at: number; readonly message: string };

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function run(file: string, gap: number, seconds: number, out: string | undefined): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "placet-bench-"));
  copyFileSync(file, join(root, "main.intent"));
  const began = cpu();
  const wall = performance.now();
  const at = (): number => (cpu() - began) / 1000;
  const print = (line: PlanLine): void => console.log(JSON.stringify(line));
  const world = realWorld(root, { env: {}, now: cpu, signal: new AbortController().signal }, "bench");
  const request = {
    set: {},
    with: [],
    without: [],
    live: false,
    gap,
    timeLimit: seconds * 1000,
    solver: "auto",
    seed: 1,
  };
  try {
    const { plan } = await makePlan(openProject([root], root), request, world, (event) => {
      if (event.type === "phase") print({ kind: "phase", phase: event.phase, at: at() });
      if (event.type === "solving" && event.gap !== undefined)
        print({ kind: "gap", gap: event.gap, value: event.incumbent ?? NaN, at: at() });
    });
    const { status, objective } = plan;
    if (out !== undefined) writeFileSync(out, JSON.stringify({ placements: plan.placements, order: plan.order }));
    print({
      kind: "done",
      at: at(),
      wall: (performance.now() - wall) / 1000,
      status,
      gap: plan.gap,
      objective,
      replicas: plan.placements.reduce((sum, { replicas }) => sum + replicas, 0),
      unplaced: plan.unplaced.reduce((sum, { replicas }) => sum + replicas, 0),
      objects: Object.values(plan.manifests).reduce((sum, objects) => sum + objects.length, 0),
      memory: process.resourceUsage().maxRSS / 1024,
      diagnostics: plan.diagnostics
        .filter(({ severity }) => severity !== "hint")
        .slice(0, 5)
        .map(({ code, message }) => `${code}: ${message.slice(0, 300)}`),
    });
  } catch (error) {
    print({ kind: "threw", at: at(), message: String(error).slice(0, 500) });
  } finally {
    await world.close();
    rmSync(root, { recursive: true, force: true });
  }
}

const [file = "", gap = "0.01", seconds = "30", out] = process.argv.slice(2);
await run(file, Number(gap), Number(seconds), out);
