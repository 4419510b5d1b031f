// Large programs as people would write them: clusters with prices, labels and nodes, workloads with demands, and as many of the clauses of the
// language as are asked for, each on its own tenth of the workloads. `node intent-fleet.ts CLUSTERS WORKLOADS SEED MAX_REPLICAS [CLAUSE,… [one]]`
// prints one. It must not know how programs are planned.
import { dice, type Dice } from "../../oracles/dice.ts";
import { runOf, trafficOf, type Clause, type FleetWorkload } from "./intent-clauses.ts";

export { clauses, type Clause } from "./intent-clauses.ts";

export interface Size {
  readonly clusters: number;
  readonly workloads: number;
  readonly seed: number;
  /** Replicas of a workload are between one and this. */
  readonly replicas: number;
  /**
   * Each pool as one node of the same size in all: what is left of a program when nothing has to be packed. Many nodes, unless said.
   */
  readonly nodes?: "one" | "many";
  /** The share of nodes that is needed at least; 0.9, unless said. Where many clauses meet, that is more than there is a placement for. */
  readonly fill?: number;
}

/** The share of nodes that is needed when workloads spread over all clusters that they may run on: so there is a placement, node by node. */
const FILL = 0.9;
/** Nodes are of these shapes: CPU, GiB, GPUs. */
const SHAPES = [
  [32, 128, 4],
  [64, 256, 8],
  [96, 384, 8],
] as const;
/** Pods that Kubernetes allows on a node. */
const PODS = 110;
const FEATURES = 10;
const ZONES = 40;
const REGIONS = 10;

interface Site {
  readonly features: readonly boolean[];
  /** How large it is beside the others. */
  readonly weight: number;
  readonly shape: (typeof SHAPES)[number];
  readonly prices: string;
}

/** @returns the text of one `.intent` file. Without a clause it stays the same but for that clause's words. */
export function intentFleet(
  { clusters, workloads, seed, replicas, nodes, fill = FILL }: Size,
  asked: ReadonlySet<Clause>,
): string {
  const roll = dice(seed);
  const sites = Array.from({ length: clusters }, (_, c) => siteOf(roll, c));
  const all = Array.from({ length: workloads }, () => workloadOf(roll, replicas));
  const needed = nodesNeeded(sites, all, fill);
  const lines = sites.map((site, c) =>
    clusterLine(site, c, { count: needed[c] as number, one: nodes === "one" }, asked),
  );
  const links = Array.from(
    { length: clusters - 1 },
    (_, c) => `link c${c + 1} <-> c${roll.between(0, c)} ${roll.between(1, 9)}ms`,
  );
  const app = all.map(
    ({ cpu, memory, gpu }, w) =>
      `  workload w${w} { image "registry.example/w${w}:1" cpu ${cpu} memory ${memory}Gi${gpu > 0 ? ` gpu ${gpu}` : ""} port web 80 tier = ${w % 2 === 0 ? "gold" : "iron"} }`,
  );
  const fleet = { clusters, zones: Math.min(clusters, ZONES), regions: Math.min(clusters, REGIONS), seed };
  return [
    `fleet { connectivity ${asked.has("local") ? "none" : "mcs"}${asked.has("reserve") ? " reserve 2%" : ""} }`,
    ...lines,
    ...(needsLinks(asked) ? links : []),
    ...(asked.has("then") ? ["group west where region in (r0, r1, r2)"] : []),
    "app shop {",
    ...app,
    "}",
    ...all.flatMap((_, w) => runOf(all, w, asked, fleet)),
    ...all.flatMap((_, w) => trafficOf(w, asked)),
    `minimize ${objectives(asked).join(", ")}`,
    "",
  ].join("\n");
}

/** What else a program minimises comes before the cost; all at once, after it. */
function objectives(asked: ReadonlySet<Clause>): readonly string[] {
  const others = ["imbalance", "clusters"].filter((name) => asked.has(name as Clause));
  const first = asked.has("latency") ? ["latency"] : [];
  return others.length > 1 ? [...first, "cost", ...others.toReversed()] : [...others, ...first, "cost"];
}

const needsLinks = (asked: ReadonlySet<Clause>): boolean =>
  asked.has("near") || asked.has("near-wish") || asked.has("latency");

function siteOf(roll: Dice, c: number): Site {
  // Every feature is somewhere, however few clusters there are.
  const features = Array.from({ length: FEATURES }, (_, f) => roll.chance(0.3) || c % FEATURES === f);
  const prices = `cost cpu 0.0${roll.between(20, 60)}, memory 0.00${roll.between(20, 60)}, gpu ${roll.between(10, 30) / 10}`;
  return { features, weight: 50 + roll.between(0, 100), shape: roll.pick(SHAPES), prices };
}

