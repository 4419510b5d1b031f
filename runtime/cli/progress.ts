// Progress on a terminal: one line on standard error, rewritten as the engine moves; nothing in a pipe or in CI.
import type { EngineEvent } from "../events.ts";
import type { CliContext } from "./context.ts";
import { objectiveValue } from "./view/plan-text.ts";
import { printable } from "./view/style.ts";
import { truncate } from "./view/width.ts";

export interface Progress {
  readonly emit: (event: EngineEvent) => void;
  /** How far a phase is. */
  readonly count: (phase: string, done: number, all: number) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

const phases: Readonly<Record<string, string>> = {
  compile: "reading the intents",
  observe: "asking the clusters",
  solve: "deciding where everything runs",
  expand: "writing the manifests",
  diff: "comparing with the clusters",
  failures: "losing one after the other",
  why: "asking why",
  lock: "taking the locks",
};

export function progressLine(context: CliContext): Progress {
  const { stderr } = context;
  if (!stderr.isTerminal || context.env["CI"] !== undefined)
    return { emit: () => {}, count: () => {}, clear: () => {} };
  let shown = false;
  const show = (text: string): void => {
    stderr.write(`\r\u001b[2K${truncate(printable(text), stderr.width - 1)}`);
    shown = true;
  };
  return {
    emit(event) {
      if (event.type === "phase")
        show(`${phases[event.phase] ?? event.phase}${event.cluster === undefined ? "" : ` (${event.cluster})`} …`);
      if (event.type === "solving") show(solvingText(event));
      if (event.type === "waiting")
        show(`${event.object.cluster}: ${event.object.kind} ${event.object.name}: ${event.message}`);
    },
    count: (phase, done, all) => show(`${phases[phase] ?? phase}, ${done} of ${all}`),
    clear() {
      if (shown) stderr.write("\r\u001b[2K");
      shown = false;
    },
  };
}

function solvingText(event: Extract<EngineEvent, { type: "solving" }>): string {
  return [`${phases["solve"]} (${event.solver})`, ...soFar(event)].join(", ");
}

/** What the solver has, in a few words: the best so far, what none can be below, and how far apart they are. */
export function soFar(event: Extract<EngineEvent, { type: "solving" }>): readonly string[] {
  const { incumbent, bound, gap, term } = event;
  const shown = (value: number): string =>
    term === undefined ? String(Number(value.toPrecision(6))) : objectiveValue(term, value);
  return [
    ...(incumbent === undefined ? [] : [`${term ?? "best"} ${shown(incumbent)}`]),
    ...(bound === undefined ? [] : [`at least ${shown(bound)}`]),
    ...(gap === undefined ? [] : [`within ${(gap * 100).toFixed(2)} %`]),
  ];
}
