// Random clauses of `run` and statements between workloads, most of them true of the hidden placement. It must not know text of
// fleets or manifests.
import type { Dice } from "./dice.ts";
import type { SketchCluster, SketchDistance, SketchWorkload } from "./sketch.ts";

/** Conditions about clusters (and two about nodes) that a random program asks. */
export interface Wish {
  readonly text: string;
  readonly holds: (cluster: Pick<SketchCluster, "name" | "labels" | "features">) => boolean;
}

const label = (key: string, value: string): Wish => ({
  text: `${key} = ${value}`,
  holds: (c) => c.labels[key] === value,
});

const both = (a: Wish, b: Wish): Wish => ({ text: `${a.text} and ${b.text}`, holds: (c) => a.holds(c) && b.holds(c) });
const either = (a: Wish, b: Wish): Wish => ({
  text: `(${a.text} or ${b.text})`,
  holds: (c) => a.holds(c) || b.holds(c),
});
const not = (a: Wish): Wish => ({ text: `not ${a.text}`, holds: (c) => !a.holds(c) });

/** A condition about clusters that at least one of them satisfies. */
export function randomWish(
  dice: Dice,
  sites: readonly Pick<SketchCluster, "name" | "labels" | "features">[],
): Wish | undefined {
  const simple: Wish[] = [
    label("region", "eu-west"),
    label("region", "eu-north"),
    label("zone", "z1"),
    label("zone", "z2"),
  ];
  simple.push({ text: "edge", holds: (c) => c.features.includes("edge") });
  simple.push({ text: "region in (eu-west, eu-north)", holds: (c) => c.labels["region"] !== undefined });
  simple.push({
    text: "version >= 1.30",
    holds: (c) => c.labels["version"] !== undefined && c.labels["version"] !== "1.9",
  });
  // Only words that some cluster knows: others are errors of their own.
  const known = simple.filter((wish) => sites.some((site) => wish.holds(site)));
  if (known.length === 0) return undefined;
  const [a, b] = [dice.pick(known), dice.pick(known)];
  const wish = dice.chance(0.6) || a.text === b.text ? a : dice.pick([both(a, b), either(a, b), not(a)]);
  return sites.some((site) => wish.holds(site)) ? wish : undefined;
}

const on = (w: SketchWorkload): string[] => Object.keys(w.hidden).filter((cluster) => w.hidden[cluster]! > 0);

interface Ground {
  readonly dice: Dice;
  readonly clusters: readonly SketchCluster[];
  readonly workloads: readonly SketchWorkload[];
  readonly distance: SketchDistance;
}

type ClauseMaker = (w: SketchWorkload, u: SketchWorkload, ground: Ground) => string | undefined;

/** Clauses that speak of where replicas stand; each is made only when the hidden placement satisfies it. */
const MAKERS: readonly (readonly [string, number, ClauseMaker])[] = [
  [
    "near-within",
    0.16,
    (w, u, { dice, distance }) => {
      // Half of them are as tight as the hidden placement allows.
      const reached = Math.max(1, ...on(w).map((c) => Math.min(...on(u).map((d) => distance(c, d)))));
      const ms = dice.chance(0.5) && reached < Infinity ? reached : dice.pick([1, 5, 10, 25]);
      const close = on(w).every((c) => on(u).some((d) => distance(c, d) <= ms));
      return close ? `near ${u.name} within ${ms}ms` : undefined;
    },
  ],
  ["near-soft", 0.12, (_w, u) => `near ${u.name}`],
  ["with", 0.14, (w, u) => (on(w).every((c) => on(u).includes(c)) ? `with ${u.name}` : undefined)],
  ["apart", 0.14, (w, u) => (on(w).some((c) => on(u).includes(c)) ? undefined : `apart from ${u.name}`)],
  [
    "apart-by",
    0.24,
    (w, u, { clusters, dice }) => {
      const key = dice.pick(["zone", "region"]);
      const place = (name: string) => clusters.find((c) => c.name === name)!.labels[key] ?? name;
      return on(w).some((c) => on(u).some((d) => place(c) === place(d))) ? undefined : `apart from ${u.name} by ${key}`;
    },
  ],
  [
    "spread",
    0.16,
    (w, _u, { clusters, dice }) => {
      const key = dice.pick(["zone", "region", "cluster"]);
      const counts = countsBy(w, key, clusters);
      if (counts === undefined || w.spreading === "each") return undefined;
      const all = [...counts.values()];
      return Math.max(...all) - Math.min(...all) <= 1 ? `spread across ${key}` : undefined;
    },
  ],
  [
    "spread-max",
    0.14,
    (w, _u, { clusters, dice }) => {
      const key = dice.pick(["zone", "region"]);
      const counts = countsBy({ ...w, spreading: "divided" }, key, clusters);
      return counts === undefined
        ? undefined
        : `spread across ${key} max ${Math.max(...counts.values()) + (dice.chance(0.3) ? 1 : 0)}`;
    },
  ],
];

