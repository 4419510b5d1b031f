// Problems by name, so that a process of its own can make the very problem that others are given: `fleet CLUSTERS WORKLOADS SEED MOST` and
// `gap FILE` of ../shared/instances, and `tight CLUSTERS WORKLOADS SEED MOST` from text. It must not know how problems are solved.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, memoryHost } from "../../../compiler/index.ts";
import { buildProblem } from "../../../planner/build/index.ts";
import type { Problem } from "../../../planner/index.ts";
import { readAssignment } from "../../search/assignment.ts";
import { intentTight } from "./intent-tight.ts";
import { largeFleet, problemOf } from "./large-fleet.ts";

const folder = join(import.meta.dirname, "../../../../shared/instances");

export function problemNamed(name: string): Problem {
  const [kind, ...rest] = name.split(" ");
  if (kind === "gap") return readAssignment(readFileSync(join(folder, "gap", rest[0] as string), "utf8"));
  const [clusters = 0, workloads = 0, seed = 1, most = 100] = rest.map(Number);
  if (kind === "tight") return fromText(intentTight({ clusters, workloads, seed, replicas: most }));
  // Peers are asked for the cost alone, so Placet is too.
  return { ...problemOf(largeFleet(clusters, workloads, seed, most)), objectives: [{ name: "cost" }] };
}

/** What a program asks, its cost alone. */
function fromText(text: string): Problem {
  const { value, diagnostics } = compile(["main.intent"], memoryHost({ "main.intent": text }), { set: {} });
  const wrong = diagnostics.find(({ severity }) => severity === "error");
  if (wrong !== undefined) throw new Error(wrong.message);
  return { ...buildProblem(value, {}).value, objectives: [{ name: "cost" }] };
}

/** Whether the instances are there at all. */
export const areThere = (): boolean => existsSync(join(folder, "large-fleet.mjs")) && existsSync(join(folder, "gap"));

/** The best value that is known of each assignment, by file name. */
export function knownValues(): ReadonlyMap<string, number> {
  const lines = readFileSync(join(folder, "gap", "values.csv"), "utf8")
    .trim()
    .split("\n");
  const known = lines.map((line) => line.split(",")).map((cells) => [cells[0] as string, Number(cells[7])] as const);
  return new Map(known).set("chu1997/d20200", 12238); // the file's own README corrects it
}
