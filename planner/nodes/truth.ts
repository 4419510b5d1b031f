// What the nodes of a cluster take, asked thousands of times while a placement is searched for: quick where pods ask for nothing but room,
// by the judge's own means where they ask for more. It must not know how placements are found.
import type { Cluster, Ir } from "../../compiler/index.ts";
import type { Problem } from "../problem.ts";
import { clusterGrounds } from "./cluster.ts";
import type { ClusterGround, Load } from "./cluster.ts";
import { creationOrder, tiesTried } from "./creation-order.ts";
import type { CreationOrder } from "./creation-order.ts";
import { isPlain, newCrowd } from "./crowd.ts";
import type { Crowd } from "./crowd.ts";
import type { PodKind } from "./board.ts";
import { hardestFirst, hardnessOf } from "./hardness.ts";
import type { Tell } from "./floor.ts";
import { daemonsStand, pack, sizeOf } from "./pack.ts";
import { randomOf } from "./scheduler.ts";
import type { ScoredKind } from "./scheduler.ts";
import { scoring } from "./schedulable.ts";
import type { Scored } from "./schedulable.ts";
import { newStanding } from "./standing.ts";
import type { Loss, Standing, Trying } from "./standing.ts";

export interface NodeTruth {
  /** Whether a cluster must be asked at all: one node takes whatever its room takes. */
  readonly asks: (cluster: number) => boolean;
  /** Whether the scheduler finds a node for each pod, the large ones first, as far as a few trials tell. */
  readonly accepts: (cluster: number, load: Load) => boolean;
  /** Whether it does so however it breaks ties: as the judge asks at the end. */
  readonly surely: (cluster: number, load: Load) => boolean;
  /** The order of creation in which `surely` last found so, of just this load: nobody need look for it again. */
  readonly heldBy: (cluster: number, load: Load) => readonly number[] | undefined;
  /**
   * Replicas by workload that find no node; those of `first` come before all others. Empty when all stand.
   * `ties`: in how many ways ties are broken, at most as many as the judge tries; then nothing left out is as good as `surely`.
   */
  readonly leftOut: (
    cluster: number,
    load: Load,
    first: (workload: number) => boolean,
    ties?: number,
  ) => ReadonlyMap<number, number>;
  /**
   * What stands when all of `load` comes, what few nodes take first, and after it all that there is `more`, the small first: replicas by
   * workload. Undefined where pods ask for more than room, or where a reserve is kept: then there is no quick answer.
   */
  readonly come: (cluster: number, load: Load, more: Load) => { readonly load: Load; readonly more: Load } | undefined;
  /**
   * Of a load that may be too much: replicas by workload that find no node, the smallest loss that is found in some orders of creation.
   * Undefined where there is no quick answer.
   */
  readonly fewestOut: (
    cluster: number,
    load: Load,
    loss: Loss,
    trying: Trying,
  ) => ReadonlyMap<number, number> | undefined;
  /**
   * About how many pods of a workload find room beside what else `accepts` last took on the cluster, those of its own that were among it included:
   * what was taken may have been undone since.
   */
  readonly spare: (cluster: number, workload: number) => number;
}

/** Trials of one load: ties broken so many ways, and orders in which what found no node comes first. */
const TIES = 2;
const ORDERS = 3;
/** Loads of one cluster that are remembered at once. */
const REMEMBERED = 64;
/** Of all pods, so few that find no node are as good as none: no other order is tried. */
const LITTLE = 0.002;
/** Pods times nodes from which one trial says enough: by chance alone thousands of pods differ little. */
const HUGE = 1_000_000;
/** Orders of creation that are tried at most; the judge tries more. */
const REPAIRS = 5;
/** Nodes of a cluster up to which what stands is remembered on the way: of more, there is much to remember. */
const MANY_NODES = 1_000;
/** Tries of an exact packing, where pods ask for more than room. */
const STEPS = 2_000;

