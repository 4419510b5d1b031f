// Workloads that rules tie together, decided family by family by the exact solvers, on the candidates that look best and then on all. It
// must not know rules one by one.
import { decideAgain } from "./exact-part.ts";
import type { SearchGround } from "./search.ts";
import type { State } from "./state.ts";

/** Candidates of each member at first, and milliseconds for one family. */
const FEW = 8;
/** Candidates of a whole family at most. */
const COLUMNS = 3_000;
const PATIENCE = 5_000;

/** Places one family that does not stand; false when it finds no place. */
export async function decideFamily(
  ground: SearchGround,
  state: State,
  ranked: Int32Array,
  family: readonly number[],
): Promise<boolean> {
  for (const width of [FEW, Math.max(FEW, Math.floor(COLUMNS / family.length))]) {
    if (ground.over()) return false;
    if (await again(ground, state, ranked, family, width, true)) return true;
  }
  return false;
}

/** Decides every family once more, beside all that stands by now; true when one got better. */
export async function improveFamilies(ground: SearchGround, state: State, ranked: Int32Array): Promise<boolean> {
  let better = false;
  // What comes back after a loss speaks of where survivors are: they stay.
  const stays = (w: number): boolean => ground.keeping?.survives(w) === true;
  for (const family of familiesOf(ground))
    if (!ground.over() && !family.some(stays) && (await again(ground, state, ranked, family, FEW, false)))
      better = true;
  return better;
}

function familiesOf({ compact, keeps }: SearchGround): readonly (readonly number[])[] {
  const seen = new Set<readonly number[]>();
  for (let w = 0; w < compact.workloads; w++) if (keeps.ruled(w)) seen.add(keeps.family(w));
  return [...seen];
}

function again(
  { compact, options, learnt, doors }: SearchGround,
  state: State,
  ranked: Int32Array,
  family: readonly number[],
  width: number,
  force: boolean,
): Promise<boolean> {
  const allowed = new Map(
    family.map((w) => {
      const first = compact.candidateStart[w] as number;
      const last = Math.min(compact.candidateStart[w + 1] as number, first + width);
      const open = [...ranked.subarray(first, last)].filter((c) => doors?.closed[compact.cluster[c] as number] !== 1);
      return [w, new Set(open.map((c) => c - first))];
    }),
  );
  const may = (w: number, candidate: number): boolean => allowed.get(w)?.has(candidate) === true;
  const timeLimit = Math.min(options.timeLimit, PATIENCE);
  return decideAgain(state, learnt, options, { workloads: family, may, force, timeLimit });
}
