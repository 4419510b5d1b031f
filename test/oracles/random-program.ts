// Seeded random fleets and programs, as `.intent` text with manifests: the whole way from text to placement is tested with them. Small
// enough for the brute force. It must not know the compiler or the planner.
import { dice, type Dice } from "./dice.ts";
import { addAcceptance, addCompany, randomAllows, randomForbids, randomWish } from "./random-clauses.ts";
import { clusterText, randomLinks, randomSites, sized, sketchDistance } from "./random-fleet.ts";
import { stand, type Standing } from "./random-placement.ts";
import { inlineText, manifestText, randomWorkloads } from "./random-workloads.ts";
import type { Facts, SketchCluster, SketchWorkload } from "./sketch.ts";

export interface RandomProgram {
  /** Paths below the project's root; `main.intent` is the start. */
  readonly files: Readonly<Record<string, string>>;
  /** Where replicas ran before, by workload id and cluster. */
  readonly before: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly facts: Facts;
}

const APP = "core";

/** The same seed gives the same program. About half are within 10 % of full; about a quarter can not be placed. */
export function randomProgram(seed: number): RandomProgram {
  const roll = dice(seed);
  const sites = randomSites(roll);
  const groups = randomGroups(
    roll,
    sites.map((site) => site.name),
  );
  const standings: Standing[] = [];
  let dividable = 2;
  for (const draft of randomWorkloads(roll)) {
    const standing = stand(draft, { dice: roll, sites, groups, dividable: dividable > 0, app: APP });
    if (standing.workload.spreading === "divided") dividable--;
    standings.push(standing);
  }
  const workloads = standings.map((standing) => standing.workload);
  const needs = addNeeds(roll, workloads);
  const how = { tight: roll.chance(0.84), reserve: roll.chance(0.12) };
  const clusters = sized(roll, sites, workloads, how);
  const links = randomLinks(roll, sites);
  const ground = { dice: roll, clusters, workloads, distance: sketchDistance(links, sites) };
  const connected = roll.chance(0.7);
  const accepting = addAcceptance(ground, APP);
  const company = addCompany(ground);
  const forbids = randomForbids(ground, APP);
  const allows = randomAllows(ground, connected);
  const wishes = addWishes(roll, workloads, clusters, how.tight);
  const reckless = roll.chance(0.17);
  const contrary = reckless ? contradict(roll, workloads, clusters) : [];
  const told = before(roll, workloads, clusters);
  const minimize = roll.chance(0.5)
    ? roll.shuffle(["moves", "latency", "cost", "preference", "clusters", "imbalance"]).slice(0, roll.between(1, 3))
    : [];
  const runs = standings.flatMap((standing) => runText(roll, standing));
  const param = withParam(roll, runs);
  const text = [
    ...param.declared,
    ...clusters.map(clusterText),
    ...groups.map((group) => `group ${group.name} = ${group.members.join(", ")}\n`),
    ...links.map(({ a, b, ms }) => `link ${a} <-> ${b} ${ms}ms\n`),
    `fleet { connectivity ${connected ? "flat" : "none"}${how.reserve ? "  reserve 10%" : ""} }\n`,
    appText(workloads),
    ...[...param.runs, ...forbids.map((forbid) => forbid.text), ...contrary, ...allows, ...told.moves].map(
      (line) => `${line}\n`,
    ),
    ...(minimize.length > 0 ? [`minimize ${minimize.join(", ")}\n`] : []),
  ].join("");
  const clauses = [
    ...standings.flatMap((standing) => standing.kinds),
    ...company,
    ...needs,
    ...wishes,
    ...forbids.map((forbid) => forbid.kind),
    ...workloads.flatMap((w) => [w.kind, ...w.traits]),
    ...allows.map(() => "allow"),
    ...told.moves.map(() => "move"),
    ...(Object.keys(told.before).length > 0 ? ["before"] : []),
    ...(minimize.length > 0 ? ["minimize"] : []),
    ...(groups.length > 0 ? ["group"] : []),
    ...(accepting ? ["accepts"] : []),
    ...(how.reserve ? ["reserve"] : []),
    ...(connected ? [] : ["connectivity-none"]),
    ...(param.declared.length > 0 ? ["param"] : []),
    ...(clusters.some((c) => c.pools.some((p) => p.taint !== undefined)) ? ["taint"] : []),
    ...(clusters.some((c) => c.pools.some((p) => p.foreign > 0)) ? ["foreign-pods"] : []),
  ];
  const foreign = clusters.flatMap((c) =>
    c.pools.filter((p) => p.foreign > 0).map((p) => ({ cluster: c.name, pool: p.name, cpu: p.foreign })),
  );
  return {
    files: { "main.intent": text, ...manifests(workloads) },
    before: told.before,
    facts: { clauses: [...new Set(clauses)].sort(), fullness: fullness(clusters, workloads), reckless, foreign },
  };
}

