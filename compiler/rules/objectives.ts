// An objective that is the same for every placement changes nothing.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Ir, ObjectiveName } from "../ir.ts";
import type { Checked } from "./rule.ts";

export function* objectives({ ir }: Checked): Generator<Diagnostic> {
  for (const { name, span } of ir.minimize) {
    const reason = REASONS[name]?.(ir);
    if (reason !== undefined) yield diagnose["nothing-to-minimize"](span, [name, reason]);
  }
}

/** Why an objective is the same everywhere, or undefined. The others always measure something. */
const REASONS: { readonly [K in ObjectiveName]?: (ir: Ir) => string | undefined } = {
  cost: (ir) =>
    ir.fleet.clusters.every((c) => Object.keys(c.prices).length === 0) ? "no cluster says a `cost`" : undefined,
  preference: (ir) =>
    ir.runs.every((r) => r.prefer.length === 0 && r.shares === undefined) ? "no `run` has a `prefer`" : undefined,
  latency: (ir) =>
    ir.traffic.every((t) => t.kind !== "allow") &&
    ir.runs.every((r) => r.near.every((n) => n.microseconds !== undefined))
      ? "there is no `allow` and no `near` without `within`"
      : undefined,
};
