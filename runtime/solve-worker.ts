// The worker thread: answers one question, tells what it has as it goes, and looks at a shared flag to know when to stop. It must not
// know who asks, nor decide when to stop.
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Question, Told } from "./solving.ts";
import type { FromWorker } from "./solve-thread.ts";

/** Milliseconds between two things that are told, and between two whole placements. */
const PAUSE = 100;
const LONG_PAUSE = 1_000;
/** Milliseconds beyond a time limit. */
const GRACE = 500;

// Compiled code is kept between runs; a thread does not inherit that it is.
enableCompileCache();
const { solve } = await import("./solving.ts");
const { newBeside } = await import("./beside-thread.ts");
const flag = (workerData as { readonly flag: Int32Array<SharedArrayBuffer> }).flag;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
const post = (message: FromWorker): void => parentPort?.postMessage(message);

parentPort?.once("message", (question: Question) => {
  const started = performance.now();
  let [noticed, told, placed] = [false, -Infinity, -Infinity];
  const stopped = (): boolean => {
    const late = performance.now() - started - question.timeLimit;
    const stop = Atomics.load(flag, 0) !== 0;
    if ((stop || late >= 0) && !noticed) {
      noticed = true;
      post({ kind: "stopping" });
    }
    // The planner looks at its own time; this is for what does not.
    return stop || late >= GRACE;
  };
  const tell = ({ placed: asPlaced, ...numbers }: Told): void => {
    const now = performance.now();
    const whole = asPlaced !== undefined && now - placed >= LONG_PAUSE;
    if (!whole && now - told < PAUSE) return;
    told = now;
    if (whole) placed = now;
    post({ kind: "told", told: whole ? { ...numbers, replicas: asPlaced() } : numbers });
  };
  const listener = {
    now: () => performance.now(),
    stopped,
    tell,
    impossible: () => post({ kind: "impossible" }),
    beside: newBeside(stopped),
  };
  solve(question, listener).then(
    (solved) => post({ kind: "solved", solved }),
    (error: unknown) =>
      post({ kind: "failed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
