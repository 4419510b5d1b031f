// Pods counted by place: what the scheduler's filters ask of a topology domain, kept up to date pod by pod. It must not know filters.
import type { BoardNode } from "./board.ts";

const HOSTNAME = "kubernetes.io/hostname";

/** The places of nodes under one topology key. */
export interface Domains {
  readonly size: number;
  /** By node: its domain, or −1 when it lacks the key. */
  readonly of: Int32Array;
}

export function domainsOf(key: string, nodes: readonly BoardNode[]): Domains {
  if (key === HOSTNAME) return { size: nodes.length, of: Int32Array.from(nodes, (_, node) => node) };
  const known = new Map<string, number>();
  const of = Int32Array.from(nodes, ({ labels }) => {
    const value = labels[key];
    if (value === undefined) return -1;
    const domain = known.get(value) ?? known.size;
    known.set(value, domain);
    return domain;
  });
  return { size: known.size, of };
}

/** How many pods of some kinds are in each domain. */
export interface Tally {
  readonly add: (node: number, count: number) => void;
  /** In the domain of a node; 0 where it has none. */
  readonly at: (node: number) => number;
  /** On all nodes, those without the key too. */
  readonly total: () => number;
}

export function newTally({ size, of }: Domains): Tally {
  const counts = new Int32Array(size);
  let total = 0;
  return {
    add: (node, count) => {
      total += count;
      const domain = of[node] as number;
      if (domain >= 0) counts[domain] = (counts[domain] as number) + count;
    },
    at: (node) => {
      const domain = of[node] as number;
      return domain < 0 ? 0 : (counts[domain] as number);
    },
    total: () => total,
  };
}

export interface LeastTally extends Tally {
  /** The fewest in any of the domains that count; undefined when there are none. */
  readonly least: () => number | undefined;
}

/** A tally that knows its least: how many domains have so many pods is kept, so that the least only moves by steps. */
export function newLeastTally(domains: Domains, counted: readonly number[]): LeastTally {
  const tally = newTally(domains);
  const counts = new Int32Array(domains.size);
  const counting = new Set(counted);
  const withSoMany: number[] = [counted.length];
  let least = 0;
  return {
    ...tally,
    add: (node, count) => {
      tally.add(node, count);
      const domain = domains.of[node] as number;
      if (domain < 0 || !counting.has(domain) || count === 0) return;
      const [before, now] = [counts[domain] as number, (counts[domain] as number) + count];
      counts[domain] = now;
      withSoMany[before] = (withSoMany[before] ?? 0) - 1;
      while (withSoMany.length <= now) withSoMany.push(0);
      withSoMany[now] = (withSoMany[now] as number) + 1;
      if (now < least) least = now;
      while (withSoMany[least] === 0) least++;
    },
    least: () => (counted.length === 0 ? undefined : least),
  };
}