function randomGroups(roll: Dice, names: readonly string[]) {
  if (!roll.chance(0.3)) return [];
  return [{ name: "duo", members: roll.some(names, Math.min(names.length, roll.between(2, 3))) }];
}

/** `needs` raises the demand; it is said before the nodes are sized. */
function addNeeds(roll: Dice, workloads: readonly SketchWorkload[]): string[] {
  return workloads.flatMap((w) => {
    if (!roll.chance(0.14) || w.traits.includes("sidecar")) return [];
    w.cpu = Math.max(w.cpu, roll.pick([300, 750, 1000]));
    w.clauses.push(`needs cpu ${w.cpu}m`);
    return ["needs"];
  });
}

/** Clauses that never make a placement impossible, but for `survive`, which wants room. */
function addWishes(
  roll: Dice,
  workloads: readonly SketchWorkload[],
  clusters: readonly SketchCluster[],
  tight: boolean,
): string[] {
  const kinds: string[] = [];
  for (const w of workloads) {
    const wish = roll.chance(0.16) ? randomWish(roll, clusters) : undefined;
    if (wish !== undefined) {
      w.clauses.push(`prefer ${wish.text}${roll.chance(0.7) ? ` weight ${roll.between(1, 5)}` : ""}`);
      kinds.push("prefer");
    }
    if (roll.chance(0.12)) {
      w.clauses.push("optional");
      kinds.push("optional");
    }
    if (roll.chance(0.08)) {
      w.clauses.push(`priority ${roll.between(-2, 2)}`);
      kinds.push("priority");
    }
    const spare = w.spreading !== "each" && !w.clauses.includes("optional") && w.kind !== "DaemonSet";
    if (spare && roll.chance(tight ? 0.02 : 0.22)) {
      const places = Object.values(w.hidden).filter((replicas) => replicas > 0).length;
      const keeping = places > 1 && roll.chance(0.3) ? " keeping 1" : "";
      w.clauses.push(`survive ${roll.chance(0.7) ? "1 cluster" : "1 zone"}${keeping}`);
      kinds.push("survive");
    }
  }
  return kinds;
}

/** One thing that the hidden placement breaks; other placements may still satisfy it. */
function contradict(roll: Dice, workloads: readonly SketchWorkload[], clusters: readonly SketchCluster[]): string[] {
  const w = roll.pick(workloads);
  const places = Object.keys(w.hidden).filter((name) => w.hidden[name]! > 0);
  const most = Math.max(...clusters.flatMap((c) => c.pools.map((p) => p.cpu)));
  switch (roll.between(0, 4)) {
    case 0:
      w.clauses.push(`needs cpu ${most + 100}m`);
      return [];
    case 1:
      return places.length > 0 ? [`forbid ${w.name} on ${places.join(", ")}`] : [];
    case 2: {
      const u = roll.pick(workloads.filter((other) => other !== w));
      w.clauses.push(`with ${u.name}`);
      u.clauses.push(`apart from ${w.name}`);
      return [];
    }
    case 3: {
      // Twice the pods on nodes that were made for half of them.
      const greedy = workloads.filter(
        (other) => !other.traits.includes("sidecar") && !other.clauses.some((c) => c.startsWith("needs")),
      );
      const yields = roll.chance(0.5);
      for (const other of greedy) {
        other.clauses.push(`needs cpu ${other.cpu * 2}m`);
        if (yields && !other.clauses.some((c) => c.startsWith("optional") || c.startsWith("survive")))
          other.clauses.push(
            "optional",
            ...(other.clauses.some((c) => c.startsWith("priority")) ? [] : [`priority ${roll.between(-1, 1)}`]),
          );
      }
      return [];
    }
    default:
      return clusters.slice(1).map((cluster) => `forbid app ${APP} on ${cluster.name}`);
  }
}

