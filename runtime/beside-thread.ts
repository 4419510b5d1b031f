// Begins an exact solve on a thread of its own, for a thread that goes on working without a break: the two speak through shared numbers. It
// must not know what is solved.
import { Worker } from "node:worker_threads";
import type { Beside, ExactSolution } from "../planner/index.ts";

/** Where the numbers are that both threads share: milliseconds of work, those after which it was proven, and two flags. */
export const shared = { worked: 0, proven: 1, ended: 2, dropped: 3 } as const;

export interface FromBeside {
  readonly solution: ExactSolution | undefined;
}

/** Milliseconds that one look waits at most before it asks whether to stop. */
const WAIT = 200;

/** @param stopped asked while it waits. */
export const newBeside =
  (stopped: () => boolean): Beside =>
  (task) => {
    const board = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
    const read = (at: number): number => Atomics.load(board, at);
    board[shared.proven] = -1;
    const here = import.meta.url;
    const file = new URL(here.endsWith(".ts") ? "./beside-worker.ts" : "./beside-worker.js", here);
    const worker = new Worker(file, { workerData: { board }, execArgv: [] });
    worker.unref();
    const answer = new Promise<ExactSolution | undefined>((resolve) => {
      worker.once("message", ({ solution }: FromBeside) => resolve(solution));
      worker.once("error", () => {
        Atomics.store(board, shared.ended, 1);
        resolve(undefined);
      });
    }).finally(() => worker.terminate());
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(task);
    return {
      provenWithin: (milliseconds) => {
        for (;;) {
          const at = read(shared.worked);
          if (!task.countsSteps || read(shared.ended) !== 0 || at >= milliseconds || stopped()) break;
          Atomics.wait(board, shared.worked, at, WAIT);
        }
        const proven = read(shared.proven);
        return proven >= 0 && (!task.countsSteps || proven <= milliseconds);
      },
      answer: async () => {
        worker.ref();
        return answer;
      },
      drop: () => {
        Atomics.store(board, shared.dropped, 1);
        void worker.terminate();
      },
    };
  };
