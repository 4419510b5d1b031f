// Asks about a plan on a thread of its own, so that the main thread goes on drawing and listening; gives up soon after that is asked. It
// must not know what a question means.
import { Worker } from "node:worker_threads";
import { answer, type Answers, type Asked, type Tell } from "./asking.ts";

export type FromAskWorker =
  | { readonly kind: "answered"; readonly answered: Answers[Asked["kind"]] }
  | { readonly kind: "told"; readonly done: number; readonly all: number }
  | { readonly kind: "failed"; readonly error: string };

/** Milliseconds until a thread that was asked to stop must have said what it has. */
const NOTICE = 600;
/** Pairs of workload and cluster up to which the main thread answers: a thread costs more. */
const FEW_PAIRS = 100;

/** Undefined when it was stopped before there was an answer. Rejects for our bugs only. */
export async function ask<Kind extends Asked["kind"]>(
  asked: Extract<Asked, { readonly kind: Kind }>,
  signal: AbortSignal,
  tell: Tell = () => {},
): Promise<Answers[Kind] | undefined> {
  if (signal.aborted) return undefined;
  if (asked.ir.runs.length * asked.ir.fleet.clusters.length <= FEW_PAIRS)
    return answer<Kind>(asked, () => signal.aborted, tell);
  const flag = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(workerFile(), { workerData: { flag }, execArgv: [] });
  let stop = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  return new Promise<Answers[Kind] | undefined>((resolve, reject) => {
    stop = () => {
      Atomics.store(flag, 0, 1);
      timer = setTimeout(() => resolve(undefined), NOTICE);
    };
    signal.addEventListener("abort", stop, { once: true });
    worker.on("message", (message: FromAskWorker) => {
      if (message.kind === "answered") resolve(message.answered as Answers[Kind]);
      else if (message.kind === "told") tell(message.done, message.all);
      else reject(new Error(message.error));
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the thread that explains ended with ${code} and no answer`)));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    worker.postMessage(asked);
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
  return new URL(here.endsWith(".ts") ? "./ask-worker.ts" : "./ask-worker.js", here);
}
