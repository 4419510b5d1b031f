// A plan by hand for the views: two clusters, three workloads, one warning. It must not depend on any solver.
import type { Plan } from "../../planner/index.ts";
import type { Shown } from "../../runtime/tui/state.ts";

const usage = (cluster: string, used: number) => ({
  cluster,
  resources: { cpu: { used, capacity: 8000 }, memory: { used: 2 ** 30, capacity: 2 ** 34 } },
});

export const plan: Plan = {
  format: "placet.plan/v1",
  status: "optimal",
  objective: [{ name: "latency", value: 12.5, bound: 12.5 }],
  gap: 0,
  solver: "highs",
  placements: [
    { app: "core", workload: "amf", cluster: "paris", replicas: 2 },
    { app: "core", workload: "smf", cluster: "lyon", replicas: 1 },
    { app: "core", workload: "upf", cluster: "lyon", replicas: 1 },
  ],
  unplaced: [],
  reasons: [{ app: "core", workload: "upf", cluster: "lyon", because: "`run upf where gpu` leaves only lyon" }],
  moves: [],
  usage: [usage("paris", 7600), usage("lyon", 2000)],
  manifests: {},
  changes: ["amf", "smf", "upf"].map((name, index) => ({
    cluster: index === 0 ? "paris" : "lyon",
    action: "create" as const,
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: "core",
    name,
    fields: [{ path: "/spec/replicas", after: 1 }],
  })),
  clusters: [],
  order: {},
  request: { root: ".", paths: ["."], with: [], without: [], set: {} },
  inputs: "0",
  diagnostics: [{ code: "compiler/not-run", severity: "warning", message: "`nrf` is not run by any intent" }],
};

export const shown: Shown = {
  title: "examples/5g-core",
  phase: undefined,
  plan,
  clusters: ["paris", "lyon"],
  workloads: ["core/amf", "core/smf", "core/upf"],
  sources: new Map(),
};
