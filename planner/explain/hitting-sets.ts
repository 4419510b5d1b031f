// The smallest conflict by hitting sets (Ignatiev and others, CP 2015): every conflict hits each set of intents whose absence makes the rest
// possible; the smallest hitting set that is itself a conflict is the smallest of all. It must not know what the intents mean.
import type { Refutes } from "./conflict.ts";
import { isSpent, type Asking } from "./feasible.ts";
import type { Intent } from "./intents.ts";

/** Beyond this many intents the smallest is not looked for: a minimal one is given. */
const MOST_INTENTS = 48;
const MOST_ROUNDS = 200;

/** A conflict smaller than `known`, or the proof that `known` is the smallest; undefined when neither was reached. */
export async function smallestByHittingSets(
  intents: readonly Intent[],
  known: readonly string[],
  refutes: Refutes,
  asking: Asking,
): Promise<{ readonly keys: readonly string[]; readonly proven: boolean } | undefined> {
  if (known.length <= 1) return { keys: known, proven: true };
  if (intents.length > MOST_INTENTS) return undefined;
  const keys = intents.map(({ key }) => key);
  const corrections: ReadonlySet<string>[] = [];
  for (let round = 0; round < MOST_ROUNDS && !isSpent(asking); round++) {
    const hitting = smallestHittingSet(corrections, known.length);
    if (hitting === undefined || hitting.length >= known.length) return { keys: known, proven: true };
    if (await refutes(hitting)) return { keys: hitting, proven: true };
    corrections.push(await correction(keys, hitting, refutes));
  }
  return undefined;
}

/** What must go so that the rest, with all of `seed`, is possible: intents are added as long as nothing conflicts. */
async function correction(
  keys: readonly string[],
  seed: readonly string[],
  refutes: Refutes,
): Promise<ReadonlySet<string>> {
  const kept = new Set(seed);
  const dropped = new Set<string>();
  for (const key of keys) {
    if (kept.has(key)) continue;
    if (await refutes([...kept, key])) dropped.add(key);
    else kept.add(key);
  }
  return dropped;
}

/** Smallest set below `limit` that shares something with each set: branch on the smallest set that is not yet hit. */
function smallestHittingSet(sets: readonly ReadonlySet<string>[], limit: number): string[] | undefined {
  let best: string[] | undefined;
  const extend = (chosen: readonly string[]): void => {
    if (chosen.length >= (best?.length ?? limit)) return;
    const open = sets.filter((set) => !chosen.some((key) => set.has(key)));
    if (open.length === 0) {
      best = [...chosen];
      return;
    }
    const smallest = open.reduce((a, b) => (b.size < a.size ? b : a));
    for (const key of smallest) extend([...chosen, key]);
  };
  extend([]);
  return best;
}