function before(roll: Dice, workloads: readonly SketchWorkload[], clusters: readonly SketchCluster[]) {
  const rows: Record<string, Record<string, number>> = {};
  const moves: string[] = [];
  if (!roll.chance(0.45)) return { before: rows, moves };
  for (const w of workloads) {
    if (!roll.chance(0.7)) continue;
    const same = roll.chance(0.6);
    const replicas = w.kind === "DaemonSet" ? 1 : w.replicas;
    const row = same ? { ...w.hidden } : { [roll.pick(clusters).name]: replicas };
    rows[`${APP}/${w.name}`] = row;
    const claims = w.traits.some((trait) => trait.startsWith("claim"));
    if (claims ? roll.chance(0.5) : roll.chance(0.03)) moves.push(`move ${w.name}`);
  }
  return { before: rows, moves };
}

function runText(roll: Dice, { workload, count }: Standing): string[] {
  const head = `run ${workload.name}${count === "" ? "" : ` ${count}`}`;
  const wheres = workload.clauses.filter((clause) => clause.startsWith("where"));
  const rest = roll.shuffle(workload.clauses.filter((clause) => !clause.startsWith("where")));
  // Conditions of several clauses, or of several statements about one workload, add up.
  if (wheres.length > 0 && roll.chance(0.3))
    return [[head, ...rest, ...wheres.slice(1)].join(" "), `run ${workload.name} ${wheres[0]}`];
  return [[head, ...roll.shuffle([...wheres, ...rest])].join(" ")];
}

/** Sometimes one value is said through a `param`. */
function withParam(roll: Dice, runs: readonly string[]): { declared: string[]; runs: readonly string[] } {
  const pattern = /(within |weight |max )(\S+?)(?=,|$|\s)/;
  const index = runs.findIndex((run) => pattern.test(run));
  if (index < 0 || !roll.chance(0.25)) return { declared: [], runs };
  const value = pattern.exec(runs[index]!)![2]!;
  return { declared: [`param knob = ${value}\n`], runs: runs.with(index, runs[index]!.replace(pattern, "$1$knob")) };
}

function appText(workloads: readonly SketchWorkload[]): string {
  const lines = workloads.map((w) => (w.kind === "inline" ? inlineText(w) : `  manifests "manifests/${w.name}.yaml"`));
  return `app ${APP} {\n${lines.join("\n")}\n}\n`;
}

function manifests(workloads: readonly SketchWorkload[]): Record<string, string> {
  return Object.fromEntries(
    workloads
      .filter((w) => w.kind !== "inline")
      .map((w) => {
        const tolerated = w.traits.includes("tolerates") ? "accel-only" : undefined;
        const other = workloads.find((u) => u !== w)!.name;
        return [`manifests/${w.name}.yaml`, manifestText(w, APP, tolerated, other)];
      }),
  );
}

function fullness(clusters: readonly SketchCluster[], workloads: readonly SketchWorkload[]): number {
  let needed = 0;
  let offered = 0;
  for (const cluster of clusters) {
    for (const pool of cluster.pools) offered += pool.count * pool.cpu;
    for (const w of workloads) {
      const nodes = cluster.pools.reduce((sum, pool) => sum + (pool.taint === undefined ? pool.count : 0), 0);
      needed +=
        w.cpu * (w.kind === "DaemonSet" ? (w.hidden[cluster.name] ?? 0) * nodes : (w.hidden[cluster.name] ?? 0));
    }
  }
  return needed / offered;
}
