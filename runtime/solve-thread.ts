// Solves on a worker thread, so that the main thread goes on drawing and listening; stops it at once when that is asked, with what it last
// told. It must not know what a question means.
import { Worker } from "node:worker_threads";
import type { PlacedReplicas } from "../planner/index.ts";
import type { Question, Solved, Told } from "./solving.ts";

/** With the replicas of a whole placement, now and then. */
export type ToldCopy = Omit<Told, "placed"> & { readonly replicas?: PlacedReplicas };

export type FromWorker =
  | { readonly kind: "told"; readonly told: ToldCopy }
  /** It has seen that it is to stop, and is putting its answer together. */
  | { readonly kind: "stopping" }
  | { readonly kind: "impossible" }
  | { readonly kind: "solved"; readonly solved: Solved }
  | { readonly kind: "failed"; readonly error: string };

/** What is left of a worker that was ended: the last placement that it told, what was proven beside it, and whether it is impossible. */
export interface Remains {
  readonly kind: "ended";
  readonly impossible: boolean;
  readonly placed: ToldCopy | undefined;
  /** The last with a bound. */
  readonly last: ToldCopy | undefined;
  readonly by: "request" | "time" | "memory";
}

/** Milliseconds until a worker that was asked to stop must have noticed; one whose time is over notices itself. */
const NOTICE = 700;
const OVERTIME = 2_000;
/** Milliseconds that it then has to put its answer together. */
const FINISH = 10_000;
/** MiB of objects that one may hold; what HiGHS holds comes on top, and is 32-bit. */
const MEMORY = 3_072;

/** Answers a question on a thread of its own. Rejects for our bugs only. */
export function solveOnThread(
  question: Question,
  signal: AbortSignal,
  tell: (told: ToldCopy) => void,
): Promise<{ readonly kind: "solved"; readonly solved: Solved } | Remains> {
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(workerFile(), {
    workerData: { flag },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY },
  });
  let [placed, last]: (ToldCopy | undefined)[] = [undefined, undefined];
  let stop = (): void => {};
  let [impossible, asked, timer]: [boolean, "request" | "time", NodeJS.Timeout | undefined] = [
    false,
    "time",
    undefined,
  ];
  return new Promise<{ readonly kind: "solved"; readonly solved: Solved } | Remains>((resolve, reject) => {
    const end = (by: Remains["by"]): void => resolve({ kind: "ended", impossible, placed, last, by });
    const endIn = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(asked), milliseconds);
    };
    stop = () => {
      Atomics.store(flag, 0, 1);
      asked = "request";
      endIn(NOTICE);
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    if (question.timeLimit !== Infinity) endIn(question.timeLimit + OVERTIME);
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "told") {
        if (message.told.bound !== undefined) last = message.told;
        if (message.told.replicas !== undefined) placed = message.told;
        tell(message.told);
      } else if (message.kind === "impossible") impossible = true;
      else if (message.kind === "stopping") endIn(FINISH);
      else if (message.kind === "solved") resolve(message);
      else reject(new Error(message.error));
    });
    worker.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ERR_WORKER_OUT_OF_MEMORY" ? end("memory") : reject(error),
    );
    worker.on("exit", (code) => reject(new Error(`the solving thread ended with ${code} and no answer`)));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(question);
  }).finally(async () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    worker.removeAllListeners("exit");
    await worker.terminate();
  });
}

/** Beside this file, compiled, joined or as it is. */
function workerFile(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith(".ts") ? "./solve-worker.ts" : "./solve-worker.js", here);
}
