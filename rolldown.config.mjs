// Joins what the command line loads at every start into few files: resolving some hundred small modules (chevrotain's lodash-es above all)
// costs more than running them. What loads rarely and lazily, or brings files of its own, stays outside.
import { defineConfig } from "rolldown";

export default defineConfig({
  input: { main: "dist/runtime/cli/main.js" },
  platform: "node",
  external: [/^node:/, /^highs/, /^javascript-lp-solver/, /^@kubernetes\//, /^undici/, /^ink/, /^react/],
  output: { dir: "dist/cli", format: "esm", chunkFileNames: "[name]-[hash].js", cleanDir: true },
});
