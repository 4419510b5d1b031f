// Checks `survive`: after every loss that it speaks of, enough still runs, and what was lost fits beside the rest with nothing else
// moved. It must not know how the planner keeps the room.
import type { Cluster, RunIr } from "../../compiler/index.ts";
import { boardOf, type Board } from "./board.ts";
import { bringBack } from "./bring-back.ts";
import { certificateComplaint, loadsByCluster, packingOf, type NodeAssignment } from "./certificate.ts";
import { placeOf } from "./company.ts";
import { pack, type PackingVerdict } from "./pack.ts";
import type { Violation } from "./violation.ts";
import { memo, type World } from "./world.ts";

/** Something lost that must come back as a whole: one replica of a divided workload, or one copy. */
export interface Returning {
  readonly run: RunIr;
  readonly replicas: number;
}

/** Every loss case of every `survive`; `steps` bounds the tries of each case, `nodes` says which pod is where. */
export function checkSurvive(world: World, steps: number, nodes?: NodeAssignment): Violation[] {
  const promised = world.ir.runs.filter((run) => run.survive !== undefined && world.where(run.workload).length > 0);
  if (promised.length === 0) return [];
  const loads = loadsByCluster(world);
  const boards = memo((cluster: Cluster) => standing(world, cluster, loads, promised, nodes?.[cluster.name]));
  const violations: Violation[] = [];
  for (const lost of lossCases(world, promised)) {
    const bound = promised.filter((run) => speaksOf(world, run, lost));
    for (const run of bound) {
      const left = world
        .where(run.workload)
        .reduce((n, c) => n + (lost.has(c) ? 0 : world.replicas(run.workload, c)), 0);
      if (left < run.survive!.keeping)
        violations.push(
          broken(run, lost, `${left} replicas of \`${run.workload}\` still run; ${run.survive!.keeping} must`),
        );
    }
    const verdict = fitsAgain(world, boards, loads, lost, lostUnits(world, bound, lost), steps);
    if (verdict === "fits") continue;
    const who = bound.filter((run) => world.where(run.workload).some((cluster) => lost.has(cluster)));
    const doubt = verdict === "undecided" ? "was not shown to fit" : "does not fit";
    violations.push(
      broken(
        who[0]!,
        lost,
        `what is lost of ${who.map((run) => `\`${run.workload}\``).join(", ")} ${doubt} beside the rest`,
      ),
    );
  }
  return violations;
}

function broken(run: RunIr, lost: ReadonlySet<string>, what: string): Violation {
  return {
    rule: "survive",
    workload: run.workload,
    message: `after losing ${[...lost].map((cluster) => `\`${cluster}\``).join(", ")}, ${what}`,
    spans: [run.survive!.span],
  };
}

/**
 * Sets of clusters that are lost at once, in which something promised is: for each distinct promise every choice of so many places, and, since a loss
 * that several promises speak of must be survived by all of them together, where choices of several promises meet (a rack of a zone).
 */
function lossCases(world: World, promised: readonly RunIr[]): Iterable<ReadonlySet<string>> {
  const promises = [
    ...new Map(promised.map((run) => [`${run.survive!.count} ${run.survive!.unit}`, run.survive!])).values(),
  ];
  const holding = new Set(promised.flatMap((run) => world.where(run.workload)));
  const found = new Map<string, ReadonlySet<string>>();
  const lose = (clusters: readonly string[], from: number): void => {
    for (const [p, { count, unit }] of promises.entries()) {
      if (p < from) continue;
      const places = [...Map.groupBy(clusters, (cluster) => placeOf(world, cluster, unit)).values()];
      for (const choice of choose(places, Math.min(count, places.length))) {
        const lost = choice.flat().sort();
        if (!lost.some((cluster) => holding.has(cluster))) continue;
        found.set(lost.join(), new Set(lost));
        if (lost.length > 1) lose(lost, p + 1);
      }
    }
  };
  lose(
    world.ir.fleet.clusters.map(({ name }) => name),
    0,
  );
  return found.values();
}

function* choose<T>(items: readonly T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) return yield [];
  for (let i = from; i <= items.length - count; i++)
    for (const rest of choose(items, count - 1, i + 1)) yield [items[i]!, ...rest];
}

/** Whether the promise of `run` covers this loss: it touches no more of its places than it speaks of. */
function speaksOf(world: World, run: RunIr, lost: ReadonlySet<string>): boolean {
  return new Set([...lost].map((cluster) => placeOf(world, cluster, run.survive!.unit))).size <= run.survive!.count;
}

function lostUnits(world: World, bound: readonly RunIr[], lost: ReadonlySet<string>): Returning[] {
  return bound.flatMap((run) =>
    world
      .where(run.workload)
      .filter((cluster) => lost.has(cluster))
      .flatMap((cluster): Returning[] => {
        const replicas = world.replicas(run.workload, cluster);
        if (run.spreading.kind !== "divided") return [{ run, replicas }];
        return Array.from({ length: replicas }, () => ({ run, replicas: 1 }));
      }),
  );
}

/** The nodes of a surviving cluster with what stands there, where it is said to stand if anything is said, ready to take any promised workload. */
function standing(
  world: World,
  cluster: Cluster,
  loads: ReturnType<typeof loadsByCluster>,
  promised: readonly RunIr[],
  given: NodeAssignment[string] | undefined,
) {
  const here = loads.get(cluster.name) ?? new Map<string, number>();
  const guests = promised
    .map((run) => run.workload)
    .filter((id) => !here.has(id) && world.candidate(world.runs.get(id)!, cluster));
  const told = boardOf(world, cluster, here, guests);
  if (given !== undefined && certificateComplaint(told, given) === undefined) return told;
  const board = boardOf(world, cluster, here, guests);
  return pack(board, 10_000) === "fits" ? board : undefined;
}

/** Tries of a node where a cluster is packed anew for what comes back. */
const REPACKING = 2_000;

/** First onto the nodes as they stand; where that fails, any arrangement of the pods inside the clusters, by search. */
function fitsAgain(
  world: World,
  boards: (cluster: Cluster) => Board | undefined,
  loads: ReturnType<typeof loadsByCluster>,
  lost: ReadonlySet<string>,
  units: readonly Returning[],
  steps: number,
): PackingVerdict {
  const targets = (unit: Returning) =>
    world.ir.fleet.clusters.filter((cluster) => !lost.has(cluster.name) && world.candidate(unit.run, cluster));
  const options = units.map(targets);
  if (options.some((clusters) => clusters.length === 0)) return "does-not-fit";
  const there = (unit: Returning, cluster: Cluster): boolean => occupied(world, unit, cluster, new Set());
  const repacks = (cluster: Cluster, more: ReadonlyMap<string, number>): boolean => {
    const row = new Map(loads.get(cluster.name));
    for (const [id, replicas] of more) row.set(id, (row.get(id) ?? 0) + replicas);
    return packingOf(world, cluster, row, REPACKING) === "fits";
  };
  if (bringBack({ board: boards, options, repacks, occupied: there }, units)) return "fits";
  return searchAgain(world, loads, units, options, steps);
}

/** A whole copy does not come to where one is. */
const occupied = (world: World, unit: Returning, cluster: Cluster, taken: ReadonlySet<string>): boolean =>
  unit.run.spreading.kind !== "divided" &&
  (world.replicas(unit.run.workload, cluster.name) > 0 || taken.has(`${unit.run.workload} ${cluster.name}`));

function searchAgain(
  world: World,
  loads: ReturnType<typeof loadsByCluster>,
  units: readonly Returning[],
  options: readonly (readonly Cluster[])[],
  steps: number,
): PackingVerdict {
  let left = Math.ceil(steps / 100);
  let doubtful = false;
  const now = new Map([...loads].map(([cluster, row]) => [cluster, new Map(row)]));
  const taken = new Set<string>();
  const place = (u: number, from: number): PackingVerdict => {
    if (u === units.length) return "fits";
    const unit = units[u]!;
    const id = unit.run.workload;
    // Units of one workload are alike: they take clusters in order.
    const start = u > 0 && units[u - 1]!.run === unit.run ? from : 0;
    for (let i = start; i < options[u]!.length; i++) {
      const cluster = options[u]![i]!;
      if (occupied(world, unit, cluster, taken)) continue;
      if (left-- <= 0) return "undecided";
      const row = now.get(cluster.name) ?? new Map<string, number>();
      now.set(cluster.name, row);
      const had = row.get(id) ?? 0;
      row.set(id, had + unit.replicas);
      const packed = packingOf(world, cluster, row, steps);
      doubtful ||= packed === "undecided";
      const key = `${id} ${cluster.name}`;
      const fresh = !taken.has(key);
      taken.add(key);
      const verdict = packed === "fits" ? place(u + 1, i) : "does-not-fit";
      if (verdict !== "does-not-fit") return verdict;
      if (fresh) taken.delete(key);
      row.set(id, had);
    }
    return "does-not-fit";
  };
  const verdict = place(0, 0);
  return verdict === "does-not-fit" && doubtful ? "undecided" : verdict;
}