/** @param tell told of work, in milliseconds. */
export function newTruth(ir: Ir, problem: Problem, tell: Tell = () => {}): NodeTruth {
  const grounds = clusterGrounds(ir, problem);
  const scoredOn = scoring(ir);
  const sizes = new Map<string, number>();
  const left = new Map<number, { readonly load: Load; readonly free: Float64Array }>();
  const held = new Map<number, { readonly text: string; readonly sequence: readonly number[] }>();
  /** By cluster: the loads that were asked for last, and whether they stand for sure. */
  const sure = new Map<number, Map<string, boolean>>();

  const sizeFor = (ground: ClusterGround, cluster: number, workload: number, kind: PodKind): number => {
    const key = `${cluster} ${workload}`;
    const known = sizes.get(key) ?? sizeOf(kind, ground.nodes);
    sizes.set(key, known);
    return known;
  };
  const trialOf = (cluster: number, load: Load): Trial => {
    const ground = grounds(cluster);
    const workloads = [...load.keys()];
    const kinds = workloads.map((w) => ground.kindOf(w, load.get(w) as number));
    const scored = scoredOn(ir.fleet.clusters[cluster] as Cluster, ground, kinds);
    const size = kinds.map((kind, k) => sizeFor(ground, cluster, workloads[k] as number, kind));
    const sequence = kinds.map((_, k) => k).sort((a, b) => (size[b] as number) - (size[a] as number) || a - b);
    return { ground, workloads, kinds, scored, sequence, plain: isPlain(kinds) };
  };

  const hold = (cluster: number, load: Load, sequence: readonly number[]): void =>
    void held.set(cluster, { text: textOf(load), sequence });

  const standings = newStandings(ir, grounds, scoredOn, tell);
  const accepts = (cluster: number, load: Load): boolean => {
    const quick = standings(cluster, load);
    if (quick !== undefined) return quick.accepts(load);
    const trial = trialOf(cluster, load);
    if (!trial.plain) return slowly(trial);
    const crowds = crowdsOf(trial);
    const ties = sumOf(load) * trial.ground.nodes.length > HUGE ? 1 : TIES;
    let sequence: readonly number[] = trial.sequence;
    const out = new Int32Array(trial.kinds.length);
    for (let order = 0; order < ORDERS; order++) {
      let stuck: number | undefined;
      for (const crowd of crowds)
        for (let seed = 1; seed <= ties && stuck === undefined; seed++)
          if (crowd.come(sequence, randomOf(seed), out) > 0)
            stuck = sequence.find((k) => (out[k] as number) > 0) ?? sequence[0];
      if (stuck === undefined) {
        left.set(cluster, { load, free: Float64Array.from((crowds[0] as (typeof crowds)[0]).free) });
        return true;
      }
      if (sequence[0] === stuck) return false;
      sequence = [stuck, ...sequence.filter((k) => k !== stuck)];
    }
    return false;
  };

  const asks = (cluster: number): boolean => grounds(cluster).nodes.length > 1 || grounds(cluster).reserved;
  return {
    asks,
    accepts,
    surely: (cluster, load) => {
      const quick = standings(cluster, load);
      if (quick !== undefined) return quick.surely(load);
      const text = textOf(load);
      let known = sure.get(cluster);
      const said = known?.get(text);
      if (said !== undefined) return said;
      if (known === undefined || known.size >= REMEMBERED) sure.set(cluster, (known = new Map()));
      const trial = trialOf(cluster, load);
      const how = orderOf(trial);
      const stands = how.kind !== "none" && packs(trial);
      if (stands && how.kind === "sequence")
        hold(
          cluster,
          load,
          how.sequence.map((k) => trial.workloads[k] as number),
        );
      known.set(text, stands);
      return stands;
    },
    heldBy: (cluster, load) => {
      if (!asks(cluster)) return undefined;
      const quick = standings(cluster, load);
      if (quick !== undefined) return quick.surely(load) ? quick.order(load) : undefined;
      const known = held.get(cluster);
      return known !== undefined && known.text === textOf(load) ? known.sequence : undefined;
    },
    leftOut: (cluster, load, first, ties = TIES) => {
      const trial = trialOf(cluster, load);
      const found = new Map<number, number>();
      if (!trial.plain)
        return slowly(trial) ? found : leftByHalves(load, first, (part) => slowly(trialOf(cluster, part)));
      const { sequence, workloads, kinds, ground } = trial;
      const crowds = crowdsOf(trial);
      // Whichever order leaves out less, what few nodes take first or the large.
      const comes = (k: number): number => (first(workloads[k] as number) ? 0 : 1);
      const rare = hardestFirst(kinds, ground.nodes).toSorted((a, b) => comes(a) - comes(b));
      const large = sequence.toSorted((a, b) => comes(a) - comes(b));
      const few = (order: readonly number[]) => leftBy(crowds, order, workloads, 1, TIES);
      const byRare = few(rare);
      const bySize = sumOf(byRare) <= LITTLE * sumOf(load) ? byRare : few(large);
      const [order, left] = sumOf(bySize) < sumOf(byRare) ? [large, bySize] : [rare, byRare];
      const most = Math.min(ties, tiesTried(sumOf(load), ground.nodes.length));
      if (most <= TIES) return left;
      const all = largest(left, leftBy(crowds, order, workloads, TIES + 1, most));
      if (all.size === 0)
        hold(
          cluster,
          load,
          daemonsFirst(kinds, order).map((k) => workloads[k] as number),
        );
      return all;
    },
    come: (cluster, load, more) => {
      const ground = grounds(cluster);
      const comers = [...load, ...more];
      const kinds = comers.map(([w, count]) => ground.kindOf(w, count));
      if (ground.reserved || !isPlain(kinds)) return undefined;
      const scored = scoredOn(ir.fleet.clusters[cluster] as Cluster, ground, kinds);
      const { reach, bulk } = hardnessOf(kinds, ground.nodes);
      const late = (k: number): boolean => k >= load.size;
      const sequence = kinds
        .map((_, k) => k)
        .sort((a, b) => {
          if (late(a) !== late(b)) return late(a) ? 1 : -1;
          const small = (bulk[a] as number) - (bulk[b] as number);
          return late(a) ? small || a - b : (reach[a] as number) - (reach[b] as number) || -small || a - b;
        });
      const out = new Int32Array(kinds.length);
      newCrowd(kinds, ground.nodes, scored.scoredNodes, scored.scoredKinds).come(sequence, randomOf(1), out);
      const standing = comers.map(([w, count], k) => [w, count - (out[k] as number)] as const);
      return { load: new Map(standing.slice(0, load.size)), more: new Map(standing.slice(load.size)) };
    },
    fewestOut: (cluster, load, loss, trying) => standings(cluster, load)?.fewestOut(load, loss, trying),
    spare: (cluster, workload) => {
      const quick = standings(cluster, new Map([[workload, 1]]));
      if (quick !== undefined) return quick.spare(workload);
      const last = left.get(cluster);
      if (last === undefined) return Infinity;
      const { free, load } = last;
      const { nodes, kindOf } = grounds(cluster);
      const { demand, pools } = kindOf(workload, 1);
      let sum = load.get(workload) ?? 0;
      for (let node = 0; node < nodes.length; node++) {
        if (!pools.has((nodes[node] as (typeof nodes)[0]).pool)) continue;
        let room = Infinity;
        for (let r = 0; r < demand.length; r++)
          if ((demand[r] as number) > 0)
            room = Math.min(room, Math.floor((free[node * demand.length + r] as number) / (demand[r] as number)));
        if (room > 0) sum += room;
      }
      return sum;
    },
  };
}

