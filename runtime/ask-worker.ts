// A worker thread that answers one question about a plan. It must not know who asks, nor decide when to stop.
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Asked } from "./asking.ts";
import type { FromAskWorker } from "./ask-thread.ts";

enableCompileCache();
const { answer } = await import("./asking.ts");
const flag = (workerData as { readonly flag: Int32Array<SharedArrayBuffer> }).flag;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
const post = (message: FromAskWorker): void => parentPort?.postMessage(message);

parentPort?.once("message", (asked: Asked) => {
  const stopped = (): boolean => Atomics.load(flag, 0) !== 0;
  answer(asked, stopped, (done, all) => post({ kind: "told", done, all })).then(
    (answered) => post({ kind: "answered", answered }),
    (error: unknown) =>
      post({ kind: "failed", error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
