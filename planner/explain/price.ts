// The price of each intent: what every objective would gain without it. It must not know how prices are shown.
import type { Ir } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { place } from "../place.ts";
import { intentsOf, withOnly, type Intent } from "./intents.ts";
import type { Explained, WhyOptions } from "./why.ts";

/** What one intent costs. `gains` has the first objective that would get better, and what the others then do, in the plan's order. */
export interface IntentPrice {
  readonly text: string;
  readonly span: Span;
  /** Only objectives that change: positive is better without the intent. */
  readonly gains: readonly { readonly name: string; readonly gain: number }[];
}

/** What was found in the time that there was. */
export interface IntentPrices {
  readonly prices: readonly IntentPrice[];
  /** Intents of which it was not found out, or not proven, what they cost. */
  readonly unpriced: number;
}

/** How long all prices together may take unless told, in the caller's milliseconds. */
const BUDGET = 4000;

/**
 * Plans the program again without each intent but `run` itself, in the program's order, as long as there is time. An intent that costs
 * nothing has no entry.
 */
export async function priceOfIntents(
  ir: Ir,
  before: PlacedReplicas,
  outcome: Explained,
  now: () => number,
  { budget = BUDGET, without = [], first }: WhyOptions = {},
): Promise<IntentPrices> {
  const until = now() + budget;
  const intents = intentsOf(ir, before);
  const all = intents.map(({ key }) => key);
  const prices: IntentPrice[] = [];
  let unpriced = 0;
  const speaks = ({ workloads }: Intent): number => (first !== undefined && workloads.includes(first) ? 0 : 1);
  for (const { key, kind, text, span } of intents.toSorted((a, b) => speaks(a) - speaks(b))) {
    if (kind === "run") continue;
    if (now() >= until) {
      unpriced++;
      continue;
    }
    const timeLimit = until - now();
    const options = { gap: 0, timeLimit, seed: 1, solver: "auto", now, stopped: () => now() >= until, without };
    const free = await place(withOnly(ir, new Set(all.filter((other) => other !== key))), before, options);
    if (free.status !== "optimal") {
      unpriced++;
      continue;
    }
    const gains = outcome.objective.flatMap(({ name, value }, t) => {
      const gain = value - (free.objective[t]?.value ?? value);
      return Math.abs(gain) <= 1e-6 * Math.max(1, Math.abs(value)) ? [] : [{ name, gain }];
    });
    if ((gains[0]?.gain ?? 0) > 0) prices.push({ text, span, gains });
  }
  return { prices, unpriced };
}
