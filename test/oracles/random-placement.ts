// Draws where each workload of a random program stands in its hidden placement, with the counting and `on` clauses that say so.
// It must not know how big nodes are, nor clauses between workloads.
import type { Dice } from "./dice.ts";
import { randomWish } from "./random-clauses.ts";
import type { Site } from "./random-fleet.ts";
import type { SketchWorkload } from "./sketch.ts";

type Draft = Omit<SketchWorkload, "spreading" | "counted" | "hidden" | "pool" | "clauses">;

export interface Standing {
  readonly workload: SketchWorkload;
  /** What stands after the name: `x4` or nothing. */
  readonly count: string;
  readonly kinds: readonly string[];
}

export interface Surroundings {
  readonly dice: Dice;
  readonly sites: readonly Site[];
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
  /** How many workloads may still be divided over many clusters: the brute force has to count them all. */
  readonly dividable: boolean;
  readonly app: string;
}

export function stand(draft: Draft, around: Surroundings): Standing {
  const { dice, sites } = around;
  const clauses: string[] = [];
  const kinds: string[] = [];
  const accelerated = sites.filter((site) => site.accel !== undefined && (site.accel.gpu > 0 || draft.gpu === 0));
  const gpu = draft.gpu > 0 && accelerated.length > 0 ? draft.gpu : 0;
  const onAccel = gpu > 0 || (accelerated.length > 0 && draft.kind !== "DaemonSet" && dice.chance(0.25));
  let open = onAccel ? accelerated : sites;
  const wish = dice.chance(0.45) ? randomWish(dice, open) : undefined;
  if (wish !== undefined) {
    clauses.push(`where ${wish.text}`);
    kinds.push("where");
    open = open.filter((site) => wish.holds(site));
  }
  const node = onAccel ? nodeWish(dice, open, gpu) : undefined;
  if (node !== undefined) {
    clauses.push(`where ${node.text}`);
    kinds.push("where-node");
    open = open.filter((site) => node.holds(site));
  }
  const divisible =
    ["inline", "Deployment"].includes(draft.kind) &&
    !draft.traits.some((trait) => ["claim", "autoscaler"].includes(trait));
  const drawn = counting(draft, around, open, divisible, onAccel);
  const more = onClauses(drawn, around, open);
  const workload: SketchWorkload = {
    ...draft,
    gpu,
    ...drawn,
    pool: onAccel ? "accel" : "general",
    clauses: [...clauses, ...more.clauses],
  };
  const tainted = sites.some((site) => site.accel?.taint !== undefined);
  const manifestTolerates = draft.kind !== "inline" && dice.chance(0.4);
  if (tainted && (onAccel || dice.chance(0.1))) {
    if (manifestTolerates) (workload.traits as string[]).push("tolerates");
    else workload.clauses.push("tolerates accel-only");
    kinds.push(manifestTolerates ? "own-toleration" : "tolerates");
  }
  return { workload, count: drawn.count, kinds: [...kinds, ...drawn.kinds, ...more.kinds] };
}

/** A word about nodes that only accelerated ones satisfy on these sites. */
function nodeWish(
  dice: Dice,
  open: readonly Site[],
  gpu: number,
): { text: string; holds: (site: Site) => boolean } | undefined {
  const wishes = [
    { text: "dpdk", holds: (site: Site) => site.accel?.dpdk === true },
    { text: "disk = ssd", holds: (site: Site) => site.accel !== undefined },
    { text: "gpu", holds: (site: Site) => gpu > 0 && (site.accel?.gpu ?? 0) > 0 },
  ].filter((wish) => open.some(wish.holds));
  return wishes.length > 0 && dice.chance(0.85) ? dice.pick(wishes) : undefined;
}

interface Drawn {
  readonly spreading: SketchWorkload["spreading"];
  readonly counted: boolean;
  readonly replicas: number;
  readonly hidden: Record<string, number>;
  readonly count: string;
  readonly kinds: readonly string[];
  readonly clusters: number | undefined;
}

