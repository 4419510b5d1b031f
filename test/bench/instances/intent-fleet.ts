// Large programs as people would write them: clusters with prices, labels and nodes, workloads with demands, and as many of the clauses of the
// language as are asked for, each on its own tenth of the workloads. `node intent-fleet.ts CLUSTERS WORKLOADS SEED MAX_REPLICAS [CLAUSE,…]`
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
}

/** The share of what there is that is asked for, on every cluster, when workloads spread over all clusters that they may run on. */
const FILL = 0.85;
const FEATURES = 10;
const ZONES = 40;
const REGIONS = 10;

interface Site {
  readonly features: readonly boolean[];
  /** How large it is beside the others. */
  readonly weight: number;
  readonly prices: string;
}

/** @returns the text of one `.intent` file. Without a clause it stays the same but for that clause's words. */
export function intentFleet({ clusters, workloads, seed, replicas }: Size, asked: ReadonlySet<Clause>): string {
  const roll = dice(seed);
  const sites = Array.from({ length: clusters }, (_, c) => siteOf(roll, c));
  const all = Array.from({ length: workloads }, () => workloadOf(roll, replicas));
  const load = loadOf(sites, all);
  const lines = sites.map((site, c) => clusterLine(site, c, load[c] as Load, asked));
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
  return { features, weight: 50 + roll.between(0, 100), prices };
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

interface Load {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** What each cluster would carry if every workload were spread by weight over all that have its feature: so there is a placement. */
function loadOf(sites: readonly Site[], all: readonly FleetWorkload[]): readonly Load[] {
  const weights = Array.from({ length: FEATURES }, (_, f) =>
    sites.reduce((sum, { features, weight }) => sum + (features[f] ? weight : 0), 0),
  );
  const asked = Array.from({ length: FEATURES }, (_, f) => {
    const own = all.filter(({ feature }) => feature === f);
    const sum = (of: (w: FleetWorkload) => number): number => own.reduce((total, w) => total + w.replicas * of(w), 0);
    return { cpu: sum((w) => w.cpu), memory: sum((w) => w.memory), gpu: sum((w) => w.gpu) };
  });
  return sites.map(({ features, weight }) => {
    const share = (of: keyof Load): number =>
      asked.reduce((sum, own, f) => sum + (features[f] ? (own[of] * weight) / (weights[f] as number) : 0), 0);
    return { cpu: share("cpu"), memory: share("memory"), gpu: share("gpu") };
  });
}

/** Nodes of about 64 CPU, 256 GiB and 8 GPUs, as many as the fullest resource needs; with `pools` every third of another kind. */
function clusterLine({ features, prices }: Site, c: number, load: Load, asked: ReadonlySet<Clause>): string {
  const count = Math.ceil(Math.max(1, load.cpu / 64, load.memory / 256, load.gpu / 8) / FILL);
  const each = (amount: number, least: number): number => Math.max(least, Math.ceil(amount / FILL / count));
  const shape = `{ cpu ${each(load.cpu, 16)} memory ${each(load.memory, 64)}Gi gpu ${each(load.gpu, 4)}`;
  const taint = asked.has("tolerates") && c % 10 === 3 ? " taint gold" : "";
  const second = asked.has("pools") ? Math.floor(count / 3) : 0;
  const pools = [
    `nodes all x${count - second} ${shape}${taint} }`,
    ...(second > 0 ? [`nodes fast x${second} ${shape} fast${taint} }`] : []),
  ].join(" ");
  const words = features.flatMap((has, f) => (has ? [`f${f}`] : [])).join(" ");
  const accepts = asked.has("accepts") && c % 10 === 4 ? " accepts where tier = gold" : "";
  return `cluster c${c} { region = r${c % REGIONS} zone = z${c % ZONES} ${words} ${prices} ${pools}${accepts} }`;
}

if (process.argv[1] === import.meta.filename) {
  const [clusters = 100, workloads = 200, seed = 1, replicas = 20] = process.argv.slice(2, 6).map(Number);
  const asked = new Set((process.argv[6] ?? "").split(",").filter(Boolean) as Clause[]);
  process.stdout.write(intentFleet({ clusters, workloads, seed, replicas }, asked));
}
