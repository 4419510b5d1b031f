// Large programs as people would write them: clusters with prices, labels and nodes, workloads with demands, and as many of the clauses of the
// language as are asked for, each on its own tenth of the workloads. `node intent-fleet.ts CLUSTERS WORKLOADS SEED MAX_REPLICAS [CLAUSE,…]`
// prints one. It must not know how programs are planned.
import { dice } from "../../oracles/dice.ts";

/** Clauses that a program can have; each changes the `run` of every tenth workload, or the objective. */
export const clauses = [
  "spread",
  "spread-max",
  "near",
  "with",
  "apart",
  "survive",
  "then",
  "shares",
  "prefer",
  "latency",
  "each",
  "copies",
  "together",
  "optional",
  "tolerates",
  "imbalance",
  "clusters",
] as const;

export type Clause = (typeof clauses)[number];

export interface Size {
  readonly clusters: number;
  readonly workloads: number;
  readonly seed: number;
  /** Replicas of a workload are between one and this. */
  readonly replicas: number;
}

interface Workload {
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** Room that there is for each piece that is asked for. */
const SLACK = 1 / 0.85;
const FEATURES = 10;
const ZONES = 40;
const REGIONS = 10;
/** One workload in so many has a given clause. */
const EVERY = 10;

/** @returns the text of one `.intent` file. */
export function intentFleet({ clusters, workloads, seed, replicas }: Size, asked: ReadonlySet<Clause>): string {
  const roll = dice(seed);
  const all = Array.from({ length: workloads }, (): Workload => ({
    replicas: roll.between(1, replicas),
    cpu: roll.between(1, 16),
    memory: roll.between(1, 64),
    gpu: roll.chance(0.2) ? roll.between(1, 4) : 0,
  }));
  const weight = Array.from({ length: clusters }, () => 50 + roll.between(0, 100));
  const weights = weight.reduce((a, b) => a + b, 0);
  const sum = (of: (workload: Workload) => number): number =>
    all.reduce((total, workload) => total + workload.replicas * of(workload), 0);
  const total = { cpu: sum((w) => w.cpu), memory: sum((w) => w.memory), gpu: sum((w) => w.gpu) };
  const nodes = (amount: number, of: number, node: number): number =>
    Math.max(1, Math.ceil((amount * SLACK * (weight[of] as number)) / weights / node));
  const lines = Array.from({ length: clusters }, (_, c) => {
    const features = Array.from({ length: FEATURES }, (__, f) => (roll.chance(0.3) ? ` f${f}` : "")).join("");
    const count = Math.max(nodes(total.cpu, c, 64), nodes(total.memory, c, 256), nodes(total.gpu, c, 8));
    const shape = (amount: number, least: number): number =>
      Math.max(least, Math.ceil((amount * SLACK * (weight[c] as number)) / weights / count));
    const price = `cost cpu 0.0${roll.between(20, 60)}, memory 0.00${roll.between(20, 60)}, gpu ${roll.between(10, 30) / 10}`;
    const taint = asked.has("tolerates") && c % EVERY === 3 ? " taint gold" : "";
    return `cluster c${c} { region = r${c % REGIONS} zone = z${c % ZONES}${features} ${price} nodes all x${count} { cpu ${shape(total.cpu, 16)} memory ${shape(total.memory, 64)}Gi gpu ${shape(total.gpu, 4)}${taint} } }`;
  });
  const links = Array.from({ length: clusters - 1 }, (_, c) => {
    const other = roll.between(0, c);
    return `link c${c + 1} <-> c${other} ${roll.between(1, 9)}ms`;
  });
  const app = all.map(
    ({ cpu, memory, gpu }, w) =>
      `  workload w${w} { image "registry.example/w${w}:1" cpu ${cpu} memory ${memory}Gi${gpu > 0 ? ` gpu ${gpu}` : ""} port web 80 }`,
  );
  const statements = all.map((workload, w) => runOf(workload, w, asked, roll));
  const traffic = asked.has("latency")
    ? all.flatMap((_, w) => (w % EVERY === 9 && w > 0 ? [`allow w${w} -> w${w - 1} on web`] : []))
    : [];
  const first = asked.has("imbalance") ? "imbalance, " : asked.has("clusters") ? "clusters, " : "";
  const minimise = `minimize ${first}${asked.has("latency") ? "latency, " : ""}cost`;
  return [...lines, ...(needsLinks(asked) ? links : []), "app shop {", ...app, "}", ...statements, ...traffic, minimise, ""].join("\n");
}

const needsLinks = (asked: ReadonlySet<Clause>): boolean => asked.has("near") || asked.has("latency");

function runOf(workload: Workload, w: number, asked: ReadonlySet<Clause>, roll: ReturnType<typeof dice>): string {
  const kind = w % EVERY;
  const has = (clause: Clause, at: number): boolean => asked.has(clause) && kind === at;
  const many = workload.replicas;
  const where = ` where f${roll.between(0, FEATURES - 1)}`;
  const region = `r${roll.between(0, REGIONS - 1)}`;
  const name = `run w${w}`;
  if (has("each", 0)) return `${name} on each where region = ${region} and f${roll.between(0, FEATURES - 1)}`;
  if (has("copies", 1)) return `${name} on ${1 + (many % 3)} clusters${where}`;
  if (has("together", 2)) return `${name} x${1 + (many % 8)} on 1 cluster${where}`;
  const count = ` x${many}`;
  const extra = [
    has("spread", 3) ? " spread across region" : "",
    has("spread-max", 4) ? ` spread across zone max ${Math.max(2, Math.ceil(many / 8))}` : "",
    has("survive", 5) && many > 1 ? " survive 1 cluster" : "",
    has("near", 6) ? ` near w${w - 1} within 12ms` : "",
    has("with", 7) ? ` with w${w - 3}` : "",
    has("apart", 8) ? ` apart from w${w - 1} by zone` : "",
    has("prefer", 1) ? ` prefer region = ${region} weight 3` : "",
    has("optional", 2) ? " optional" : "",
    asked.has("tolerates") && kind < 5 ? " tolerates gold" : "",
  ].join("");
  if (has("then", 4)) return `${name}${count} on ${pick(roll, w)} then ${pick(roll, w + 1)}${extra}`;
  if (has("shares", 5)) return `${name}${count} on c${w % 7} weight 3, c${7 + (w % 7)} weight 1${extra}`;
  return `${name}${count}${where}${extra}`;
}

const pick = (roll: ReturnType<typeof dice>, w: number): string => `c${w % 5}, c${5 + roll.between(0, 4)}`;

if (process.argv[1] === import.meta.filename) {
  const [clusters = 100, workloads = 200, seed = 1, replicas = 20] = process.argv.slice(2, 6).map(Number);
  const asked = new Set((process.argv[6] ?? "").split(",").filter(Boolean) as Clause[]);
  process.stdout.write(intentFleet({ clusters, workloads, seed, replicas }, asked));
}
