#!/usr/bin/env node
// The `placet` command: hands over to the compiled program, under a Node that is new enough.
import { spawn } from "node:child_process";
import * as nodeModule from "node:module";
import { fileURLToPath } from "node:url";
import { currentNode, isCurrent } from "./current-node.mjs";

const node = currentNode();
if (isCurrent) {
  // Compiled code is kept between runs: most of a short command is loading.
  nodeModule.enableCompileCache?.();
  await import("../dist/cli/main.js");
} else if (node === process.execPath) {
  console.error(`placet needs Node 22.19 or newer; this is Node ${process.versions.node}`);
  process.exit(1);
} else {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => (signal ? process.kill(process.pid, signal) : process.exit(code ?? 1)));
}
