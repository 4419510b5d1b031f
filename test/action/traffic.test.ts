// Generated policies against the meaning of the sentences they came from, connection by connection, on random programs; judged by our
// evaluator and by a second one that shares no code with it.
import { expect, test } from "vitest";
import { reachability, type ReachEnd } from "../../planner/action/index.ts";
import { expectedOf, explain, refusals } from "../oracles/traffic-answers.ts";
import { trafficCases } from "../oracles/traffic-cases.ts";
import { meaningOf, type End } from "../oracles/traffic-meaning.ts";
import { passes } from "../oracles/traffic-policies.ts";

/** The kubernetes tests judge 2,000; these are the first of them, so that whoever changes the generator learns in seconds. */
const PROGRAMS = 600;
const ATTEMPTS = 60;

test("policies let through what the sentences mean, and nothing else", { timeout: 300_000 }, () => {
  const [wrong, codes]: [string[], string[]] = [[], []];
  const seen = { cases: 0, yes: 0, no: 0, refused: 0, policies: 0 };
  for (const cases of trafficCases(1, PROGRAMS, ATTEMPTS)) {
    for (const c of cases) {
      const refused = refusals(c);
      if (refused.length > 0) {
        seen.refused += 1;
        codes.push(...refused);
        continue;
      }
      seen.cases += 1;
      seen.policies += c.policies.length;
      const should = expectedOf(c);
      const ours = reachability(c.objects);
      const { always } = meaningOf(c.scene);
      for (const attempt of c.attempts) {
        const wanted = should(attempt);
        seen[wanted ? "yes" : "no"] += 1;
        const second = always(attempt) || passes(c.policies, attempt);
        const first = ours({
          ...attempt,
          from: reachEnd(attempt.from, c.ends),
          to: reachEnd(attempt.to, c.ends),
        }).allowed;
        if (first !== wanted) wrong.push(`our evaluator: ${explain(c, attempt, wanted)}`);
        if (second !== wanted) wrong.push(`the second evaluator: ${explain(c, attempt, wanted)}`);
      }
    }
    if (wrong.length > 0) break;
  }
  expect(wrong[0]).toBeUndefined();
  expect(new Set(codes)).toEqual(new Set(["action/policy-opens-more"]));
  // The draw is worth nothing if it seldom closes anything, or seldom brings policies of its own.
  expect(seen.no).toBeGreaterThan(seen.yes / 4);
  expect(seen.refused).toBeGreaterThan(10);
  expect(seen.refused).toBeLessThan(seen.cases / 5);
  expect(seen.policies).toBeGreaterThan(seen.cases);
});

/** The same end in our evaluator's words. */
function reachEnd(end: End, ends: readonly End[]): ReachEnd {
  const node = ends.find((e) => e.kind === "address" && e.runs !== undefined);
  const runs = node?.kind === "address" ? (node.runs ?? []) : [];
  if (end.kind === "pod") return { ...end, name: end.id, ...(runs.includes(end.id) ? { node: "node-1" } : {}) };
  return { kind: "address", ip: end.ip, ...(end === node ? { node: "node-1" } : {}) };
}
