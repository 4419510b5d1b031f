#!/usr/bin/env node
// Runs a program under a Node that is new enough: this one, or the `node` package that the project brings (STYLE.md: the stack).
// It must not know what the program is.
import { spawnSync } from "node:child_process";
import { currentNode } from "./current-node.mjs";

const child = spawnSync(currentNode(), process.argv.slice(2), { stdio: "inherit" });
process.exit(child.status ?? 1);
