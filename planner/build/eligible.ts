// Where each workload may go, and for every other cluster all that rules it out. Written for a million pairs: what workloads have in common
// is asked once, and only what differs by demand is asked again. It must not know counting, rules between workloads, or objectives.
import type { Ir, RunIr } from "../../compiler/index.ts";
import type { CandidateColumns } from "../columns.ts";
import type { Because, RuledOut } from "../problem.ts";
import { placesMaker } from "./candidates.ts";
import type { Asked } from "./candidates.ts";
import type { FleetNumbers } from "./fleet.ts";
import { roomMaker } from "./room.ts";
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
  const roomFor = roomMaker(fleet.pools);
  const sieveFor = sieveMaker(fleet, (cluster) => without.has(fleet.clusters[cluster]?.name as string));
  return (asked) => {
    const { demand, workload } = asked;
    const sieve = sieveFor(asked.tests);
    const { passing } = sieve;
    const room = roomFor(demand);
    const places = placesFor(asked, room);
    const small: number[] = [];
    for (let k = 0; k < passing.length; k++) {
      const open = sieve.open[k] as readonly number[];
      let roomy = 0;
      for (let i = 0; i < open.length; i++) if ((room[open[i] as number] as number) >= 1) roomy++;
      // A DaemonSet has a pod on every node that takes it: one node too small, and its pod waits for ever.
      if (roomy === 0 || (workload.perNode && roomy < open.length)) small.push(passing[k] as number);
      else
        places.add(
          passing[k] as number,
          roomy === open.length ? open : open.filter((pool) => (room[pool] as number) >= 1),
          open,
        );
    }
    return { columns: places.columns(), ruledOut: refusals(asked, sieve, small, fleet), matched: sieve.matched };
  };
}

/** What rules clusters out: one entry for all that fail the same tests, and one for each whose nodes lack room or are not there. */
function refusals(
  { index, run, tests }: Asked,
  sieve: Sieve,
  small: readonly number[],
  fleet: FleetNumbers,
): readonly RuledOut[] {
  const words = (fails: readonly number[]): readonly Because[] => fails.flatMap((t) => tests[t]?.because ?? []);
  const large = small.length === 0 ? [] : [tooLarge(run)];
  const fact = (cluster: number): Because => fleet.facts[cluster] as Because;
  return [
    ...sieve.refused.map(({ fails, clusters }) => ({ workload: index, clusters, because: words(fails) })),
    ...small.map((c) => ({
      workload: index,
      clusters: [c],
      because: [...words(sieve.failing(c)), ...large, fact(c)],
    })),
    ...sieve.empty.map((c) => ({ workload: index, clusters: [c], because: [...words(sieve.failing(c)), fact(c)] })),
  ];
}

const tooLarge = (run: RunIr): Because => ({
  text: `${shortName(run.workload)} needs ${demandInWords(run.demand)}`,
  span: run.reservations[0]?.span ?? run.spreading.span,
  kind: "intent",
});
