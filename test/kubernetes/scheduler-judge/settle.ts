// Waits until the scheduler has nothing left to decide, and reads what it decided.
import { inParallel, type Api, type Manifest } from "../api.ts";
import type { Cluster } from "../clusters.ts";
import { namespaceOf } from "../resources.ts";
import { runsPods } from "./create.ts";

interface Named {
  readonly namespace: string;
  /** `Deployment/web`: the object that asked for the pod. */
  readonly workload: string;
}

interface ScheduledPod extends Named {
  readonly name: string;
  readonly node: string;
}

interface PendingPod extends Named {
  readonly name: string;
  /** The scheduler's own words: `0/3 nodes are available: 3 Insufficient cpu.` */
  readonly message: string;
}

/** Pods that were never made: an admission plugin refused them, or an earlier pod of a StatefulSet is pending. */
interface MissingPods extends Named {
  readonly expected: number;
  readonly found: number;
}

export interface Settlement {
  readonly scheduled: readonly ScheduledPod[];
  readonly pending: readonly PendingPod[];
  readonly missing: readonly MissingPods[];
  /** Whether the scheduler came to rest in the time given. */
  readonly settled: boolean;
}

interface Pod extends Named {
  readonly name: string;
  readonly node: string | undefined;
  readonly leaving: boolean;
  readonly ready: boolean;
  /** What the scheduler said when it found no node. */
  readonly refused: string | undefined;
}

/**
 * A verdict holds when the scheduler is idle and nothing changes any more. What is scheduled stays so; but a pod without a node
 * may only look hopeless, and one of the latest DaemonSets complete, because a node has not come to the eyes of a busy scheduler or controller.
 */
