// The IR as JSON text, in one order whatever way it was made: docs/ir.md says what is in it. It must not know what the IR means.
import type { Ir } from "./ir.ts";

/**
 * The JSON form of the IR, two blanks a level: keys sorted, but for Kubernetes objects (`object`), which keep the order of their file.
 * Equal IRs give equal bytes.
 */
export function irJson(ir: Ir): string {
  return `${JSON.stringify(ordered(ir), null, 2)}\n`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    entries.map(([key, entry]) => [key, isKubernetesObject(key, entry) ? entry : ordered(entry)]),
  );
}

/** An app's objects are the only entries named `object` that are not a key of one. */
const isKubernetesObject = (key: string, entry: unknown): boolean => key === "object" && typeof entry === "object";
