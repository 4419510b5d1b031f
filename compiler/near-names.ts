// Which name was probably meant: the distance of Damerau and Levenshtein, bounded so that a program full of mistakes stays cheap.
// It must not know what the names are of.

/** Proposes the nearest of `candidates`, or undefined when none is near. Ties go to the first in alphabetical order. */
export type Suggest = (name: string, candidates: Iterable<string>) => string | undefined;

/** Comparisons that one compilation spends on proposals: a million unknown names must not cost a million searches. */
const COMPARISONS = 1_000_000;

/** A fresh suggester with its own budget; what it was asked before it remembers only through the budget. */
export function createSuggest(): Suggest {
  let left = COMPARISONS;
  return (name, candidates) => {
    const most = name.length <= 3 ? 1 : name.length <= 7 ? 2 : 3;
    const lower = name.toLowerCase();
    let best: string | undefined;
    let bestDistance = most + 1;
    for (const candidate of candidates) {
      if (left <= 0) break;
      left -= 1;
      if (candidate === name || Math.abs(candidate.length - name.length) > most) continue;
      const d = distance(lower, candidate.toLowerCase(), Math.min(most, bestDistance));
      if (d < bestDistance || (d === bestDistance && best !== undefined && candidate < best)) {
        best = candidate;
        bestDistance = d;
      }
    }
    // A short name that shares nothing with the candidate is a coincidence (`a` for `b`).
    return bestDistance <= most && bestDistance < name.length ? best : undefined;
  };
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment); anything above `most`
 * is answered as `most + 1`. Source: Damerau 1964, Levenshtein 1966; rows of the usual table, cut at the bound.
 */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let smallest = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, (beforeLast[j - 2] ?? 0) + 1);
      row.push(d);
      if (d < smallest) smallest = d;
    }
    if (smallest > most) return most + 1;
    beforeLast = last;
    last = row;
  }
  return Math.min(last[b.length] ?? 0, most + 1);
}
