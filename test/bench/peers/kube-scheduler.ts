// How many pods the real kube-scheduler finds a node for, created one after the other. It must not know how Placet packs.
import { inParallel, type Manifest } from "../../kubernetes/api.ts";
import { startClusters, type Cluster } from "../../kubernetes/clusters.ts";
import type { Trace, TraceNode, TracePod } from "../instances/trace.ts";

const SHARE = "example.com/gpu-share";
const MODEL = "example.com/gpu-model";
/** Seconds without a change after which the scheduler has said its last word. */
const REST = 10;

export interface Scheduled {
  readonly placed: number;
  /** On the wall, from the first pod created to the last one bound. */
  readonly seconds: number;
}

export async function scheduledPods({ nodes }: Trace, pods: readonly TracePod[]): Promise<Scheduled> {
  const clusters = await startClusters({
    names: ["trace"],
    controllers: ["namespace-controller"],
    withoutAdmission: ["TaintNodesByCondition"],
    kwok: false,
    nodes: {
      trace: nodes.map((node) => ({
        name: node.name,
        labels: { [MODEL]: node.model || "none" },
        allocatable: allocatable(node),
      })),
    },
  });
  try {
    const cluster = clusters.get("trace");
    const began = performance.now();
    // In chunks, so that they are created in their order but for a few.
    for (let at = 0; at < pods.length; at += 50)
      await inParallel(pods.slice(at, at + 50), (pod) =>
        cluster.api.call("POST", "/api/v1/namespaces/default/pods", podOf(pod)),
      );
    return await settledCount(cluster, began);
  } finally {
    await clusters.stop();
  }
}

async function settledCount(cluster: Cluster, began: number): Promise<Scheduled> {
  let placed = -1;
  let changed = performance.now();
  for (;;) {
    const list = (await cluster.api.call("GET", "/api/v1/pods", undefined, { seconds: 120 })) as {
      readonly items: readonly { readonly spec: { readonly nodeName?: string } }[];
    };
    const now = list.items.filter(({ spec }) => spec.nodeName !== undefined).length;
    if (now !== placed) changed = performance.now();
    placed = now;
    if (now === list.items.length || performance.now() - changed > REST * 1000) break;
    await new Promise((done) => setTimeout(done, 1000));
  }
  return { placed, seconds: (changed - began) / 1000 };
}

const allocatable = ({ room: [cpu, memory, gpu] }: TraceNode): Readonly<Record<string, string>> => ({
  cpu: `${cpu}m`,
  memory: `${memory}Mi`,
  ...(gpu > 0 ? { [SHARE]: `${gpu}` } : {}),
});

function podOf({ name, needs: [cpu, memory, gpu], models }: TracePod): Manifest {
  const share = gpu > 0 ? { [SHARE]: `${gpu}` } : {};
  const requests = { cpu: `${cpu}m`, memory: `${memory}Mi`, ...share };
  const wanted = { matchExpressions: [{ key: MODEL, operator: "In", values: models }] };
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [wanted] } },
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      containers: [{ name: "k", image: "registry.example/k:1", resources: { requests, limits: share } }],
      ...(models.length > 0 ? { affinity } : {}),
    },
  };
}
