// How much more of an objective, in words. It must not know what is compared.
import { formatDuration } from "../../compiler/index.ts";

/** `0.04 more cost`, `12ms more latency`, `1 more move`; or with another word than `more`. */
export function amountOf(term: string, difference: number, word = "more"): string {
  if (term === "latency") return `${formatDuration(Math.round(difference * 1000))} ${word} latency`;
  const value = Number(difference.toPrecision(4));
  const units: Readonly<Record<string, string>> = {
    moves: value === 1 ? "move" : "moves",
    clusters: value === 1 ? "cluster" : "clusters",
    unplaced: "unplaced",
  };
  return `${value} ${word} ${units[term] ?? term}`;
}