export async function settled(
  cluster: Cluster,
  manifests: readonly Manifest[],
  latest: readonly Manifest[],
  seconds: number,
): Promise<Settlement> {
  const deadline = Date.now() + seconds * 1000;
  const hasDaemons = latest.some((manifest) => manifest.kind === "DaemonSet");
  let before = { seen: "", since: 0 };
  for (;;) {
    const pods = await readPods(cluster.api);
    await inParallel(pods, (pod) => actAsKubelet(cluster.api, pod));
    const missing = await missingPods(cluster.api, manifests, pods);
    const restful =
      missing.every((one) => isHeldUp(one, pods)) && pods.every(isDecided) && (await isIdle(cluster, pods));
    const now = { seen: restful ? JSON.stringify(pods) : "", since: Date.now() };
    if (now.seen !== before.seen) before = now;
    const patience = hasDaemons || missing.length > 0 || pods.some((pod) => pod.node === undefined) ? 300 : 0;
    if (restful && now.since - before.since >= patience) return verdict(pods, missing, true);
    if (now.since > deadline) return verdict(pods, missing, false);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

function verdict(pods: readonly Pod[], missing: readonly MissingPods[], settled: boolean): Settlement {
  const scheduled: ScheduledPod[] = [];
  const pending: PendingPod[] = [];
  for (const { namespace, name, workload, node, refused } of pods) {
    if (node !== undefined) scheduled.push({ namespace, name, workload, node });
    else pending.push({ namespace, name, workload, message: refused ?? "the scheduler has not decided" });
  }
  return { scheduled, pending, missing, settled };
}

async function readPods(api: Api): Promise<readonly Pod[]> {
  const list = await api.call("GET", "/api/v1/pods");
  const pods: Pod[] = list.items.map(readPod);
  return pods.sort((one, other) => (one.namespace + one.name < other.namespace + other.name ? -1 : 1));
}

function readPod({ metadata, spec, status }: any): Pod {
  const condition = status.conditions?.find((one: any) => one.type === "PodScheduled" && one.status === "False");
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    workload: workloadOf(metadata),
    node: spec.nodeName,
    leaving: metadata.deletionTimestamp !== undefined,
    ready: status.conditions?.some((one: any) => one.type === "Ready" && one.status === "True") ?? false,
    refused: condition?.message,
  };
}

/** A Deployment's pods belong to a ReplicaSet that carries its name and a hash, and the pods carry the hash too. */
function workloadOf(metadata: any): string {
  const owner = metadata.ownerReferences?.[0];
  if (owner === undefined) return `Pod/${metadata.name}`;
  const hash: string | undefined = metadata.labels?.["pod-template-hash"];
  if (owner.kind === "ReplicaSet" && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return `Deployment/${owner.name.slice(0, -hash.length - 1)}`;
  }
  return `${owner.kind}/${owner.name}`;
}

/** A StatefulSet waits for each pod to be ready before it makes the next; who is preempted leaves when the kubelet lets go. */
async function actAsKubelet(api: Api, pod: Pod): Promise<void> {
  const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`;
  if (pod.leaving) await api.call("DELETE", path, { gracePeriodSeconds: 0 }, { expected: [404] });
  else if (pod.node !== undefined && !pod.ready && pod.workload.startsWith("StatefulSet/")) {
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    const contentType = "application/strategic-merge-patch+json";
    await api.call("PATCH", `${path}/status`, { status }, { contentType, expected: [404] });
  }
}

async function missingPods(api: Api, manifests: readonly Manifest[], pods: readonly Pod[]): Promise<MissingPods[]> {
  const missing: MissingPods[] = [];
  for (const manifest of manifests.filter(runsPods)) {
    const [namespace, workload] = [namespaceOf(manifest), `${manifest.kind}/${manifest.metadata?.name}`];
    const found = pods.filter((pod) => pod.namespace === namespace && pod.workload === workload && !pod.leaving).length;
    const expected = await expectedPods(api, manifest);
    if (found < expected) missing.push({ namespace, workload, expected, found });
  }
  return missing;
}

async function expectedPods(api: Api, manifest: any): Promise<number> {
  if (manifest.kind === "Pod") return 1;
  if (manifest.kind === "Job") return Math.min(manifest.spec.parallelism ?? 1, manifest.spec.completions ?? Infinity);
  if (manifest.kind !== "DaemonSet") return manifest.spec.replicas ?? 1;
  const path = `/apis/apps/v1/namespaces/${namespaceOf(manifest)}/daemonsets/${manifest.metadata.name}`;
  const { status, metadata } = await api.call("GET", path);
  return status.observedGeneration === metadata.generation ? status.desiredNumberScheduled : Infinity;
}

/**
 * Whether what is missing will not come. A StatefulSet makes its next pod when the one before is ready, so one that is pending
 * holds the rest up. A pod of its own that is gone was driven out by one of higher priority.
 */
function isHeldUp(missing: MissingPods, pods: readonly Pod[]): boolean {
  if (missing.workload.startsWith("Pod/")) return true;
  const own = pods.filter((pod) => pod.namespace === missing.namespace && pod.workload === missing.workload);
  return missing.workload.startsWith("StatefulSet/") && own.some((pod) => pod.node === undefined && pod.refused);
}

function isDecided(pod: Pod): boolean {
  return !pod.leaving && (pod.node !== undefined || pod.refused !== undefined);
}

/**
 * Whether the scheduler has put aside every pod without a node. A pod that it may try again, because something that held it up
 * has changed, is in another of its queues; one that it is trying just now is in none.
 */
async function isIdle(cluster: Cluster, pods: readonly Pod[]): Promise<boolean> {
  const without = pods.filter((pod) => pod.node === undefined).length;
  if (without === 0) return true;
  // Without any node the scheduler tries again and again, and never puts a pod aside.
  if ((await cluster.api.call("GET", "/api/v1/nodes?limit=1")).items.length === 0) return true;
  const queues = new Map<string, number>();
  const lines = (await cluster.schedulerMetrics()).matchAll(/^scheduler_pending_pods\{queue="(\w+)"\} (\S+)$/gm);
  for (const [, queue = "", size] of lines) queues.set(queue, Number(size));
  const aside = (queues.get("unschedulable") ?? 0) + (queues.get("gated") ?? 0);
  return aside === without && queues.get("active") === 0 && queues.get("backoff") === 0;
}
