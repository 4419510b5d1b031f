// Asks the real kube-scheduler where the pods of a set of manifests go on given nodes, case after case on the same clusters.
// It must not know how Placet plans: it judges what Placet promises.
import type { Manifest } from "./api.ts";
import { startClusters, type Cluster, type Clusters, type NodeSpec } from "./clusters.ts";
import { create } from "./scheduler-judge/create.ts";
import { settled, type Settlement } from "./scheduler-judge/settle.ts";
import { wipe } from "./scheduler-judge/wipe.ts";
import { createNodes } from "./nodes.ts";

export interface SchedulingCase {
  readonly nodes: readonly NodeSpec[];
  /**
   * Each batch is created at once, when the scheduler has come to rest over the one before: foreign pods and DaemonSets first,
   * then what is judged, in as many batches as it is applied in. Namespaces that are missing are made.
   */
  readonly batches: readonly (readonly Manifest[])[];
  /** How long the scheduler may take for a batch; then what has no node counts as pending. 60 s unless said. */
  readonly seconds?: number;
}

export interface SchedulingVerdict extends Settlement {
  /** Manifests whose kind these clusters do not know, `KIND/NAME`. They cannot matter to the scheduler. */
  readonly ignored: readonly string[];
}

export interface SchedulerJudge {
  /** Waits for a free cluster, then answers where everything went. Cases may use the same names. */
  judge(input: SchedulingCase): Promise<SchedulingVerdict>;
  stop(): Promise<void>;
}

/** Only what decides which pods there are and where they go. */
const controllers = [
  "deployment-controller",
  "replicaset-controller",
  "statefulset-controller",
  "daemonset-controller",
  "job-controller",
  "disruption-controller",
  "resourcequota-controller",
  "persistentvolume-binder-controller",
];

/** Starts clusters that judge cases side by side. Two keep two cores busy. */
export async function startSchedulerJudge(options: { readonly clusters?: number } = {}): Promise<SchedulerJudge> {
  const names = Array.from({ length: options.clusters ?? 2 }, (_, index) => `judge-${index + 1}`);
  const clusters: Clusters = await startClusters({
    names,
    controllers,
    volumes: 60,
    // Without a node lifecycle controller nobody would take the taint of a new node away.
    withoutAdmission: ["TaintNodesByCondition", "StorageObjectInUseProtection"],
    // What kubelets do that matters here, settled() does: kwok would make every pod ready, and that is most of the work.
    kwok: false,
  });
  const free = [...clusters.all];
  const waiting: ((cluster: Cluster) => void)[] = [];
  const take = async () => free.pop() ?? (await new Promise<Cluster>((resolve) => waiting.push(resolve)));
  const give = (cluster: Cluster) => {
    const next = waiting.shift();
    if (next) next(cluster);
    else free.push(cluster);
  };
  return {
    async judge(input) {
      const cluster = await take();
      try {
        return await judgeOn(cluster, input);
      } finally {
        give(cluster);
      }
    },
    stop: () => clusters.stop(),
  };
}

/** Judges one case on a cluster that holds no nodes and no pods, and leaves it so. */
async function judgeOn(cluster: Cluster, input: SchedulingCase): Promise<SchedulingVerdict> {
  const created: Manifest[] = [];
  const ignored: string[] = [];
  let settlement: Settlement = { scheduled: [], pending: [], missing: [], settled: true };
  try {
    await createNodes(cluster.api, input.nodes);
    for (const batch of input.batches) {
      created.push(...batch);
      ignored.push(...(await create(cluster.api, batch)));
      settlement = await settled(cluster, created, batch, input.seconds ?? 60);
    }
    return { ...settlement, ignored };
  } finally {
    await wipe(cluster.api, created);
  }
}
