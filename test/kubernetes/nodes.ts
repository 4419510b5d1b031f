// Fake nodes: Node objects that kwok keeps alive and the real scheduler fills.
import { inParallel, type Api, type Manifest } from "./api.ts";

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

/** What a test says of a node. Quantities are Kubernetes' own strings: `{ cpu: "8", memory: "32Gi", "nvidia.com/gpu": "2" }`. */
export interface NodeSpec {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What is not said is 8 cpu, 32Gi of memory and 110 pods. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly unschedulable?: boolean;
}

/** `nodes("edge", 3, { labels })` are edge-1, edge-2 and edge-3, alike. */
export function nodes(prefix: string, count: number, shape: Omit<NodeSpec, "name"> = {}): NodeSpec[] {
  return Array.from({ length: count }, (_, index) => ({ ...shape, name: `${prefix}-${index + 1}` }));
}

/** The Node object, ready from birth. Nodes get the hostname label that kubelets give. */
function nodeManifest(node: NodeSpec): Manifest {
  const allocatable = { cpu: "8", memory: "32Gi", pods: "110", ...node.allocatable };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      labels: {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        ...node.labels,
      },
    },
    spec: { taints: node.taints ?? [], ...(node.unschedulable ? { unschedulable: true } : {}) },
    status: {
      allocatable,
      capacity: allocatable,
      conditions: [{ type: "Ready", status: "True", reason: "FakeNode", ...now() }],
      addresses: [{ type: "Hostname", address: node.name }],
    },
  };
}

export async function createNodes(api: Api, specs: readonly NodeSpec[]): Promise<void> {
  await inParallel(specs, (node) => api.call("POST", "/api/v1/nodes", nodeManifest(node)));
}

/** Whether every node is ready and has no taint but those that the test gave it. */
export async function nodesReady(api: Api, specs: readonly NodeSpec[]): Promise<boolean> {
  const list = await api.call("GET", "/api/v1/nodes");
  const wanted = new Map(specs.map((node) => [node.name, node.taints?.length ?? 0]));
  const ready = list.items.filter((node: any) => {
    const taints = (node.spec.taints ?? []).filter((taint: Taint) => taint.key !== "node.kubernetes.io/unschedulable");
    const condition = node.status.conditions?.find((one: { type: string }) => one.type === "Ready");
    return taints.length === wanted.get(node.metadata.name) && condition?.status === "True";
  });
  return ready.length === specs.length;
}

function now() {
  const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return { lastHeartbeatTime: time, lastTransitionTime: time };
}