function workloadOf(roll: Dice, most: number): FleetWorkload {
  return {
    replicas: roll.between(1, most),
    cpu: roll.between(1, 16),
    memory: roll.between(1, 64),
    gpu: roll.chance(0.2) ? roll.between(1, 4) : 0,
    feature: roll.between(0, FEATURES - 1),
  };
}

/** Nodes that each cluster needs if every workload is spread by weight over all clusters that have its feature. */
function nodesNeeded(sites: readonly Site[], all: readonly FleetWorkload[], fill: number): readonly number[] {
  const pods: FleetWorkload[][] = sites.map(() => []);
  all.forEach((workload, w) => {
    const able = sites.flatMap(({ features }, c) => (features[workload.feature] ? [c] : []));
    // Each begins elsewhere: few replicas on many clusters would always leave the same ones out.
    const first = (w * 7919) % able.length;
    const open = [...able.slice(first), ...able.slice(0, first)];
    const weights = open.reduce((sum, c) => sum + (sites[c] as Site).weight, 0);
    let passed = 0;
    let given = 0;
    for (const c of open) {
      passed += (sites[c] as Site).weight;
      const due = Math.round((workload.replicas * passed) / weights);
      for (; given < due; given++) pods[c]?.push(workload);
    }
  });
  return sites.map(({ shape }, c) => Math.max(2, Math.ceil(packed(pods[c] as FleetWorkload[], shape) / fill)));
}

/** Nodes of one shape that pods take, the largest first, each where there is room first. */
function packed(pods: readonly FleetWorkload[], shape: readonly number[]): number {
  const needs = ({ cpu, memory, gpu }: FleetWorkload): readonly number[] => [cpu, memory, gpu];
  const size = (pod: FleetWorkload): number =>
    Math.max(...needs(pod).map((amount, r) => amount / (shape[r] as number)));
  const nodes: number[][] = [];
  for (const pod of [...pods].sort((a, b) => size(b) - size(a))) {
    const fits = (room: readonly number[]): boolean => needs(pod).every((amount, r) => amount <= (room[r] as number));
    let node = nodes.find(fits);
    if (node === undefined) nodes.push((node = [...shape]));
    const room = node;
    needs(pod).forEach((amount, r) => (room[r] = (room[r] as number) - amount));
  }
  return nodes.length;
}

interface Nodes {
  readonly count: number;
  /** Whether all of a pool are one. */
  readonly one: boolean;
}

/** With `pools` every third node is of another kind. */
function clusterLine({ features, prices, shape }: Site, c: number, nodes: Nodes, asked: ReadonlySet<Clause>): string {
  const taint = asked.has("tolerates") && c % 10 === 3 ? " taint gold" : "";
  const second = asked.has("pools") ? Math.floor(nodes.count / 3) : 0;
  const pools = [
    poolEntry("all", { ...nodes, count: nodes.count - second }, shape, taint),
    ...(second > 0 ? [poolEntry("fast", { ...nodes, count: second }, shape, ` fast${taint}`)] : []),
  ].join(" ");
  const words = features.flatMap((has, f) => (has ? [`f${f}`] : [])).join(" ");
  const accepts = asked.has("accepts") && c % 10 === 4 ? " accepts where tier = gold" : "";
  return `cluster c${c} { region = r${c % REGIONS} zone = z${c % ZONES} ${words} ${prices} ${pools}${accepts} }`;
}

function poolEntry(name: string, { count, one }: Nodes, shape: Site["shape"], words: string): string {
  const [cpu, memory, gpu] = shape.map((amount) => (one ? amount * count : amount)) as [number, number, number];
  return `nodes ${name} x${one ? 1 : count} { cpu ${cpu} memory ${memory}Gi gpu ${gpu}${one ? ` pods ${PODS * count}` : ""}${words} }`;
}

if (process.argv[1] === import.meta.filename) {
  const [clusters = 100, workloads = 200, seed = 1, replicas = 20] = process.argv.slice(2, 6).map(Number);
  const asked = new Set((process.argv[6] ?? "").split(",").filter(Boolean) as Clause[]);
  const nodes = process.argv[7] === "one" ? "one" : "many";
  process.stdout.write(intentFleet({ clusters, workloads, seed, replicas, nodes }, asked));
}
