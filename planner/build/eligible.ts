// Where each workload may go, and for every other cluster all that rules it out. Written for a million pairs: what workloads have in common
// is asked once, and only what differs by demand is asked again. It must not know counting, rules between workloads, or objectives.
import type { Ir } from "../../compiler/index.ts";
import type { CandidateColumns } from "../columns.ts";
import type { Because, RuledOut } from "../problem.ts";
import { fitting, placesMaker } from "./candidates.ts";
import type { Asked } from "./candidates.ts";
import type { FleetNumbers } from "./fleet.ts";
import { sieveMaker } from "./sieve.ts";
import type { Sieve } from "./sieve.ts";
import { demandInWords, shortName } from "./words.ts";

export interface Eligible {
  readonly columns: CandidateColumns;
  readonly ruledOut: readonly RuledOut[];
  /** Clusters where what narrows (`where`, `on`) holds: what `each` means. */
  readonly matched: readonly number[];
}

/** Answers, for one fleet, where a workload may go. `without` names clusters that are taken to be lost: nothing matches there. */
export function eligibility(ir: Ir, fleet: FleetNumbers, without: ReadonlySet<string>): (asked: Asked) => Eligible {
  const placesFor = placesMaker(ir, fleet);
  const roomFor = roomMaker(fleet);
  const sieveFor = sieveMaker(fleet, (cluster) => without.has(fleet.clusters[cluster]?.name as string));
  const singles = fleet.pools.map((_, pool): readonly number[] => [pool]);
  return (asked) => {
    const { demand, workload } = asked;
    const sieve = sieveFor(asked.tests);
    const { pass, passing, count } = sieve;
    const room = roomFor(demand, pass);
    const special = workload.pod.spread.length > 0 || workload.pod.podAntiAffinity.length > 0;
    const takes = (pool: number): boolean => pass[pool] === 1 && (room[pool] as number) >= 1;
    const places = placesFor(asked, room);
    const small: number[] = [];
    for (let k = 0; k < passing.length; k++) {
      const c = passing[k] as number;
      const all = fleet.clusters[c]?.pools as readonly number[];
      let roomy = 0;
      for (let i = 0; i < all.length; i++) if (takes(all[i] as number)) roomy++;
      // A DaemonSet has a pod on every node that takes it: one node too small, and its pod waits for ever.
      if (roomy === 0 || (workload.perNode && roomy < (count[k] as number))) {
        small.push(c);
        continue;
      }
      const pools =
        roomy === all.length
          ? all
          : roomy === 1
            ? (singles[all.find(takes) as number] as readonly number[])
            : all.filter(takes);
      places.add(c, pools, special ? all.filter((pool) => pass[pool] === 1) : pools);
    }
    return { columns: places.columns(), ruledOut: refusals(asked, sieve, small, fleet), matched: sieve.matched };
  };
}

/** How many pods of a demand an empty node of each pool holds; asked only of those that pass. Nodes of one shape are counted once. */
function roomMaker(fleet: FleetNumbers): (demand: readonly number[], pass: Uint8Array) => Float64Array {
  const known = new Map<string, number>();
  const shapes: (readonly number[])[] = [];
  const shapeOf = Int32Array.from(fleet.pools, ({ shape }) => {
    const key = shape.join();
    const index = known.get(key) ?? shapes.push(shape) - 1;
    known.set(key, index);
    return index;
  });
  return (demand, pass) => {
    const room = new Float64Array(shapeOf.length);
    const byShape = new Float64Array(shapes.length).fill(-1);
    for (let pool = 0; pool < room.length; pool++) {
      if (pass[pool] !== 1) continue;
      const shape = shapeOf[pool] as number;
      if ((byShape[shape] as number) < 0) byShape[shape] = fitting(demand, shapes[shape] as readonly number[]);
      room[pool] = byShape[shape] as number;
    }
    return room;
  };
}

/** What rules clusters out: one entry for all that fail the same tests, and one for each whose nodes lack room or are not there. */
function refusals(
  { index, run, tests }: Asked,
  sieve: Sieve,
  small: readonly number[],
  fleet: FleetNumbers,
): readonly RuledOut[] {
  const tooLarge: Because = {
    text: `${shortName(run.workload)} needs ${demandInWords(run.demand)}`,
    span: run.reservations[0]?.span ?? run.spreading.span,
    kind: "intent",
  };
  const words = (fails: readonly number[]): readonly Because[] => fails.flatMap((t) => tests[t]?.because ?? []);
  const fact = (cluster: number): Because => fleet.facts[cluster] as Because;
  return [
    ...sieve.refused.map(({ fails, clusters }) => ({ workload: index, clusters, because: words(fails) })),
    ...small.map((c) => ({
      workload: index,
      clusters: [c],
      because: [...words(sieve.failing(c)), tooLarge, fact(c)],
    })),
    ...sieve.empty.map((c) => ({ workload: index, clusters: [c], because: [...words(sieve.failing(c)), fact(c)] })),
  ];
}
