// The first placement of a search: what runs already where most of it does, else the averaged answers of the bound, rounded; then what is
// missing, the hardest first. It must not know how a placement gets better.
import type { Arcs } from "./arcs.ts";
import type { Compact } from "./compact.ts";
import { numbered, select } from "./relaxed.ts";
import type { State } from "./state.ts";

/** Whether most of what is wanted runs already, so that the plan in force is the place to begin. */
export function isWarm({ wanted, step, most, workloads }: Compact, before: Int32Array): boolean {
  let [asked, there] = [0, 0];
  for (let w = 0; w < workloads; w++) asked += (wanted[w] as number) * (step[w] as number);
  for (let c = 0; c < most.length; c++) there += Math.min(before[c] as number, most[c] as number);
  return there * 2 > asked;
}

/** Places what runs already, as far as it is still wanted. */
export function startFromBefore(state: State, before: Int32Array, free: (w: number) => boolean): void {
  for (let c = 0; c < before.length; c++) if ((before[c] as number) > 0) put(state, c, before[c] as number, free);
}

/**
 * Places what the bound placed on average, in whole steps: each workload's whole parts, and what is missing then where the largest parts of a step
 * are. What a candidate takes most of comes first.
 */
export function startFromAverage(
  state: State,
  arcs: Arcs,
  { average }: { readonly average: Float64Array },
  free: (w: number) => boolean,
): void {
  const { compact } = state;
  const share = new Float64Array(compact.most.length);
  arcs.candidate.forEach((c, a) => {
    const size = compact.step[compact.workloadOf[c] as number] as number;
    share[c] = (share[c] as number) + (average[a] as number) / size;
  });
  const steps = new Int32Array(share.length);
  const chosen: number[] = [];
  for (let w = 0; w < compact.workloads; w++) {
    if (!free(w)) continue;
    let [placed, sum] = [0, 0];
    const parts: number[] = [];
    for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++) {
      const whole = Math.floor((share[c] as number) + 1e-6);
      steps[c] = whole;
      placed += whole;
      sum += share[c] as number;
      if ((share[c] as number) - whole > LEAST) parts.push(c);
      if (whole > 0) chosen.push(c);
    }
    const part = (c: number): number => (share[c] as number) - Math.floor((share[c] as number) + 1e-6);
    parts.sort((a, b) => part(b) - part(a) || a - b);
    for (const c of parts.slice(0, Math.max(0, Math.round(sum) - placed))) {
      if (steps[c] === 0) chosen.push(c);
      steps[c] = (steps[c] as number) + 1;
    }
  }
  chosen.sort((a, b) => (share[b] as number) - (share[a] as number) || a - b);
  for (const c of chosen)
    put(state, c, (steps[c] as number) * (compact.step[compact.workloadOf[c] as number] as number), free);
}

/** Parts of a step that are too small to become one. */
const LEAST = 0.02;

function put(state: State, c: number, wish: number, free: (w: number) => boolean): void {
  const { workloadOf, step, wanted } = state.compact;
  const w = workloadOf[c] as number;
  if (!free(w)) return;
  const size = step[w] as number;
  const open = (wanted[w] as number) * size - (state.placed[w] as number);
  const many = Math.floor(state.room(c, Math.min(wish, open)) / size) * size;
  if (many > 0) state.add(c, many);
}

/** Workloads by how much of the room at these prices one step takes, the most first. */
export function hardestFirst(compact: Compact, prices: Float64Array): readonly number[] {
  const weight = new Float64Array(compact.workloads);
  for (let w = 0; w < compact.workloads; w++) {
    let most = 0;
    for (let c = compact.candidateStart[w] as number; c < (compact.candidateStart[w + 1] as number); c++)
      most = Math.max(most, priceOf(compact, prices, c));
    weight[w] = most * (compact.step[w] as number);
  }
  return Array.from({ length: compact.workloads }, (_, w) => w).sort(
    (a, b) => (weight[b] as number) - (weight[a] as number) || a - b,
  );
}

/** What the room of one replica costs on a candidate, on the pool where it costs least. */
export function priceOf(compact: Compact, prices: Float64Array, c: number): number {
  let least = Infinity;
  for (let slot = compact.slotStart[c] as number; slot < (compact.slotStart[c + 1] as number); slot++) {
    let sum = 0;
    for (let e = compact.entryStart[slot] as number; e < (compact.entryStart[slot + 1] as number); e++)
      sum += (prices[compact.entryRow[e] as number] as number) * (compact.entryAmount[e] as number);
    least = Math.min(least, sum);
  }
  return least === Infinity ? 0 : least;
}

/** Places what is missing of each workload where it finds room, on the best of its candidates first. */
export function placeMissing(state: State, ranked: Int32Array): void {
  const { candidateStart, wanted, step, workloads } = state.compact;
  for (let w = 0; w < workloads; w++) {
    const size = step[w] as number;
    let open = (wanted[w] as number) * size - (state.placed[w] as number);
    for (let k = candidateStart[w] as number; k < (candidateStart[w + 1] as number) && open > 0; k++) {
      const many = Math.floor(state.room(ranked[k] as number, open) / size) * size;
      if (many > 0) state.add(ranked[k] as number, many);
      open -= many;
    }
  }
}

/** How many of the candidates of a workload are put in order; the others follow as they come. */
const ORDERED = 32;

/** Candidates of each workload, the cheapest at the prices first. */
export function rankedBy(compact: Compact, cost: Float64Array, prices: Float64Array): Int32Array {
  const key = new Float64Array(cost.length);
  for (let c = 0; c < cost.length; c++) key[c] = (cost[c] as number) + priceOf(compact, prices, c);
  const ranked = numbered(cost.length);
  for (let w = 0; w < compact.workloads; w++) {
    const own = ranked.subarray(compact.candidateStart[w], compact.candidateStart[w + 1]);
    if (own.length > ORDERED) select(own, key, ORDERED);
    own.subarray(0, ORDERED).sort((a, b) => (key[a] as number) - (key[b] as number) || a - b);
  }
  return ranked;
}
