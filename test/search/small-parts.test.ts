// Small models, where an exact solver comes first: what it does not prove soon is searched too, and the other way round. Answers of all ways agree.
import { describe, expect, test } from "vitest";
import { compile, memoryHost, type Ir } from "../../compiler/index.ts";
import { place, type PlaceOutcome } from "../../planner/index.ts";
import { choicesOf, valuesOf } from "../../planner/presolve/index.ts";
import { intentFleet } from "../bench/instances/intent-fleet.ts";
import { dice } from "../oracles/dice.ts";

function compiled(text: string): Ir {
  const { value, diagnostics } = compile(["main.intent"], memoryHost({ "main.intent": text }), { set: {} });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return value;
}

const planned = (ir: Ir, solver: string, budget: number): Promise<PlaceOutcome> =>
  place(ir, {}, { gap: 0, timeLimit: Infinity, budget, seed: 1, solver, now: () => 0, stopped: () => false });

interface Shape {
  readonly clusters: number;
  readonly workloads: number;
  readonly copies: number;
  readonly seed: number;
  /** Whether workloads have first choices. */
  readonly choosy: boolean;
  readonly minimize: string;
}

/** Clusters of one node each, 6 % of which would stay free were all spread evenly; a third of the room more where workloads are choosy. */
function program({ clusters, workloads, copies, seed, choosy, minimize }: Shape): string {
  const { between, chance, shuffle } = dice(seed);
  const all = Array.from({ length: workloads }, () => ({
    cpu: between(500, 8_000),
    memory: between(500, 15_500),
    many: between(1, copies),
  }));
  const asked = (of: "cpu" | "memory"): number => all.reduce((sum, own) => sum + own.many * own[of], 0);
  const each = (of: "cpu" | "memory"): number => Math.ceil(((choosy ? 1.4 : 1.06) * asked(of)) / clusters);
  const names = Array.from({ length: clusters }, (_, c) => `c${c}`);
  const places = (): string => {
    if (!choosy || !chance(0.5)) return "";
    const [a, b, ...rest] = shuffle(names);
    return ` on ${a}, ${b} then ${rest.join(", ")}`;
  };
  return [
    ...names.map(
      (name) =>
        `cluster ${name} { cost cpu 0.0${between(20, 79)}, memory 0.00${between(20, 79)} nodes all x1 { cpu ${each("cpu")}m memory ${each("memory")}Mi } }`,
    ),
    "app shop {",
    ...all.map((own, w) => `  workload w${w} { image "registry.example/w:1" cpu ${own.cpu}m memory ${own.memory}Mi }`),
    "}",
    ...all.map((own, w) => `run w${w} x${own.many}${places()}`),
    `minimize ${minimize}`,
    "",
  ].join("\n");
}

const worth = ({ problem, placement, objective }: PlaceOutcome): readonly (readonly [string, number])[] => [
  ...(placement === undefined ? [] : choicesOf(problem, placement).map((count) => ["then", count] as const)),
  ...objective.map(({ name, value }) => [name, value] as const),
];

describe("a small model", () => {
  test("that is not proven soon is searched too", { timeout: 300_000 }, async () => {
    const shape = { clusters: 8, workloads: 36, copies: 3, seed: 1, choosy: false, minimize: "cost" };
    const ir = compiled(program(shape));
    const [both, exact] = [await planned(ir, "auto", 2_000), await planned(ir, "highs", 2_000)];
    const [mine, alone] = [both, exact].map(({ objective }) => objective.find(({ name }) => name === "cost"));
    expect(both.solver).toContain("search");
    expect(exact.status).toBe("feasible");
    // Half of what an exact solver leaves open, at least, in the same steps.
    const open = (of: typeof mine): number => ((of?.value ?? Infinity) - (alone?.bound ?? 0)) / (alone?.bound ?? 1);
    expect(open(mine)).toBeLessThan(open(alone) / 2);
    expect(mine?.bound).toBeLessThanOrEqual(mine?.value ?? 0);
  });

  test.each([3, 5, 6])(
    "of first choices and few clusters is proven where the search comes first, program %i",
    { timeout: 300_000 },
    async (seed) => {
      const shape = { clusters: 5, workloads: 9, copies: 4, seed, choosy: true, minimize: "clusters, cost" };
      const ir = compiled(program(shape));
      const [exact, searched] = [await planned(ir, "highs", 20_000), await planned(ir, "search", 20_000)];
      expect(exact.status).toBe("optimal");
      expect(searched.status).toBe("optimal");
      expect(worth(searched).map(([name]) => name)).toEqual(worth(exact).map(([name]) => name));
      worth(exact).forEach(([, value], t) => expect(worth(searched)[t]?.[1]).toBeCloseTo(value, 6));
    },
  );
});

test("an answer that was stopped before its last terms is worth what is said of it", async () => {
  // Latency is asked last, and of a model whose columns only a solve for it would make tight.
  const size = { clusters: 20, workloads: 40, seed: 10, replicas: 40, nodes: "many" } as const;
  const ir = compiled(intentFleet(size, new Set(["near-wish", "copies", "imbalance"])));
  const options = { gap: 0.02, timeLimit: Infinity, budget: 10_000, seed: 1, solver: "auto", stopped: () => false };
  const { placement, objective, problem } = await place(ir, {}, { ...options, now: () => 0 });
  const worth = valuesOf(problem, placement ?? []);
  objective.forEach(({ name, value }, t) => expect([name, value]).toEqual([name, expect.closeTo(worth[t] ?? 0, 6)]));
  expect(objective.map(({ name }) => name)).toContain("latency");
});
