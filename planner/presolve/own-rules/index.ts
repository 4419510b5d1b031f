// Whether rules of workloads contradict each other whatever room there is: each group that rules tie is tried out alone, by where something is and
// where nothing, which takes no solver. It must not know demands, nodes or objectives.
import type { Problem, Rule } from "../../problem.ts";
import { speaksOf } from "../components.ts";
import { NOT, OPEN, THERE } from "./counts.ts";
import { newPresence, type Member, type Presence } from "./presence.ts";

/** Candidates that are looked at for one group, and for all of them: beyond, nothing is said. */
const ONE = 400_000;
const ALL = 20_000_000;
/** Milliseconds for each of them. */
export const LOOK = 1e-5;

/** What trying out found: a proof that no placement keeps the rules of one group, or nothing. */
export interface TriedOut {
  readonly impossible: boolean;
  readonly looked: number;
}

/** Tries each group of workloads that rules tie; `impossible` is a proof. Rules that concern room (cuts, what is optional) are left aside. */
export function contradicts(problem: Problem): TriedOut {
  let looked = 0;
  for (const { workloads, rules } of groupsOf(problem)) {
    const presence = newPresence(problem, workloads, rules);
    const verdict = presence.begin() ? tryOut(presence, ONE) : "impossible";
    looked += presence.looked();
    if (verdict === "impossible") return { impossible: true, looked };
    if (looked > ALL) break;
  }
  return { impossible: false, looked };
}

/** Branch by branch: what is still owed, the one with the fewest ways first. */
function tryOut(presence: Presence, most: number): "possible" | "impossible" | "unknown" {
  /** Each level says that something is there; when that fails it is said not to be. */
  const levels: { readonly mark: number; readonly w: number; readonly i: number }[] = [];
  for (;;) {
    if (presence.looked() > most) return "unknown";
    const owed = nextOwed(presence);
    if (owed === undefined) return "possible";
    levels.push({ ...owed, mark: presence.mark() });
    let whole = presence.say(owed.w, owed.i, THERE);
    while (!whole) {
      const last = levels.pop();
      if (last === undefined) return "impossible";
      presence.undo(last.mark);
      whole = presence.say(last.w, last.i, NOT);
    }
  }
}

interface Literal {
  readonly w: number;
  readonly i: number;
}

/** Of all that is still owed (a place, someone near), a way to pay what has the fewest; undefined when nothing is. */
function nextOwed({ workloads, nears }: Presence): Literal | undefined {
  let best: Literal | undefined;
  let fewest = Infinity;
  for (const { from, of, reach } of nears) {
    const { state, cluster } = workloads[from] as Member;
    state.forEach((own, i) => {
      if (own !== THERE || fewest <= 1) return;
      let first: Literal | undefined;
      let ways = 0;
      for (const w of of) {
        const { at, state: their } = workloads[w] as Member;
        for (const c of reach[cluster[i] as number] ?? []) {
          const k = at[c] as number;
          if (k < 0) continue;
          if (their[k] === THERE) return;
          if (their[k] === OPEN && ways++ === 0) first = { w, i: k };
        }
      }
      if (ways < fewest) [fewest, best] = [ways, first];
    });
  }
  workloads.forEach((member, w) => {
    const { state, counts } = member;
    if (fewest <= 1 || counts?.enough(state, false) !== false) return;
    const ways = state.reduce((sum, own) => sum + (own === OPEN ? 1 : 0), 0);
    if (ways < fewest) [fewest, best] = [ways, { w, i: emptiest(member) }];
  });
  return best;
}

/** The open candidate in the places where least is, those with the most room first. */
function emptiest({ state, counts }: Member): number {
  const crowds = (counts?.places ?? []).map((of) => {
    const there = new Map<number, number>();
    state.forEach((own, i) => own === THERE && there.set(of[i] as number, 1 + (there.get(of[i] as number) ?? 0)));
    return (i: number): number => there.get(of[i] as number) ?? 0;
  });
  const crowd = (i: number): number => crowds.reduce((sum, at) => sum + at(i), 0);
  let [best, least, most] = [-1, Infinity, -1];
  state.forEach((own, i) => {
    if (own !== OPEN) return;
    const [there, room] = [crowd(i), counts?.room[i] as number];
    if (there < least || (there === least && room > most)) [best, least, most] = [i, there, room];
  });
  return best;
}

/** Workloads that rules tie, with those rules; what room decides is not among them. */
function groupsOf(
  problem: Problem,
): readonly { readonly workloads: readonly number[]; readonly rules: readonly Rule[] }[] {
  const leader = Int32Array.from(problem.workloads, (_, w) => w);
  const find = (w: number): number => {
    let at = w;
    while (leader[at] !== at) at = leader[at] = leader[leader[at] as number] as number;
    return at;
  };
  const spoken = problem.rules.filter((rule) => rule.kind !== "cut" && rule.kind !== "choices");
  for (const rule of spoken) {
    const [first, ...others] = speaksOf(rule).map(find);
    for (const other of others) leader[other] = first as number;
  }
  const rules = Map.groupBy(spoken, (rule) => find(speaksOf(rule)[0] as number));
  const workloads = Map.groupBy(problem.workloads.keys(), find);
  return [...rules].map(([at, own]) => ({ workloads: workloads.get(at) as number[], rules: own }));
}