/** What stands on the nodes of a cluster, where that is quick to tell of a load; it is remembered. */
function newStandings(
  ir: Ir,
  grounds: (cluster: number) => ClusterGround,
  scoredOn: ReturnType<typeof scoring>,
  tell: Tell,
) {
  /** By cluster; undefined where there are too many nodes, or some are only to be avoided. */
  const known = new Map<number, Standing | undefined>();
  const plain = new Map<number, boolean>();
  const scoredFor = (cluster: number, kinds: readonly PodKind[]): Scored =>
    scoredOn(ir.fleet.clusters[cluster] as Cluster, grounds(cluster), kinds);
  const make = (cluster: number): Standing | undefined => {
    const ground = grounds(cluster);
    const { scoredNodes: scored, mild } = scoredFor(cluster, []);
    if (mild || ground.nodes.length > MANY_NODES) return undefined;
    const floors = (ground.reserved ? [ground.nodes, ground.wholeNodes] : [ground.nodes]).map((nodes) => ({
      nodes,
      scored,
    }));
    const kindOf = (w: number) => {
      const kind = ground.kindOf(w, 1);
      return { kind, asked: scoredFor(cluster, [kind]).scoredKinds[0] as ScoredKind };
    };
    return newStanding(floors, kindOf, tell);
  };
  return (cluster: number, load: Load): Standing | undefined => {
    if (!known.has(cluster)) known.set(cluster, make(cluster));
    const found = known.get(cluster);
    if (found === undefined) return undefined;
    for (const w of load.keys()) {
      let is = plain.get(w);
      if (is === undefined) plain.set(w, (is = isPlain([grounds(cluster).kindOf(w, 1)])));
      if (!is) return undefined;
    }
    return found;
  };
}

