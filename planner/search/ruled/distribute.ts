// The best way to distribute one workload over what is offered, by itself: cheapest first within its own promises. It must not know where
// offers come from, or other workloads.
import type { Own } from "./bonds.ts";

/** Room on a candidate at a price. A candidate may make several offers, each dearer than the one before. */
export interface Offer {
  /** Index among the candidates of its workload. */
  readonly at: number;
  /** Whole steps of replicas. */
  readonly room: number;
  /** Of one replica. */
  readonly key: number;
}

export interface Wanted {
  /** Replicas of one step, and of all. */
  readonly size: number;
  readonly total: number;
  /** How many candidates there are. */
  readonly candidates: number;
  readonly own: readonly Own[];
  /** A candidate that must have some, or −1. */
  readonly anchor: number;
}

type Spread = Extract<Own, { readonly kind: "spread" }>;

/**
 * Replicas by candidate, or undefined where none is found: where there is one promise of each kind at most that is none.
 *
 * @param offers the cheapest first
 */
export function distribute(offers: readonly Offer[], wanted: Wanted): Int32Array | undefined {
  const even = wanted.own.filter(
    (own): own is Spread => own.kind === "spread" && own.max === undefined && own.groups > 1,
  );
  const few = wanted.own.find((own) => own.kind === "clusters");
  const shares = wanted.own.find((own) => own.kind === "shares");
  const [first, ...others] = even;
  if (others.length > 0 || [first, few, shares].filter(Boolean).length > 1) return undefined;
  if (first !== undefined) return evenly(offers, wanted, first);
  if (few !== undefined) return onFew(offers, wanted, few.many);
  if (shares !== undefined) return shared(offers, wanted, shares);
  const filling = newFilling(offers, wanted);
  if (!filling.anchored()) return undefined;
  return filling.put(wanted.total - (wanted.anchor < 0 ? 0 : wanted.size), () => true) ? filling.counts : undefined;
}

interface Filling {
  readonly counts: Int32Array;
  /** Puts replicas on the cheapest offers of some candidates; false when not all find room. */
  readonly put: (replicas: number, where: (at: number) => boolean) => boolean;
  /** Puts one step on the candidate that must have some. */
  readonly anchored: () => boolean;
}

function newFilling(offers: readonly Offer[], { size, candidates, own, anchor }: Wanted): Filling {
  const counts = new Int32Array(candidates);
  const left = offers.map(({ room }) => room);
  const limits = own
    .filter((promise) => promise.kind === "spread" && promise.max !== undefined)
    .map((promise) => {
      const { groupOf, groups, max } = promise as Spread;
      return { groupOf, open: new Float64Array(groups).fill(max ?? Infinity) };
    });
  const put = (replicas: number, where: (at: number) => boolean): boolean => {
    let open = replicas;
    for (let k = 0; k < offers.length && open > 0; k++) {
      const { at } = offers[k] as Offer;
      let many = Math.min(open, left[k] as number);
      if (many <= 0 || !where(at)) continue;
      for (const { groupOf, open: most } of limits) {
        const group = groupOf[at] as number;
        if (group >= 0 && (most[group] as number) < many) many = most[group] as number;
      }
      many = Math.floor(many / size) * size;
      if (many <= 0) continue;
      for (const { groupOf, open: most } of limits) {
        const group = groupOf[at] as number;
        if (group >= 0) most[group] = (most[group] as number) - many;
      }
      left[k] = (left[k] as number) - many;
      counts[at] = (counts[at] as number) + many;
      open -= many;
    }
    return open === 0;
  };
  return { counts, put, anchored: () => anchor < 0 || put(size, (at) => at === anchor) };
}

/** Counts that differ by at most one step: all groups have the base, those where one more costs least have that too. */
function evenly(offers: readonly Offer[], wanted: Wanted, { groupOf, groups }: Spread): Int32Array | undefined {
  const { size, anchor } = wanted;
  const steps = wanted.total / size;
  const base = Math.floor(steps / groups);
  const more = steps - base * groups;
  const room = new Float64Array(groups);
  const last = new Float64Array(groups).fill(Infinity);
  for (const offer of offers) {
    const group = groupOf[offer.at] as number;
    if (group < 0) continue;
    const before = room[group] as number;
    room[group] = before + Math.floor(offer.room / size);
    if (before <= base && room[group] > base) last[group] = offer.key;
  }
  const home = anchor < 0 ? -1 : (groupOf[anchor] as number);
  const quota = new Int32Array(groups).fill(base);
  for (let g = 0; g < groups; g++) if ((room[g] as number) < base) return undefined;
  const order = [...quota.keys()].filter((g) => last[g] !== Infinity);
  order.sort((a, b) => Number(b === home) - Number(a === home) || (last[a] as number) - (last[b] as number) || a - b);
  if (order.length < more) return undefined;
  for (const g of order.slice(0, more)) quota[g] = base + 1;
  const filling = newFilling(offers, wanted);
  if (anchor >= 0 && (home < 0 || quota[home] === 0 || !filling.anchored())) return undefined;
  for (let g = 0; g < groups; g++) {
    const open = (quota[g] as number) * size - (g === home ? size : 0);
    if (open > 0 && !filling.put(open, (at) => groupOf[at] === g)) return undefined;
  }
  return filling.counts;
}

