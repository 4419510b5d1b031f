// The steps towards the linear optimum, by themselves: how far they go.
import { describe, expect, it } from "vitest";
import { stepClock } from "../../planner/clock.ts";
import { arcsOf } from "../../planner/search/arcs.ts";
import { ascend } from "../../planner/search/bound.ts";
import { compactOf } from "../../planner/search/compact.ts";
import { primalDual } from "../../planner/search/primal-dual.ts";
import { summed, weigh } from "../../planner/search/weigh.ts";
import { tight } from "./tight.ts";

const stopped = (): boolean => false;
const [ITERATIONS, PHASES] = [480, 6];

describe("the linear optimum, nearly", () => {
  it("is looked for in all iterations where no column is left out", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const compact = compactOf(tight(seed));
      const weighed = weigh(compact);
      const arcs = arcsOf(compact, summed(compact, weighed, weighed.terms.length));
      const now = stepClock();
      const from = ascend(compact, arcs, { steps: 5, upper: 1_000, stopped });
      const asked = { iterations: ITERATIONS, phases: PHASES, enough: -1, from, now, stopped };
      primalDual(compact, arcs, asked);
      // What one iteration costs, told by a single one.
      const one = stepClock();
      primalDual(compact, arcs, { ...asked, iterations: 1, phases: 1, now: one });
      expect(now() / one(), `seed ${seed}`).toBeCloseTo(ITERATIONS, 6);
    }
  });
});
