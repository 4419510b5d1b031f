// The best placements so far that differ. It must not know what makes them good.
export interface Elite {
  /** How many are kept. */
  readonly size: number;
  readonly clear: () => void;
  /** Keeps a copy of a placement that is new and better than the worst; whether it did. */
  readonly keep: (at: Int32Array, worth: number) => boolean;
  readonly weigh: (worth: (at: Int32Array) => number) => void;
  /** Two of them that differ; one twice when there is only one. */
  readonly pick: (random: () => number) => readonly [Int32Array, Int32Array];
}

const SIZE = 20;

export function newElite(): Elite {
  const members: { readonly at: Int32Array; worth: number }[] = [];
  return {
    size: SIZE,
    clear: () => void (members.length = 0),
    keep: (at, worth) => {
      const near = 1e-7 * Math.max(1, Math.abs(worth));
      if (members.some((member) => Math.abs(member.worth - worth) < near && same(member.at, at))) return false;
      if (members.length < SIZE) {
        members.push({ at: at.slice(), worth });
        return true;
      }
      let worst = 0;
      for (let m = 1; m < members.length; m++)
        if ((members[m]?.worth as number) > (members[worst]?.worth as number)) worst = m;
      if (worth >= (members[worst]?.worth as number)) return false;
      members[worst] = { at: at.slice(), worth };
      return true;
    },
    weigh: (worth) => {
      for (const member of members) member.worth = worth(member.at);
    },
    pick: (random) => {
      const a = Math.floor(random() * members.length);
      const b = (a + 1 + Math.floor(random() * Math.max(0, members.length - 1))) % members.length;
      return [members[a]?.at as Int32Array, members[b]?.at as Int32Array];
    },
  };
}

function same(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
