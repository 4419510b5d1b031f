// Progress on a terminal: one line on standard error, rewritten as the engine moves; nothing in a pipe or in CI.
import type { EngineEvent } from "../events.ts";
import type { CliContext } from "./context.ts";
import { printable } from "./view/style.ts";
import { truncate } from "./view/width.ts";

export interface Progress {
  readonly emit: (event: EngineEvent) => void;
  /** Removes the line. */
  readonly clear: () => void;
}

const phases: Readonly<Record<string, string>> = {
  compile: "reading the intents",
  observe: "asking the clusters",
  solve: "deciding where everything runs",
  expand: "writing the manifests",
  diff: "comparing with the clusters",
  lock: "taking the locks",
};

export function progressLine(context: CliContext): Progress {
  const { stderr } = context;
  if (!stderr.isTerminal || context.env["CI"] !== undefined) return { emit: () => {}, clear: () => {} };
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
    clear() {
      if (shown) stderr.write("\r\u001b[2K");
      shown = false;
    },
  };
}

function solvingText(event: Extract<EngineEvent, { type: "solving" }>): string {
  const parts = [`deciding where everything runs (${event.solver})`];
  if (event.incumbent !== undefined) parts.push(`best ${Number(event.incumbent.toPrecision(6))}`);
  if (event.gap !== undefined) parts.push(`within ${(event.gap * 100).toFixed(2)} %`);
  return parts.join(", ");
}