/** Counted as the language counts: replicas of what is divided, else copies. Undefined when a cluster of it lacks the label. */
function countsBy(w: SketchWorkload, key: string, clusters: readonly SketchCluster[]): Map<string, number> | undefined {
  const counts = new Map<string, number>();
  for (const cluster of clusters) {
    const value = key === "cluster" ? cluster.name : cluster.labels[key];
    const replicas = w.hidden[cluster.name] ?? 0;
    if (value === undefined && replicas > 0) return undefined;
    const units = w.spreading === "divided" ? replicas : replicas > 0 ? 1 : 0;
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + units);
  }
  return counts;
}

/** Adds clauses between workloads to each; returns the names of the kinds that were made. */
export function addCompany(ground: Ground): string[] {
  const { dice, workloads } = ground;
  const made: string[] = [];
  for (const w of workloads) {
    for (const [name, probability, make] of MAKERS) {
      const u = dice.pick(workloads.filter((other) => other !== w));
      if (!dice.chance(probability)) continue;
      const text = make(w, u, ground);
      if (text === undefined || w.clauses.some((clause) => clause.startsWith(text.split(" ")[0]!))) continue;
      w.clauses.push(text);
      made.push(name);
    }
  }
  return made;
}

/** `forbid` statements that the hidden placement keeps. */
export function randomForbids(ground: Ground, app: string): { text: string; kind: string }[] {
  const { dice, clusters, workloads } = ground;
  const forbids: { text: string; kind: string }[] = [];
  if (dice.chance(0.25)) {
    const w = dice.pick(workloads);
    const free = clusters.filter((cluster) => !on(w).includes(cluster.name));
    if (free.length > 0) forbids.push({ text: `forbid ${w.name} on ${dice.pick(free).name}`, kind: "forbid" });
  }
  if (dice.chance(0.2)) {
    const wish = randomWish(dice, clusters);
    const all = dice.chance(0.3);
    const target = all ? workloads : [dice.pick(workloads)];
    const kept =
      wish !== undefined && target.every((w) => on(w).every((c) => !wish.holds(clusters.find((x) => x.name === c)!)));
    if (kept)
      forbids.push({ text: `forbid ${all ? `app ${app}` : target[0]!.name} where ${wish.text}`, kind: "forbid" });
  }
  return forbids;
}

/** `allow` statements; on a fleet without connectivity only those that the hidden placement can live with. */
export function randomAllows(ground: Ground, connected: boolean): string[] {
  const { dice, workloads } = ground;
  const pairs = workloads.flatMap((a) => workloads.filter((b) => b !== a).map((b) => [a, b] as const));
  return dice
    .some(pairs, dice.pick([0, 0, 1, 2, 3]))
    .filter(([a, b]) => connected || on(a).every((c) => on(b).includes(c)))
    .map(([a, b]) => `allow ${a.name} -> ${b.name}`);
}

/** What a site's owner accepts, true of what the hidden placement puts there. */
export function addAcceptance({ dice, clusters, workloads }: Ground, app: string): boolean {
  let any = false;
  for (const cluster of clusters) {
    if (!dice.chance(0.12)) continue;
    const here = workloads.filter((w) => on(w).includes(cluster.name));
    // Who is there, and sometimes one more: the others are kept out.
    const named =
      here.length === 0 ? workloads.slice(1) : dice.chance(0.7) ? here : [...new Set([...here, dice.pick(workloads)])];
    const tests: [string, (w: SketchWorkload) => boolean][] = [
      ["trusted", (w) => w.properties["trusted"] === "true"],
      ["tier = gold", (w) => w.properties["tier"] === "gold"],
      ["trusted or tier = gold", (w) => w.properties["trusted"] === "true" || w.properties["tier"] === "gold"],
      [`app = ${app}`, () => true],
      ["not tier = silver", (w) => w.properties["tier"] !== "silver"],
      [`name in (${named.map((w) => w.name).join(", ")})`, (w) => named.includes(w)],
    ];
    // Properties that no workload has are an error of their own.
    const sayable = tests.filter(([text]) =>
      ["trusted", "tier"].every((key) => !text.includes(key) || workloads.some((w) => key in w.properties)),
    );
    const kept = sayable.filter(([, test]) => here.every(test));
    const telling = kept.filter(([, test]) => !workloads.every(test));
    const [text] = dice.pick(telling.length > 0 && dice.chance(0.7) ? telling : kept);
    cluster.accepts = text;
    any = true;
  }
  return any;
}
