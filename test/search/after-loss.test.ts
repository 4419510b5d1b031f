// What a loss makes others do: who is to be near what comes back follows it, and what holds by itself stays where it is.
import { expect, it } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { buildProblem } from "../../planner/build/index.ts";
import { newAfterLoss } from "../../planner/search/index.ts";

const names = ["c1", "c2", "c3", "c4"];

/** `target` ran on c1 and comes back on c3; `follower` ran near it, on c2, and may run on c4, which is near c3. */
function afterLosing(lost: string, followers: string, cpu: number) {
  const site = (name: string): string =>
    `cluster ${name} { nodes n x1 { cpu ${name === "c4" ? cpu : 8} memory 32Gi } }`;
  const text = `${names.map(site).join("\n")}
link c1 <-> c2 3ms
link c2 <-> c3 40ms
link c3 <-> c4 3ms
app a {
  workload target { image "registry.example/t:1" cpu 1 memory 1Gi }
  workload follower { image "registry.example/f:1" cpu 1 memory 1Gi }
}
run target x1 on c1, c3
run follower ${followers} on c2, c4 near target within 5ms
`;
  const { value: ir, diagnostics } = compile(["main.intent"], memoryHost({ "main.intent": text }));
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const { value: problem } = buildProblem(ir, {});
  const many = Number(followers.slice(1));
  const placed: Record<string, Record<string, number>> = { "a/target": { c1: 1 }, "a/follower": { c2: many } };
  const nameOf = (cluster: number): string => problem.clusters[cluster]?.name ?? "";
  const placement = problem.workloads.map(({ id, candidates }) =>
    candidates.map(({ cluster }) => placed[id]?.[nameOf(cluster)] ?? 0),
  );
  const recover = newAfterLoss(ir, problem, placement);
  const at = problem.clusters.findIndex(({ name }) => name === lost);
  const found = recover?.(new Set([at]), () => 0);
  const where = problem.workloads.map(({ id, candidates }, w) => [
    id,
    candidates.flatMap(({ cluster }, i) => ((found?.placement[w]?.[i] ?? 0) > 0 ? [nameOf(cluster)] : [])),
  ]);
  return { where: Object.fromEntries(where), homeless: found?.homeless.size, broken: found?.broken.length };
}

it("who is to be near what comes back follows it", () => {
  const where = { "a/target": ["c3"], "a/follower": ["c4"] };
  expect(afterLosing("c1", "x3", 8)).toEqual({ where, homeless: 0, broken: 0 });
});

it("where there is too little room to follow, what was found stays and is said to break a rule", () => {
  const where = { "a/target": ["c3"], "a/follower": ["c2"] };
  expect(afterLosing("c1", "x3", 2)).toEqual({ where, homeless: 0, broken: 1 });
});
