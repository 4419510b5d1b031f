// A second worker thread: one exact solve beside the search of the first. Says how far it is by numbers that both share. It must not know
// who asks, nor whether its answer is wanted.
import { parentPort, workerData } from "node:worker_threads";
import { enableCompileCache } from "node:module";
import type { ExactTask } from "../planner/index.ts";
import { shared, type FromBeside } from "./beside-thread.ts";

enableCompileCache();
const { solveExactly, stepClock } = await import("../planner/index.ts");
const board = (workerData as { readonly board: Int32Array<SharedArrayBuffer> }).board;

/** Writes a number where the other thread looks, and wakes it. */
function say(at: number, value: number): void {
  Atomics.store(board, at, value);
  Atomics.notify(board, shared.worked);
}

parentPort?.once("message", (task: ExactTask) => {
  const { problem, learnt, gap, seed, timeLimit, countsSteps } = task;
  const now = countsSteps ? stepClock() : () => performance.now();
  const started = now();
  const worked = (): number => Math.floor(now() - started);
  const stopped = (): boolean => {
    say(shared.worked, worked());
    return Atomics.load(board, shared.dropped) !== 0;
  };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  const post = (message: FromBeside): void => parentPort?.postMessage(message);
  solveExactly(problem, { gap, seed, timeLimit, solver: "highs", now, stopped }, learnt).then(
    (solution) => {
      const proven = solution.status === "optimal" || solution.status === "infeasible";
      if (proven) say(shared.proven, worked());
      say(shared.ended, 1);
      post({ solution });
    },
    () => {
      say(shared.ended, 1);
      post({ solution: undefined });
    },
  );
});
