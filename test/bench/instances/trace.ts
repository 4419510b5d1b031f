// Alibaba's GPU trace of ../shared/instances as nodes and pods, as an intent program, and packed by first-fit and best-fit. GPU shares are one
// extended resource of thousandths, as device plugins for shares offer it: which single GPU carries a share is not said. It must not know how
// Placet packs.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface TraceNode {
  readonly name: string;
  /** Milli-CPU, MiB, thousandths of a GPU. */
  readonly room: readonly [cpu: number, memory: number, gpu: number];
  readonly model: string;
}

export interface TracePod {
  readonly name: string;
  readonly needs: readonly [cpu: number, memory: number, gpu: number];
  /** Models that it may run on; empty: any node. */
  readonly models: readonly string[];
}

export interface Trace {
  readonly nodes: readonly TraceNode[];
  readonly pods: readonly TracePod[];
}

/** What a node takes at most, as kubelets have it. */
const PODS_PER_NODE = 110;

const folder = join(import.meta.dirname, "../../../../shared/instances/alibaba-gpu");

export const traceIsThere = (): boolean => existsSync(folder);

/** @param pods `default`, `gpuspec33` or `cpu050`. */
export function readTrace(pods: string): Trace {
  const rows = (file: string): string[][] =>
    readFileSync(join(folder, file), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","));
  return {
    nodes: rows("openb_node_list_all_node.csv").map(([name = "", cpu, memory, gpu, model = ""]) => ({
      name,
      room: [Number(cpu), Number(memory), 1000 * Number(gpu)],
      model,
    })),
    pods: rows(`openb_pod_list_${pods}.csv`).map(([name = "", cpu, memory, count, milli, spec = ""]) => ({
      name,
      needs: [Number(cpu), Number(memory), Number(count) * Number(milli)],
      models: [...new Set(spec.split("|").filter(Boolean))].sort(),
    })),
  };
}

const featureOf = (model: string): string => `model-${model.toLowerCase()}`;

/** Pods of one kind, in the order of their first ones. */
export function kindsOf(pods: readonly TracePod[]): readonly { readonly pod: TracePod; readonly count: number }[] {
  const kinds = new Map<string, { pod: TracePod; count: number }>();
  for (const pod of pods) {
    const key = `${pod.needs.join(" ")} ${pod.models.join(" ")}`;
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { pod, count: 1 });
    else kind.count++;
  }
  return [...kinds.values()];
}

/** One cluster with a pool for every shape of node; each kind of pod a workload whose copies may stay unplaced. */
export function traceProgram({ nodes, pods }: Trace): string {
  const shapes = new Map<string, { node: TraceNode; count: number }>();
  for (const node of nodes) {
    const key = `${node.room.join(" ")} ${node.model}`;
    shapes.set(key, { node, count: (shapes.get(key)?.count ?? 0) + 1 });
  }
  const models = [...new Set(nodes.map(({ model }) => model))].filter(Boolean).sort();
  const features = models.map((model) => `feature ${featureOf(model)} = "example.com/gpu-model=${model}"`);
  const pools = [...shapes.values()].map(({ node, count }, i) => {
    const [cpu, memory, gpu] = node.room;
    const accelerated = gpu > 0 ? ` gpu-share ${gpu} ${featureOf(node.model)}` : "";
    return `  nodes shape-${i} x${count} { cpu ${cpu}m memory ${memory}Mi${accelerated} }`;
  });
  const kinds = kindsOf(pods);
  const workloads = kinds.map(({ pod: { needs } }, k) => {
    const [cpu, memory, gpu] = needs;
    return `  workload k${k} { image "registry.example/k:1" cpu ${cpu}m memory ${memory}Mi${gpu > 0 ? ` gpu-share ${gpu}` : ""} }`;
  });
  const runs = kinds.map(({ pod, count }, k) => {
    const where = pod.models.length > 0 ? ` where ${pod.models.map(featureOf).join(" or ")}` : "";
    return `run k${k} x${count}${where} optional`;
  });
  return [
    `fleet { resource gpu-share = "example.com/gpu-share" ${features.join(" ")} }`,
    "cluster openb {",
    ...pools,
    "}",
    "app trace {",
    ...workloads,
    "}",
    ...runs,
    "",
  ].join("\n");
}

/** Pods that first-fit or best-fit place, taken in the given order; best-fit takes the node with the least left, GPUs first. */
export function packedBy(kind: "first-fit" | "best-fit", { nodes, pods }: Trace): number {
  const left = nodes.map(({ room }) => [...room, PODS_PER_NODE]);
  let placed = 0;
  for (const { needs, models } of pods) {
    let chosen = -1;
    let least = Infinity;
    for (let n = 0; n < nodes.length; n++) {
      const room = left[n] as number[];
      if (needs.some((amount, r) => amount > (room[r] as number)) || (room[3] as number) < 1) continue;
      if (models.length > 0 && !models.includes(nodes[n]?.model ?? "")) continue;
      const score = kind === "first-fit" ? 0 : remaining(room, needs, nodes[n] as TraceNode);
      if (score >= least) continue;
      least = score;
      chosen = n;
      if (kind === "first-fit") break;
    }
    if (chosen < 0) continue;
    const room = left[chosen] as number[];
    needs.forEach((amount, r) => (room[r] = (room[r] as number) - amount));
    room[3] = (room[3] as number) - 1;
    placed++;
  }
  return placed;
}

/** What would be left of a node, as a share of it; GPUs that stay idle count most, also under pods that want none. */
function remaining(room: readonly number[], needs: readonly number[], { room: whole }: TraceNode): number {
  return [0, 1, 2].reduce((sum, r) => {
    const all = whole[r] as number;
    const weight = r === 2 ? 10 : 1;
    return all === 0 ? sum : sum + (weight * ((room[r] as number) - (needs[r] as number))) / all;
  }, 0);
}

/** Pods that want most first, as people sort before they pack: GPUs, then CPU. */
export const largestFirst = ({ nodes, pods }: Trace): Trace => ({
  nodes,
  pods: pods
    .map((pod, i) => ({ pod, i }))
    .sort((a, b) => b.pod.needs[2] - a.pod.needs[2] || b.pod.needs[0] - a.pod.needs[0] || a.i - b.i)
    .map(({ pod }) => pod),
});
