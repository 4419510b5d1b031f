// Joins what the command line loads at every start into few files: resolving some hundred small modules (chevrotain's lodash-es above all)
// costs more than running them. What loads rarely and lazily, or brings files of its own, stays outside.
import { defineConfig } from "rolldown";

export default defineConfig({
  // Worker threads are programs of their own, beside the chunks that start them.
  input: {
    main: "dist/runtime/cli/main.js",
    "solve-worker": "dist/runtime/solve-worker.js",
    "beside-worker": "dist/runtime/beside-worker.js",
    "ask-worker": "dist/runtime/ask-worker.js",
  },
  platform: "node",
  external: [/^node:/, /^highs/, /^javascript-lp-solver/, /^@kubernetes\//, /^undici/, /^ink/, /^react/],
  output: { dir: "dist/cli", format: "esm", chunkFileNames: "[name]-[hash].js", cleanDir: true },
});
