// What nodes say while a placement is searched for is believed by the judge: it must not say yes where the judge alone would say no.
import { describe, expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { newJudge } from "../../planner/nodes/judge.ts";
import { newTruth } from "../../planner/nodes/truth.ts";
import { columnsOf } from "../../planner/columns.ts";
import { randomIr } from "./random-ir.ts";

describe("what nodes say on the way", () => {
  it("is no more than the judge says by itself", () => {
    let yes = 0;
    let no = 0;
    let picky = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { ir, before } = randomIr(seed);
      const { value: problem } = buildProblem(ir, before);
      const truth = newTruth(ir, problem);
      const judge = newJudge(ir, problem, 20_000);
      problem.clusters.forEach((_, cluster) => {
        if (!truth.asks(cluster)) return;
        // Two of everything that may be here, or one copy of it.
        const load = new Map<number, number>();
        const placement = problem.workloads.map((workload, w) => {
          const columns = columnsOf(workload);
          const { counting } = workload;
          return Array.from(columns.cluster, (at, i) => {
            if (at !== cluster) return 0;
            const most = columns.most[i] as number;
            const size = counting.kind === "divided" ? Math.min(2, most) : counting.size;
            load.set(w, size);
            return size;
          });
        });
        if (load.size === 0) return;
        const own = [...load.keys()].map((w) => ir.workloads[w]);
        if (own.some((w) => w?.perNode && w.pod.podAffinity.length > 0)) picky++;
        const { impossible } = judge(placement);
        if (impossible.length > 0) no++;
        if (!truth.surely(cluster, load)) return;
        yes++;
        expect(impossible, `seed ${seed}`).toEqual([]);
      });
    }
    expect(Math.min(yes, no, picky)).toBeGreaterThan(5);
  });
});
