// Faults for the planner: each makes it read the program wrongly, get a number of the problem wrong, or spoil its answer. It must not know
// which judge will notice.
import type { Cluster, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import type { PlacedReplicas, Problem } from "../../planner/index.ts";
import type { Before } from "../oracles/brute-force.ts";
import type { Answer } from "./judged.ts";

export interface Fault {
  readonly name: string;
  /** Clauses or kinds of pods, one of which a program must have for the fault to matter. */
  readonly needs: readonly string[];
  readonly program?: (ir: Ir) => Ir;
  readonly before?: (before: Before) => Before;
  readonly problem?: (problem: Problem) => Problem;
  readonly answer?: (answer: Answer) => Answer;
}

const runs =
  (change: (run: RunIr) => RunIr) =>
  (ir: Ir): Ir => ({ ...ir, runs: ir.runs.map(change) });
const workloads =
  (change: (workload: Workload) => Workload) =>
  (ir: Ir): Ir => ({ ...ir, workloads: ir.workloads.map(change) });
const pods = (change: (pod: Workload["pod"]) => Partial<Workload["pod"]>) =>
  workloads((workload) => ({ ...workload, pod: { ...workload.pod, ...change(workload.pod) } }));
const clusters =
  (change: (cluster: Cluster) => Cluster) =>
  (ir: Ir): Ir => ({
    ...ir,
    fleet: { ...ir.fleet, clusters: ir.fleet.clusters.map(change) },
  });
const pools = (change: (pool: NodePool) => NodePool) =>
  clusters((cluster) => ({ ...cluster, pools: cluster.pools.map(change) }));
const without = <T extends object, K extends keyof T>(object: T, key: K): Omit<T, K> => {
  const { [key]: _, ...rest } = object;
  return rest;
};
const demand = (resource: string, change: (amount: number) => number) =>
  runs((run) => ({ ...run, demand: { ...run.demand, [resource]: Math.max(0, change(run.demand[resource] ?? 0)) } }));
const shape = (resource: string, change: (amount: number) => number) =>
  pools((pool) => ({ ...pool, shape: { ...pool.shape, [resource]: Math.max(0, change(pool.shape[resource] ?? 0)) } }));

/** The planner reads the program wrongly. */
const misreadings: readonly Fault[] = [
  { name: "ignores where", needs: ["where"], program: runs((run) => ({ ...run, where: [] })) },
  { name: "ignores on", needs: ["on", "on-group"], program: runs((run) => ({ ...run, on: [] })) },
  { name: "ignores forbid", needs: ["forbid"], program: (ir) => ({ ...ir, forbids: [] }) },
  {
    name: "forbids on all clusters what is forbidden on some",
    needs: ["forbid"],
    program: (ir) => ({ ...ir, forbids: ir.forbids.map((f) => ({ ...f, clusters: [] })) }),
  },
  {
    name: "ignores what sites accept",
    needs: ["accepts"],
    program: clusters((cluster) => without(cluster, "accepts") as Cluster),
  },
  { name: "ignores taints", needs: ["taint"], program: pools((pool) => ({ ...pool, taints: [] })) },
  { name: "forgets what is tolerated", needs: ["tolerates"], program: runs((run) => ({ ...run, tolerates: [] })) },
  { name: "forgets the pod's own tolerations", needs: ["own-toleration"], program: pods(() => ({ tolerations: [] })) },
  { name: "ignores spread", needs: ["spread", "spread-max"], program: runs((run) => ({ ...run, spread: [] })) },
  {
    name: "allows one more than max",
    needs: ["spread-max"],
    program: runs((run) => ({
      ...run,
      spread: run.spread.map((s) => (s.max === undefined ? s : { ...s, max: s.max + 1 })),
    })),
  },
  {
    name: "takes max for a balanced spread",
    needs: ["spread-max"],
    program: runs((run) => ({ ...run, spread: run.spread.map((s) => without(s, "max") as typeof s) })),
  },
  { name: "ignores near", needs: ["near-within"], program: runs((run) => ({ ...run, near: [] })) },
  {
    name: "takes ten times as far for near",
    needs: ["near-within"],
    program: runs((run) => ({
      ...run,
      near: run.near.map((n) => (n.microseconds === undefined ? n : { ...n, microseconds: 10 * n.microseconds })),
    })),
  },
  { name: "ignores with", needs: ["with"], program: runs((run) => ({ ...run, with: [] })) },
  { name: "ignores apart", needs: ["apart", "apart-by"], program: runs((run) => ({ ...run, apart: [] })) },
  {
    name: "takes apart by zone for apart by cluster",
    needs: ["apart-by"],
    program: runs((run) => ({ ...run, apart: run.apart.map((a) => ({ ...a, key: "cluster" })) })),
  },
  {
    name: "believes that clusters can talk",
    needs: ["connectivity-none"],
    program: (ir) => ({ ...ir, fleet: { ...ir.fleet, connectivity: "flat" } }),
  },
  {
    name: "ignores shares",
    needs: ["shares"],
    program: runs((run) =>
      run.shares === undefined
        ? run
        : {
            ...(without(run, "shares") as RunIr),
            on: [{ clusters: run.shares.shares.map((s) => s.cluster), span: run.shares.span }],
          },
    ),
  },
  { name: "ignores survive", needs: ["survive"], program: runs((run) => without(run, "survive") as RunIr) },
  {
    name: "tries the last choice first",
    needs: ["then"],
    program: runs((run) =>
      run.choices === undefined
        ? run
        : { ...run, choices: { ...run.choices, choices: run.choices.choices.toReversed() } },
    ),
  },
  {
    name: "moves what holds data",
    needs: ["claim-template", "claim"],
    program: (ir) => ({ ...ir, moves: ir.runs.map((run) => ({ workload: run.workload, span: run.spreading.span })) }),
  },
  { name: "does not move what is told to", needs: ["move"], program: (ir) => ({ ...ir, moves: [] }) },
  { name: "keeps no reserve", needs: ["reserve"], program: (ir) => ({ ...ir, fleet: { ...ir.fleet, reserve: 0 } }) },
  {
    name: "runs one replica less",
    needs: ["x"],
    program: runs((run) =>
      run.spreading.kind === "divided"
        ? { ...run, spreading: { ...run.spreading, total: run.spreading.total - 1 } }
        : run,
    ),
  },
  {
    name: "runs one copy for two",
    needs: ["on-count"],
    program: runs((run) =>
      run.spreading.kind === "copies" ? { ...run, spreading: { ...run.spreading, clusters: 1 } } : run,
    ),
  },
  {
    name: "takes on each for on one",
    needs: ["each"],
    program: runs((run) =>
      run.spreading.kind === "each"
        ? { ...run, spreading: { kind: "copies", clusters: 1, span: run.spreading.span } }
        : run,
    ),
  },
  {
    name: "runs a part of a copy",
    needs: ["whole"],
    program: runs((run) => ({ ...run, copySize: Math.max(1, run.copySize - 1) })),
  },
  {
    name: "ignores needs",
    needs: ["needs"],
    program: (ir) => runs((run) => ({ ...run, demand: ir.workloads.find((w) => w.id === run.workload)!.demand }))(ir),
  },
  { name: "ignores init containers", needs: ["init"], program: demand("cpu", (amount) => amount - 40) },
  { name: "ignores memory", needs: ["whole", "x"], program: demand("memory", () => 0) },
  { name: "ignores gpus", needs: ["where-node"], program: demand("nvidia.com/gpu", () => 0) },
  {
    name: "counts a DaemonSet once",
    needs: ["DaemonSet"],
    program: workloads((workload) => ({ ...workload, perNode: false })),
  },
  { name: "ignores host ports", needs: ["host-port"], program: pods(() => ({ hostPorts: [] })) },
  {
    name: "ignores anti-affinity",
    needs: ["anti-affinity", "foreign-anti-affinity"],
    program: pods(() => ({ podAntiAffinity: [] })),
  },
  { name: "ignores affinity", needs: ["affinity"], program: pods(() => ({ podAffinity: [] })) },
  { name: "ignores the pod's own spread", needs: ["own-spread"], program: pods(() => ({ spread: [] })) },
  {
    name: "places what is optional by force",
    needs: ["optional"],
    program: runs((run) => ({ ...run, optional: false })),
  },
  {
    name: "leaves out what is not optional",
    needs: ["whole", "x"],
    program: runs((run) => ({ ...run, optional: true })),
  },
  {
    name: "turns priorities around",
    needs: ["optional"],
    program: runs((run) => ({ ...run, priority: -run.priority })),
  },
  { name: "ignores prefer", needs: ["prefer"], program: runs((run) => ({ ...run, prefer: [] })) },
  { name: "ignores prices", needs: ["whole", "x"], program: clusters((cluster) => ({ ...cluster, prices: {} })) },
  {
    name: "ignores links",
    needs: ["allow", "near-within"],
    program: (ir) => ({ ...ir, fleet: { ...ir.fleet, links: [] } }),
  },
  { name: "ignores minimize", needs: ["minimize"], program: (ir) => ({ ...ir, minimize: [] }) },
  { name: "forgets what ran before", needs: ["before"], before: () => ({}) },
  {
    name: "sees one node more in each pool",
    needs: ["whole", "x"],
    program: pools((pool) => ({ ...pool, count: pool.count + 1 })),
  },
  { name: "is one milli-CPU short on each node", needs: ["whole", "x"], program: shape("cpu", (amount) => amount - 1) },
  {
    name: "is a tenth too generous with CPU",
    needs: ["whole", "x"],
    program: shape("cpu", (amount) => Math.ceil(amount * 1.1)),
  },
];

/** The problem has a wrong number. */
const miscalculations: readonly Fault[] = [
  {
    name: "drops a rule",
    needs: ["with", "apart", "near-within", "spread", "spread-max"],
    problem: (p) => ({ ...p, rules: p.rules.slice(1) }),
  },
  {
    name: "drops the first candidate of each workload",
    needs: ["whole", "x"],
    problem: (p) => ({ ...p, workloads: p.workloads.map((w) => ({ ...w, candidates: w.candidates.slice(1) })) }),
  },
  {
    name: "turns the objectives around",
    needs: ["minimize"],
    problem: (p) => ({ ...p, objectives: p.objectives.toReversed() }),
  },
  {
    name: "makes distances one way",
    needs: ["allow", "near-soft"],
    problem: (p) => ({ ...p, distance: p.distance.map((row, i) => row.map((d, j) => (j < i ? 0 : d))) }),
  },
  {
    name: "shifts the pools of candidates by one",
    needs: ["whole", "x"],
    problem: (p) => ({
      ...p,
      workloads: p.workloads.map((w) => ({
        ...w,
        candidates: w.candidates.map((c) => ({ ...c, cluster: (c.cluster + 1) % p.clusters.length })),
      })),
    }),
  },
];

/** The answer is spoilt on its way. */
const slips: readonly Fault[] = [
  {
    name: "loses a replica",
    needs: ["whole", "x"],
    answer: (a) => ({ ...a, placed: eachRow(a.placed, (row) => withFirst(row, (n) => n - 1)) }),
  },
  {
    name: "doubles a replica",
    needs: ["whole", "x"],
    answer: (a) => ({ ...a, placed: eachRow(a.placed, (row) => withFirst(row, (n) => n + 1)) }),
  },
  {
    name: "mistakes two clusters",
    needs: ["whole", "x"],
    answer: (a) => ({ ...a, placed: eachRow(a.placed, (row) => renamed(row, { paris: "lyon", lyon: "paris" })) }),
  },
  {
    name: "writes to a cluster that does not exist",
    needs: ["whole", "x"],
    answer: (a) => ({ ...a, placed: eachRow(a.placed, (row) => renamed(row, { paris: "rome" })) }),
  },
  {
    name: "claims a better value",
    needs: ["whole", "x"],
    answer: (a) => ({ ...a, objective: a.objective.map((t) => ({ ...t, value: t.value * 0.9 })) }),
  },
  { name: "gives up too early", needs: ["whole", "x"], answer: (a) => ({ ...a, status: "infeasible" }) },
];

export const faults: readonly Fault[] = [...misreadings, ...miscalculations, ...slips];

type Row = Readonly<Record<string, number>>;

/** Spoils every workload alike. */
function eachRow(placed: PlacedReplicas, change: (row: Row) => Row): PlacedReplicas {
  return Object.fromEntries(Object.entries(placed).map(([workload, row]) => [workload, change(row)]));
}

function withFirst(row: Row, change: (replicas: number) => number): Row {
  const [first] = Object.keys(row);
  return first === undefined ? row : { ...row, [first]: change(row[first]!) };
}

const renamed = (row: Row, names: Readonly<Record<string, string>>): Row =>
  Object.fromEntries(Object.entries(row).map(([cluster, replicas]) => [names[cluster] ?? cluster, replicas]));
