// The clauses of large programs: each changes the `run` of every tenth workload, the fleet, or the objective. It must not know clusters' sizes
// or how programs are planned.
import { dice, type Dice } from "../../oracles/dice.ts";

export const clauses = [
  "spread",
  "spread-max",
  "near",
  "near-wish",
  "with",
  "apart",
  "survive",
  "survive-zone",
  "then",
  "shares",
  "prefer",
  "latency",
  "local",
  "each",
  "copies",
  "together",
  "optional",
  "tolerates",
  "pools",
  "needs",
  "forbid",
  "accepts",
  "reserve",
  "imbalance",
  "clusters",
] as const;

export type Clause = (typeof clauses)[number];

export interface FleetWorkload {
  readonly replicas: number;
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
  /** It runs where this feature is. */
  readonly feature: number;
}

export interface FleetSize {
  readonly clusters: number;
  readonly zones: number;
  readonly regions: number;
  readonly seed: number;
}

/** One workload in so many has a given clause. */
const EVERY = 10;

/** The statements that run a workload. */
export function runOf(
  all: readonly FleetWorkload[],
  w: number,
  asked: ReadonlySet<Clause>,
  fleet: FleetSize,
): readonly string[] {
  const workload = all[w] as FleetWorkload;
  // Chance of its own, so that no clause changes what the others draw.
  const roll = dice(fleet.seed * 1_000_003 + w);
  const has = (clause: Clause, kind: number): boolean => asked.has(clause) && w % EVERY === kind;
  const region = `r${roll.between(0, fleet.regions - 1)}`;
  const name = `run w${w}`;
  const many = workload.replicas;
  const tolerates = asked.has("tolerates") && w % EVERY < 5 ? " tolerates gold" : "";
  if (has("each", 0))
    return [
      `${name} on each where region = ${region}${fleet.clusters < 300 ? "" : ` and f${workload.feature}`}${tolerates}`,
    ];
  const where = ` where f${workload.feature}${has("pools", 6) ? " and fast" : ""}`;
  const extra = extras(workload, w, has, fleet, region, asked) + tolerates;
  if (has("copies", 1)) return [`${name} on ${1 + (many % 3)} clusters${where}${extra}`];
  if (has("together", 2)) return [`${name} x${1 + (many % 8)} on 1 cluster${where}${extra}`];
  if (has("then", 4)) return [`${name} x${many} on ${few(roll, fleet)} then west${extra}`];
  if (has("shares", 9)) return [`${name} x${many} on ${weighted(roll, fleet)}${extra}`];
  const forbidden = has("forbid", 3) ? [`forbid w${w} where region = ${region}`] : [];
  if (has("with", 7) && w >= 3) {
    const partner = all[w - 3] as FleetWorkload;
    return [`${name} x${Math.min(many, 5 * partner.replicas)} where f${partner.feature} with w${w - 3}${extra}`];
  }
  // What may only run where few replicas of another do is not many itself.
  const beside = has("local", 6) ? Math.min(many, 3 * (all[w - LOCAL] as FleetWorkload).replicas) : many;
  return [`${name} x${beside}${where}${extra}`, ...forbidden];
}

function extras(
  workload: FleetWorkload,
  w: number,
  has: (clause: Clause, kind: number) => boolean,
  { zones }: FleetSize,
  region: string,
  asked: ReadonlySet<Clause>,
): string {
  const many = workload.replicas;
  // The west has few zones.
  const room = asked.has("then") ? 6 : 3;
  const loss = has("survive", 5) ? " survive 1 cluster" : has("survive-zone", 8) ? " survive 1 zone" : "";
  return [
    has("needs", 2) ? ` needs cpu ${workload.cpu + 1}` : "",
    has("spread", 3) ? " spread across region" : "",
    has("spread-max", 4) ? ` spread across zone max ${Math.max(2, Math.ceil((room * many) / zones))}` : "",
    many > 1 ? loss : "",
    has("near", 6) && w > 0 ? ` near w${w - 1} within 25ms` : "",
    has("near-wish", 5) && w > 0 ? ` near w${w - 1}` : "",
    has("apart", 8) && w > 0 ? ` apart from w${w - 1} by zone` : "",
    has("prefer", 1) ? ` prefer region = ${region} weight 3` : "",
    has("optional", 2) ? " optional" : "",
  ].join("");
}

/** Who may only run where this many before it runs. */
const LOCAL = 1;

/**
 * Who talks to whom: over a fleet without connectivity they share clusters, so that nothing else can be asked of the way between them, and soft
 * nearness is what latency is about.
 */
export function trafficOf(w: number, asked: ReadonlySet<Clause>): readonly string[] {
  const latency =
    asked.has("latency") && !asked.has("local") && w % EVERY === 9 ? [`allow w${w} -> w${w - 1} on web`] : [];
  const local = asked.has("local") && w % EVERY === 6 ? [`allow w${w} -> w${w - LOCAL} on web`] : [];
  return [...latency, ...local];
}

/** Names of different clusters that anyone may use: none whose region has a taint or an owner that is choosy. */
function open(roll: Dice, { clusters }: FleetSize, count: number): readonly string[] {
  const free = Array.from({ length: clusters }, (_, c) => c).filter((c) => c % 10 !== 3 && c % 10 !== 4);
  return roll.some(free, Math.min(count, free.length)).map((c) => `c${c}`);
}

/** First choices that are not in the west, which is the second. */
const few = (roll: Dice, fleet: FleetSize): string =>
  open(roll, fleet, fleet.clusters)
    .filter((name) => Number(name.slice(1)) % 10 > 2)
    .slice(0, 3)
    .join(", ");

const weighted = (roll: Dice, fleet: FleetSize): string =>
  open(roll, fleet, 8)
    .map((name) => `${name} weight ${roll.between(1, 3)}`)
    .join(", ");