function counting(
  draft: Draft,
  { dice, dividable }: Surroundings,
  open: readonly Site[],
  divisible: boolean,
  onAccel: boolean,
): Drawn {
  const names = open.map((site) => site.name);
  const way = dice.next();
  const each = (replicas: number, count: string, kinds: string[]): Drawn => ({
    spreading: "each",
    counted: false,
    replicas,
    hidden: Object.fromEntries(names.map((name) => [name, replicas])),
    count,
    kinds,
    clusters: undefined,
  });
  if ((draft.kind === "DaemonSet" && way < 0.7) || way < 0.14) {
    // A word about nodes leaves more clusters than the accelerated ones when it was not said; then `each` would mean those too.
    if (!onAccel)
      return divisible && dice.chance(0.3) ? each(2, "x2", ["each", "each-x"]) : each(draft.replicas, "", ["each"]);
  }
  if (divisible && way < 0.55) {
    const total = dividable ? dice.between(2, 6) : dice.between(1, 3);
    const used = dice.some(names, dice.between(1, Math.min(total, names.length)));
    const hidden: Record<string, number> = Object.fromEntries(used.map((name) => [name, 1]));
    for (let rest = total - used.length; rest > 0; rest--) hidden[dice.pick(used)]! += 1;
    const counted = dice.chance(0.2);
    const kinds = counted ? ["x", "x-on-count"] : ["x"];
    return {
      spreading: "divided",
      counted,
      replicas: 1,
      hidden,
      count: `x${total}`,
      kinds,
      clusters: counted ? used.length : undefined,
    };
  }
  const copies = names.length > 1 && !draft.traits.includes("claim") && dice.chance(0.25) ? 2 : 1;
  const used = dice.some(names, copies);
  const hidden = Object.fromEntries(used.map((name) => [name, draft.replicas]));
  const counted = copies > 1;
  return {
    spreading: "copies",
    counted,
    replicas: draft.replicas,
    hidden,
    count: "",
    kinds: counted ? ["on-count"] : ["whole"],
    clusters: counted ? copies : undefined,
  };
}

/** How `on` says it: a count, names, a group, choices in order, shares; each agrees with where the workload stands. */
function onClauses(
  drawn: Drawn,
  { dice, sites, groups }: Surroundings,
  open: readonly Site[],
): { clauses: string[]; kinds: string[] } {
  const used = Object.keys(drawn.hidden);
  const others = sites.map((site) => site.name).filter((name) => !used.includes(name));
  if (drawn.spreading === "each") {
    const all = used.length > 0 && used.length === open.length && dice.chance(0.3);
    return all
      ? { clauses: [`on each of ${used.join(", ")}`], kinds: ["each-of"] }
      : { clauses: ["on each"], kinds: [] };
  }
  if (drawn.clusters !== undefined)
    return { clauses: [`on ${drawn.clusters} cluster${drawn.clusters === 1 ? "" : "s"}`], kinds: [] };
  const way = dice.next();
  if (way < 0.16)
    return { clauses: [`on ${[...used, ...dice.some(others, Math.min(1, others.length))].join(", ")}`], kinds: ["on"] };
  const group = groups.find(({ members }) => used.every((name) => members.includes(name)));
  if (way < 0.32 && group !== undefined) return { clauses: [`on ${group.name}`], kinds: ["on-group"] };
  if (way < 0.5 && others.length > 0) {
    const [first, second] = dice.chance(0.6) ? [used, [dice.pick(others)]] : [[dice.pick(others)], used];
    return { clauses: [`on ${first.join(", ")} then ${second.join(", ")}`], kinds: ["then"] };
  }
  if (way < 0.75 && drawn.spreading === "divided" && used.length > 1)
    return {
      clauses: [`on ${used.map((name) => `${name} weight ${drawn.hidden[name]}`).join(", ")}`],
      kinds: ["shares"],
    };
  return { clauses: [], kinds: [] };
}