/** At least one on each of so many candidates and none elsewhere: the cheapest that have room, or one for nearly all and the cheapest. */
function onFew(offers: readonly Offer[], wanted: Wanted, many: number): Int32Array | undefined {
  const room = new Float64Array(wanted.candidates);
  const byPrice: number[] = [];
  for (const { at, room: more } of offers) {
    if (room[at] === 0 && more > 0) byPrice.push(at);
    room[at] = (room[at] as number) + more;
  }
  const { anchor, total } = wanted;
  if (byPrice.length < many || total < many || (anchor >= 0 && room[anchor] === 0)) return undefined;
  if (anchor >= 0) byPrice.unshift(...byPrice.splice(byPrice.indexOf(anchor), 1));
  let best: { readonly counts: Int32Array; readonly cost: number } | undefined;
  for (const chosen of [roomy(byPrice, room, many, total, anchor), bulky(byPrice, room, many, total)]) {
    if (chosen === undefined) continue;
    const filling = newFilling(offers, wanted);
    const inside = new Set(chosen);
    const good =
      chosen.every((at) => filling.put(1, (other) => other === at)) &&
      filling.put(total - many, (at) => inside.has(at));
    const cost = good ? priceOf(offers, filling.counts) : Infinity;
    if (good && (best === undefined || cost < best.cost)) best = { counts: filling.counts, cost };
  }
  return best?.counts;
}

/** The cheapest, the smallest of them given up for larger ones until there is room. */
function roomy(
  byPrice: readonly number[],
  room: Float64Array,
  many: number,
  total: number,
  anchor: number,
): readonly number[] | undefined {
  const chosen = byPrice.slice(0, many);
  let sum = chosen.reduce((all, at) => all + (room[at] as number), 0);
  for (let next = many; sum < total && next < byPrice.length; next++) {
    const comes = byPrice[next] as number;
    let smallest = -1;
    chosen.forEach((at, k) => {
      if (at !== anchor && (smallest < 0 || (room[at] as number) < (room[chosen[smallest] as number] as number)))
        smallest = k;
    });
    if (smallest < 0) return undefined;
    const gained = (room[comes] as number) - (room[chosen[smallest] as number] as number);
    if (gained <= 0) continue;
    chosen[smallest] = comes;
    sum += gained;
  }
  return sum < total ? undefined : chosen;
}

/** The cheapest that takes nearly all, and the cheapest others. */
function bulky(
  byPrice: readonly number[],
  room: Float64Array,
  many: number,
  total: number,
): readonly number[] | undefined {
  const bulk = byPrice.find((at) => (room[at] as number) >= total - many + 1);
  if (bulk === undefined) return undefined;
  return [...byPrice.filter((at) => at !== bulk).slice(0, many - 1), bulk];
}

/** The whole part of each share or one more, so that all are placed; what has no share takes what is left. */
function shared(
  offers: readonly Offer[],
  wanted: Wanted,
  { weight, total: weights, missing }: Extract<Own, { readonly kind: "shares" }>,
): Int32Array | undefined {
  const exact = (share: number): number => (wanted.total * share) / weights;
  if (wanted.size !== 1 || missing.some((share) => exact(share) >= 1 - 1e-9)) return undefined;
  const filling = newFilling(offers, wanted);
  let open = wanted.total;
  const high = Float64Array.from(weight, (share) => (share === 0 ? Infinity : Math.ceil(exact(share) + 1 - 1e-9) - 1));
  for (const [i, share] of weight.entries()) {
    const low = share === 0 ? 0 : Math.max(0, Math.floor(exact(share) - 1 + 1e-9) + 1);
    if (low === 0) continue;
    if (!filling.put(low, (at) => at === i)) return undefined;
    open -= low;
  }
  for (const { at } of offers) {
    const one = (high[at] as number) - (filling.counts[at] as number);
    const many = Math.min(open, one);
    for (let k = 0; k < many && filling.put(1, (other) => other === at); k++) open--;
    if (open <= 0) break;
  }
  const anchored = wanted.anchor < 0 || (filling.counts[wanted.anchor] as number) > 0;
  return open === 0 && anchored ? filling.counts : undefined;
}

/** What a distribution costs, filled from the cheapest offers of each candidate. */
function priceOf(offers: readonly Offer[], counts: Int32Array): number {
  const left = Int32Array.from(counts);
  let sum = 0;
  for (const { at, room, key } of offers) {
    const many = Math.min(room, left[at] as number);
    left[at] = (left[at] as number) - many;
    sum += many * key;
  }
  return sum;
}
