// Builds IRs by hand for tests: every field has a quiet default, a test names only what it is about. It must not know the compiler.
import type {
  App,
  Cluster,
  ConditionIr,
  Fleet,
  ForbidIr,
  Ir,
  Link,
  NodePool,
  PodConstraints,
  RunIr,
  TrafficIr,
  Workload,
} from "../../compiler/index.ts";
import type { CompareOperator, Span } from "../../grammar/index.ts";

export const GiB = 2 ** 30;

let offset = 0;

/** A span that differs from all others, as if each fact stood at its own place of one file. */
export function span(file = "test.intent"): Span {
  offset += 10;
  return { file, start: offset, end: offset + 9 };
}

/** `pool("general", 4, { cpu: 16_000, memory: 64 * GiB })`: milli-CPU and bytes; 110 pods unless told. */
export function pool(
  name: string,
  count: number,
  shape: Readonly<Record<string, number>>,
  more: Partial<NodePool> = {},
): NodePool {
  return { name, count, shape: { pods: 110, ...shape }, labels: {}, features: [], taints: [], span: span(), ...more };
}

export function cluster(name: string, pools: readonly NodePool[], more: Partial<Cluster> = {}): Cluster {
  return {
    name,
    labels: {},
    features: [],
    prices: {},
    pools,
    networks: [],
    podRanges: [],
    apiAddresses: [],
    span: span(),
    ...more,
  };
}

export const link = (a: string, b: string, microseconds: number): Link => ({ a, b, microseconds, span: span() });

export const noConstraints: PodConstraints = {
  nodeSelector: {},
  nodeAffinity: [],
  tolerations: [],
  podAffinity: [],
  podAntiAffinity: [],
  spread: [],
  hostPorts: [],
  unmodelled: [],
};

/** `workload("core/amf", { demand: { cpu: 500 } })`: a Deployment of one replica whose pods carry `app: NAME`. */
export function workload(
  id: string,
  more: Partial<Omit<Workload, "pod">> & { readonly pod?: Partial<PodConstraints> } = {},
): Workload {
  const [app = "", name = ""] = id.split("/");
  const { pod, demand, ...rest } = more;
  const kind = more.kind ?? "Deployment";
  return {
    id,
    app,
    name,
    kind,
    namespace: app,
    object: `apps/v1/${kind}/${app}/${name}`,
    replicas: 1,
    perNode: kind === "DaemonSet",
    demand: { pods: 1, ...demand },
    pod: { ...noConstraints, ...pod },
    containers: [{ name, requests: demand ?? {} }],
    ports: [],
    podLabels: { app: name },
    selector: [{ key: "app", operator: "In", values: [name] }],
    hostNetwork: false,
    claims: [],
    travels: [],
    services: [],
    properties: { app, name, kind, namespace: app },
    span: span(),
    ...rest,
  };
}

/** `run(upf, { where: [feature("gpu")] })`: a bare `run`, one whole copy. */
export function run(
  of: Workload,
  more: Partial<Omit<RunIr, "spreading" | "where" | "on">> & {
    readonly spreading?:
      | { readonly kind: "copies"; readonly clusters: number }
      | { readonly kind: "each" }
      | { readonly kind: "divided"; readonly total: number; readonly clusters?: number };
    readonly where?: readonly ConditionIr[];
    readonly on?: readonly (readonly string[])[];
  } = {},
): RunIr {
  const { spreading, where, on, ...rest } = more;
  const at = span();
  return {
    workload: of.id,
    spreading: { ...(spreading ?? { kind: "copies", clusters: 1 }), span: at },
    copySize: of.replicas,
    where: (where ?? []).map((condition) => ({ condition, span: span() })),
    on: (on ?? []).map((clusters) => ({ clusters, span: span() })),
    spread: [],
    near: [],
    with: [],
    apart: [],
    demand: of.demand,
    reservations: [],
    optional: false,
    priority: 0,
    prefer: [],
    tolerates: [],
    spans: [at],
    ...rest,
  };
}

export const labelIs = (key: string, value: string, level: "cluster" | "node" = "cluster"): ConditionIr => ({
  kind: "label",
  level,
  key,
  operator: "=",
  value,
  comparesAs: "text",
  span: span(),
});

export const feature = (name: string, level: "cluster" | "node" = "cluster"): ConditionIr => ({
  kind: "feature",
  level,
  name,
  ...(level === "node" ? { nodeLabel: { key: `placet.dev/${name}`, value: "true" } } : {}),
  span: span(),
});

export const resource = (name: string, operator: CompareOperator, amount: number): ConditionIr => ({
  kind: "resource",
  resource: name,
  operator,
  amount,
  span: span(),
});

export const not = (operand: ConditionIr): ConditionIr => ({ kind: "not", operand, span: span() });

export const forbid = (
  of: readonly Workload[],
  condition: ConditionIr,
  clusters: readonly string[] = [],
): ForbidIr => ({
  workloads: of.map((w) => w.id),
  condition,
  clusters,
  span: span(),
});

export const allow = (from: Workload, to: Workload, more: Partial<TrafficIr> = {}): TrafficIr => ({
  kind: "allow",
  from: { kind: "workload", workload: from.id },
  to: { kind: "workload", workload: to.id },
  ports: [],
  namesBoth: true,
  span: span(),
  ...more,
});

/** A whole IR of a fleet, what may run and what does; apps are made from the workloads' ids. Connectivity is `flat` unless told. */
export function irOf(
  given: Partial<Omit<Ir, "fleet">> & {
    readonly clusters: readonly Cluster[];
    readonly fleet?: Partial<Fleet>;
  },
): Ir {
  const { clusters, fleet, ...rest } = given;
  const workloads = rest.workloads ?? [];
  const names = [...new Set(workloads.map((w) => w.app))].sort();
  const apps: App[] = names.map((name) => ({
    name,
    namespace: name,
    objects: [],
    workloads: workloads.filter((w) => w.app === name).map((w) => w.id),
    loose: [],
    span: span(),
  }));
  return {
    format: "placet.ir/v1",
    fleet: {
      clusters,
      groups: [],
      links: [],
      connectivity: "flat",
      reserve: 0,
      resourceNames: { gpu: "nvidia.com/gpu" },
      featureLabels: {},
      dns: [],
      ...fleet,
    },
    apps,
    workloads,
    runs: [],
    forbids: [],
    moves: [],
    minimize: [],
    traffic: [],
    isolates: [],
    together: [],
    params: {},
    ...rest,
  };
}
