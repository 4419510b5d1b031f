// Finds a Node that can run Placet (>= 22.19, which undici needs). It must not load anything heavy: every start pays for it.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

/** Whether the Node that runs this file can run Placet itself. */
export const isCurrent = major > 22 || (major === 22 && minor >= 19);

/** The path of a Node that can run Placet; falls back to this one when the `node` package is not installed. */
export function currentNode() {
  if (isCurrent) return process.execPath;
  const bundled = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  return existsSync(bundled) ? bundled : process.execPath;
}
