// Random clusters of a random program, their sizes fitted to a hidden placement, and their text. It must not know clauses of `run`.
import type { Dice } from "./dice.ts";
import type { SketchCluster, SketchDistance, SketchPool, SketchWorkload } from "./sketch.ts";

const NAMES = ["paris", "lyon", "nice", "lille"] as const;

/** What is known of a cluster before it is sized. */
export interface Site extends Omit<SketchCluster, "pools" | "accepts" | "labels"> {
  readonly labels: Record<string, string>;
  readonly accel: { readonly gpu: number; readonly dpdk: boolean; readonly taint: string | undefined } | undefined;
}

/** Two to four clusters; half have a pool of accelerated nodes, tainted or not; a few lack the zone. */
export function randomSites(dice: Dice): Site[] {
  const accelerated = dice.chance(0.5);
  const zones = dice.chance(0.4) ? ["z1", "z2"] : ["z1", "z2", "z3"];
  const sites = NAMES.slice(0, dice.pick([2, 3, 3, 4])).map((name): Site => {
    const labels: Record<string, string> = { region: dice.pick(["eu-west", "eu-north"]) };
    if (!dice.chance(0.08)) labels["zone"] = dice.pick(zones);
    if (dice.chance(0.3)) labels["version"] = dice.pick(["1.9", "1.30", "1.31"]);
    const accel =
      accelerated && dice.chance(0.6)
        ? { gpu: dice.pick([0, 1, 2]), dpdk: dice.chance(0.6), taint: dice.chance(0.5) ? "accel-only" : undefined }
        : undefined;
    const price = dice.chance(0.7) ? dice.between(1, 9) / 100 : undefined;
    return { name, labels, features: dice.chance(0.4) ? ["edge"] : [], price, accel };
  });
  // A label that no cluster has is an error wherever it is named.
  if (sites.every((site) => site.labels["zone"] === undefined)) sites[0]!.labels["zone"] = "z1";
  return sites;
}

export interface Link {
  readonly a: string;
  readonly b: string;
  readonly ms: number;
}

/** Links between some pairs; sometimes a direct one is slower than a detour. */
export function randomLinks(dice: Dice, sites: readonly Site[]): Link[] {
  const links: Link[] = [];
  for (const [i, a] of sites.entries())
    for (const b of sites.slice(i + 1))
      if (dice.chance(0.65)) links.push({ a: a.name, b: b.name, ms: dice.pick([1, 2, 5, 8, 12, 20]) });
  return links;
}

/** A direct link as it is, else the shortest path. */
export function sketchDistance(links: readonly Link[], sites: readonly Site[]): SketchDistance {
  const direct = new Map(links.flatMap(({ a, b, ms }) => [[`${a} ${b}`, ms] as const, [`${b} ${a}`, ms] as const]));
  const names = sites.map((site) => site.name);
  const path = new Map(
    names.flatMap((a) => names.map((b) => [`${a} ${b}`, a === b ? 0 : (direct.get(`${a} ${b}`) ?? Infinity)])),
  );
  for (const k of names)
    for (const a of names)
      for (const b of names)
        path.set(`${a} ${b}`, Math.min(path.get(`${a} ${b}`)!, path.get(`${a} ${k}`)! + path.get(`${k} ${b}`)!));
  return (a, b) => (a === b ? 0 : (direct.get(`${a} ${b}`) ?? path.get(`${a} ${b}`)!));
}

/** Gives every cluster nodes that hold the hidden placement: tightly, or with room. */
export function sized(
  dice: Dice,
  sites: readonly Site[],
  workloads: readonly SketchWorkload[],
  how: { tight: boolean; reserve: boolean },
): SketchCluster[] {
  return sites.map((site): SketchCluster => {
    const pools = [sizedPool(dice, site, "general", workloads, how)];
    if (site.accel !== undefined) pools.push(sizedPool(dice, site, "accel", workloads, how));
    return { ...site, pools, accepts: undefined };
  });
}