interface Trial {
  readonly ground: ClusterGround;
  readonly workloads: readonly number[];
  readonly kinds: readonly PodKind[];
  readonly scored: Scored;
  readonly sequence: readonly number[];
  readonly plain: boolean;
}

const daemonsFirst = (kinds: readonly PodKind[], order: readonly number[]): readonly number[] =>
  order.toSorted((a, b) => Number(kinds[b]?.perNode) - Number(kinds[a]?.perNode));

/** Of two counts by workload the larger of each. */
const largest = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): ReadonlyMap<number, number> =>
  new Map([...new Set([...a.keys(), ...b.keys()])].map((w) => [w, Math.max(a.get(w) ?? 0, b.get(w) ?? 0)]));

const sumOf = (left: ReadonlyMap<number, number>): number => [...left.values()].reduce((a, b) => a + b, 0);

/** What finds no node in some of these trials when kinds come in this order. */
function leftBy(
  crowds: readonly Crowd[],
  order: readonly number[],
  workloads: readonly number[],
  from: number,
  to: number,
): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const out = new Int32Array(workloads.length);
  for (const crowd of crowds)
    for (let seed = from; seed <= to; seed++) {
      crowd.come(order, randomOf(seed), out);
      out.forEach((many, k) => {
        if (many > 0) found.set(workloads[k] as number, Math.max(many, found.get(workloads[k] as number) ?? 0));
      });
    }
  return found;
}

/** On the nodes as the plan may fill them, and, where a reserve is kept, also as the scheduler sees them. */
function crowdsOf({ ground, kinds, scored }: Trial) {
  const on = (nodes: ClusterGround["nodes"]) => newCrowd(kinds, nodes, scored.scoredNodes, scored.scoredKinds);
  return ground.reserved ? [on(ground.nodes), on(ground.wholeNodes)] : [on(ground.nodes)];
}

/** As the judge asks: an arrangement exists, and an order in which the scheduler finds one. */
const slowly = (trial: Trial): boolean => orderOf(trial).kind !== "none" && packs(trial);

const orderOf = ({ ground, kinds, scored }: Trial): CreationOrder =>
  creationOrder({ kinds, nodes: ground.wholeNodes, ...scored }, { repairs: REPAIRS, mixtures: false });

/** The scheduler sees room that is kept in reserve, and an order of creation says nothing of DaemonSets that must stand beside others. */
const packs = ({ ground: { reserved, nodes }, kinds }: Trial): boolean =>
  (!reserved && daemonsStand(kinds, nodes)) || pack(kinds, nodes, STEPS) === "packed";

const textOf = (load: Load): string =>
  [...load]
    .sort(([a], [b]) => a - b)
    .map(([w, count]) => `${w}x${count}`)
    .join(" ");

/** Leaves out one workload after the other, by halves, until the rest stands. */
function leftByHalves(
  load: Load,
  first: (workload: number) => boolean,
  stands: (part: Load) => boolean,
): ReadonlyMap<number, number> {
  const out = new Map<number, number>();
  const rest = new Map(load);
  const order = [...load.keys()].sort((a, b) => Number(first(a)) - Number(first(b)) || b - a);
  for (const w of order) {
    for (let many = rest.get(w) ?? 0; many > 0; many = rest.get(w) ?? 0) {
      const half = Math.ceil(many / 2);
      out.set(w, (out.get(w) ?? 0) + half);
      if (many === half) rest.delete(w);
      else rest.set(w, many - half);
      if (stands(rest)) return out;
    }
  }
  return out;
}
