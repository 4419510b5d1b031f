// Waits until objects are ready, or gone, by asking for all of them together. It must not write.
import type { Change } from "../../planner/index.ts";
import { healthOf, type Health } from "../health.ts";
import { refKey, showRef, type InventoryEntry } from "../inventory.ts";
import type { Live } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import { eventObject, type ClusterWork } from "./work.ts";

const firstPoll = 100;
const slowestPoll = 2_000;
/** How long a cluster may say nothing before its objects count as not ready, in milliseconds. */
const silenceMilliseconds = 60_000;
/** How long what was deleted may take to be gone before the next tier is deleted anyway, in milliseconds. */
const goneMilliseconds = 60_000;

/**
 * Waits for each of these to be ready; gives, by `refKey`, why those that are not are not. Readiness that failed is said at once, for the
 * others the run's deadline counts. A cluster that does not answer is asked again until then.
 */
export async function untilReady(work: ClusterWork, changes: readonly Change[]): Promise<Map<string, string>> {
  const { run } = work;
  const open = new Map(changes.map((change) => [refKey(change), { change, message: "" }]));
  const unready = new Map<string, string>();
  if (open.size > 0) run.emit({ type: "phase", phase: "wait", cluster: work.tasks.cluster });
  let answeredAt = run.world.clock();
  for (let pause = firstPoll; open.size > 0; pause = Math.min(slowestPoll, pause * 1.5)) {
    const live = await readAll(
      work,
      [...open.values()].map((one) => one.change),
    );
    if (live !== undefined) answeredAt = run.world.clock();
    for (const [key, { change, message }] of open) {
      const health = live === undefined ? silent : healthIn(live, key);
      if (health.state === "ready") {
        open.delete(key);
        run.emit({ type: "ready", object: eventObject(change) });
      } else if (health.state === "failed") {
        open.delete(key);
        fail(work, change, health.message, unready);
      } else if (health.message !== message) {
        open.set(key, { change, message: health.message });
        run.emit({ type: "waiting", object: eventObject(change), message: health.message });
      }
    }
    if (open.size === 0) break;
    if (run.signal.aborted) {
      for (const [key] of open) unready.set(key, "stopped");
      break;
    }
    if (run.world.clock() >= Math.min(run.deadline, answeredAt + silenceMilliseconds)) {
      for (const { change, message } of open.values()) fail(work, change, `not ready in time: ${message}`, unready);
      break;
    }
    await run.world.sleep(Math.min(pause, Math.max(1, run.deadline - run.world.clock())), run.signal);
  }
  return unready;
}

const silent: Health = { state: "waiting", message: "the cluster does not answer" };

function healthIn(live: ReadonlyMap<string, Live>, key: string): Health {
  const found = live.get(key);
  return found === undefined ? { state: "failed", message: "it is gone" } : healthOf(found.object);
}

/** The object is there and stays in the inventory, but the apply did not reach what it promised. */
function fail(work: ClusterWork, change: Change, reason: string, unready: Map<string, string>): void {
  unready.set(refKey(change), reason);
  const written = work.results.get(refKey(change));
  const uid = written?.kind === "done" && written.uid !== undefined ? { uid: written.uid } : {};
  work.results.set(refKey(change), { kind: "failed", uncertain: true, reason, ...uid });
  work.run.emit({ type: "change-failed", object: eventObject(change), action: change.action, reason });
}

async function readAll(work: ClusterWork, changes: readonly Change[]): Promise<Map<string, Live> | undefined> {
  const entries = changes.map((change): InventoryEntry => {
    const { apiVersion, kind, namespace, name, app, for: workloads } = change;
    return { apiVersion, kind, namespace, name, app: app ?? "", for: workloads ?? [] };
  });
  try {
    const { live } = await work.target.readOurs(entries, []);
    return new Map(live.map((one) => [refKey(one.ref), one]));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Waits until what was deleted is gone; what a finalizer holds is said, and stays in the inventory. */
export async function untilGone(work: ClusterWork, changes: readonly Change[]): Promise<void> {
  if (!work.target.runs || changes.length === 0) return;
  const { run } = work;
  const end = Math.min(run.deadline, run.world.clock() + goneMilliseconds);
  let open = changes;
  for (let pause = firstPoll; ; pause = Math.min(slowestPoll, pause * 1.5)) {
    const live = await readAll(work, open);
    if (live !== undefined) open = open.filter((change) => isStill(live.get(refKey(change)), change));
    if (open.length === 0) return;
    if (run.world.clock() >= end || run.signal.aborted) break;
    await run.world.sleep(pause, run.signal);
  }
  const live = await readAll(work, open);
  for (const change of open) {
    const finalizers = live?.get(refKey(change))?.object.metadata["finalizers"];
    const held = Array.isArray(finalizers) ? finalizers.join(", ") : "";
    const reason = `it is still there${held === "" ? "" : `, held by ${held}`}`;
    work.results.set(refKey(change), { kind: "failed", uncertain: true, reason });
    run.emit({ type: "change-failed", object: eventObject(change), action: change.action, reason });
  }
}

/** Released objects are there too, but no longer ours to wait for: they carry no deletion timestamp. */
const isStill = (live: Live | undefined, change: Change): boolean =>
  live !== undefined &&
  (change.uid === undefined || live.uid === change.uid) &&
  live.object.metadata["deletionTimestamp"] !== undefined;

/** Waits until one object is gone, for its replacement to come. */
export async function untilAbsent(work: ClusterWork, change: Change): Promise<void> {
  const { run, target } = work;
  for (let pause = firstPoll; ; pause = Math.min(slowestPoll, pause * 1.5)) {
    const live = await target.read(change);
    if (live === undefined || live.uid !== change.uid) return;
    if (run.world.clock() >= run.deadline || run.signal.aborted) {
      throw new Refusal("timeout", `the old ${showRef(change)} is still there`, {
        help: "see which finalizer holds it",
      });
    }
    await run.world.sleep(pause, run.signal);
  }
}