function sizedPool(
  dice: Dice,
  site: Site,
  name: "general" | "accel",
  workloads: readonly SketchWorkload[],
  how: { tight: boolean; reserve: boolean },
): SketchPool {
  const accel = name === "accel" ? site.accel : undefined;
  const here = workloads.filter((w) => (w.hidden[site.name] ?? 0) > 0);
  const daemons = here.filter((w) => w.kind === "DaemonSet" && (name === "general" || accel?.taint === undefined));
  const pods = here
    .filter((w) => w.kind !== "DaemonSet" && w.pool === name)
    .flatMap((w) => Array.from({ length: w.hidden[site.name]! }, () => w));
  const lonely = Math.max(1, ...here.filter((w) => w.pool === name && keepsApart(w)).map((w) => w.hidden[site.name]!));
  const count = Math.max(lonely, how.tight ? (dice.chance(0.12) ? 2 : 1) : dice.between(1, 3));
  const nodes = Array.from({ length: count }, () => ({ cpu: 0, memory: 0, gpu: 0, pods: [] as SketchWorkload[] }));
  for (const w of [...pods].sort((a, b) => b.cpu - a.cpu)) {
    const free = nodes.filter((node) => !keepsApart(w) || !node.pods.includes(w));
    const node = free.reduce((least, candidate) => (candidate.cpu < least.cpu ? candidate : least), free[0]!);
    node.cpu += w.cpu;
    node.memory += w.memory;
    node.gpu += w.gpu;
    node.pods.push(w);
  }
  const extra = (of: "cpu" | "memory") => daemons.reduce((sum, w) => sum + w[of], 0);
  const load = (of: "cpu" | "memory") => Math.max(...nodes.map((node) => node[of])) + extra(of);
  const slack = how.tight ? dice.pick([1, 1, 1.02, 1.04]) : 1.3 + dice.next();
  const grown = (amount: number, least: number) =>
    Math.ceil((Math.max(amount, least) * slack) / (how.reserve ? 0.9 : 1) / 10) * 10;
  return {
    name,
    count,
    labels: { disk: name === "accel" ? "ssd" : "hdd" },
    features: accel?.dpdk === true ? ["dpdk"] : [],
    gpu: accel === undefined ? 0 : Math.max(accel.gpu, ...nodes.map((node) => node.gpu)) * (how.reserve ? 2 : 1),
    taint: accel?.taint,
    cpu: grown(load("cpu"), how.tight ? 20 : 800),
    memory: grown(load("memory"), how.tight ? 64 : 1024),
    foreign: dice.chance(0.25) ? dice.pick([100, 250]) : 0,
  };
}

/** Whether two pods of the workload can not share a node. */
export const keepsApart = (w: SketchWorkload): boolean =>
  w.traits.includes("anti-affinity") || w.traits.includes("host-port") || w.traits.includes("own-spread");

export function clusterText(cluster: SketchCluster): string {
  const lines = [
    Object.entries(cluster.labels)
      .map(([key, value]) => `${key} = ${value}`)
      .join("  "),
    ...cluster.features,
    ...(cluster.price === undefined ? [] : [`cost cpu ${cluster.price}`]),
    ...cluster.pools.map(poolText),
    ...(cluster.accepts === undefined ? [] : [`accepts where ${cluster.accepts}`]),
  ];
  return `cluster ${cluster.name} {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

function poolText(pool: SketchPool): string {
  const entries = [
    `cpu ${pool.cpu}m`,
    `memory ${pool.memory}Mi`,
    ...(pool.gpu > 0 ? [`gpu ${pool.gpu}`] : []),
    ...Object.entries(pool.labels).map(([key, value]) => `${key} = ${value}`),
    ...pool.features,
    ...(pool.taint === undefined ? [] : [`taint ${pool.taint}`]),
  ];
  return `nodes ${pool.name} x${pool.count} { ${entries.join("  ")} }`;
}
