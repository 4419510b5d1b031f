// What would help: each intent of a conflict made weaker, as little as possible, and asked again. It must not find conflicts.
import type { Ir } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import { shortName } from "../build/words.ts";
import type { Intent } from "./intents.ts";
import { scalesFor, type Scale } from "./scales.ts";

/** A weaker program that can be placed, and what is given up: 0 nothing, 1 the whole intent. */
export interface Relaxation {
  readonly text: string;
  readonly span: Span;
  readonly gives: number;
}

/** Whether a program can be placed; undefined for "could not be decided". */
export type Possible = (ir: Ir) => Promise<boolean | undefined>;

/**
 * For each workload and intent of a conflict the mildest change that makes the whole program possible, the ones that give up least first.
 * @param without the program without one intent.
 */
export async function relaxations(
  ir: Ir,
  conflict: readonly Intent[],
  without: (intent: Intent) => Ir,
  possible: Possible,
): Promise<readonly Relaxation[]> {
  const workloads = new Set(
    conflict.filter(({ kind }) => kind === "run" || kind === "clause").map(({ workloads: [first] }) => first ?? ""),
  );
  const found: Relaxation[] = [];
  for (const scale of scalesFor(ir, workloads).slice(0, MOST_SCALES)) {
    const step = await mildest(scale, ir, possible);
    if (step !== undefined) found.push({ text: step.text, span: scale.span, gives: step.gives });
  }
  for (const intent of conflict.slice(0, MOST_SCALES)) {
    if (
      found.some(({ span, gives }) => gives < 0.5 && span.file === intent.span.file && span.start === intent.span.start)
    )
      continue;
    if ((await possible(without(intent))) !== true) continue;
    const text =
      intent.kind === "stay" ? `\`move ${shortName(intent.workloads[0] ?? "")}\`` : `without \`${intent.text}\``;
    found.push({ text, span: intent.span, gives: intent.kind === "run" ? NOT_AT_ALL : 1 });
  }
  return found.sort((a, b) => a.gives - b.gives || (a.text < b.text ? -1 : 1));
}

/** What it gives up not to run a workload at all. */
export const NOT_AT_ALL = 2;

/** A large conflict has many intents, and each question costs a solve. */
const MOST_SCALES = 16;

/** The first step that helps, by halving: a weaker step helps whenever a milder one does. */
async function mildest(scale: Scale, ir: Ir, possible: Possible): Promise<Scale["steps"][number] | undefined> {
  const last = scale.steps.at(-1);
  if (last === undefined || (await possible(last.apply(ir))) !== true) return undefined;
  let [low, high] = [0, scale.steps.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const step = scale.steps[middle];
    if (step !== undefined && (await possible(step.apply(ir))) === true) high = middle;
    else low = middle + 1;
  }
  return scale.steps[high];
}
