// The smallest conflicting part of a set of constraints: QuickXplain (U. Junker, AAAI 2004), about k·log(n/k) questions for a conflict of
// k out of n. It must not know what the constraints are.

/**
 * A minimal subset of `all` that is impossible together: without any one of its members it is possible. `possible` answers for a subset;
 * undefined means that it does not know, and then the subset counts as possible, so that the answer may be larger but never wrong. Undefined
 * when all together are possible. Earlier members are kept rather than later ones.
 */
export async function minimalConflict<T>(
  all: readonly T[],
  possible: (subset: readonly T[]) => Promise<boolean | undefined>,
): Promise<readonly T[] | undefined> {
  if ((await possible(all)) !== false) return undefined;
  if (all.length === 0) return [];
  return divide([], [], all);

  async function divide(background: readonly T[], added: readonly T[], rest: readonly T[]): Promise<readonly T[]> {
    if (added.length > 0 && (await possible(background)) === false) return [];
    if (rest.length === 1) return rest;
    const middle = Math.ceil(rest.length / 2);
    const [first, second] = [rest.slice(0, middle), rest.slice(middle)];
    const ofSecond = await divide([...background, ...first], first, second);
    const ofFirst = await divide([...background, ...ofSecond], ofSecond, first);
    return [...ofFirst, ...ofSecond];
  }
}
