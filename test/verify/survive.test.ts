// Losses that several promises speak of at once, and promises of more losses than one looks at.
import { expect, it } from "vitest";
import { buildProblem } from "../../planner/build/index.ts";
import { place, stepClock } from "../../planner/index.ts";
import { bundlingsOf } from "../../planner/solver/index.ts";
import { verifyPlacement } from "../../planner/verify/index.ts";
import { bringBack } from "../../planner/verify/bring-back.ts";
import { cluster, GiB, irOf, pool, run, span, workload } from "../kit/ir.ts";

const site = (name: string, cpu: number, zone: string, region: string) =>
  cluster(name, [pool("general", 1, { cpu: 1000 * cpu, memory: 16 * GiB })], { labels: { zone, region } });
const survive = (count: number, unit: string) => ({ count, unit, keeping: 1, span: span() });
const a = workload("core/a", { demand: { cpu: 1000 } });
const b = workload("core/b", { demand: { cpu: 1000 } });
const two = { kind: "divided", total: 2 } as const;

it("what two promises speak of where their places cross must fit together", () => {
  // Losing the zone of `both` takes only what survives zones, losing its region only what survives regions, and `spare` has room for
  // either. Losing `both` alone takes one of each.
  const program = (spare: number) =>
    irOf({
      clusters: [
        site("both", 3, "z1", "r1"),
        site("same-zone", 1, "z1", "r2"),
        site("same-region", 1, "z2", "r1"),
        site("spare", spare, "z2", "r2"),
      ],
      workloads: [a, b],
      runs: [
        run(a, { spreading: two, on: [["both", "same-region", "spare"]], survive: survive(1, "zone") }),
        run(b, { spreading: two, on: [["both", "same-zone", "spare"]], survive: survive(1, "region") }),
      ],
    });
  const placed = { "core/a": { both: 1, "same-region": 1 }, "core/b": { both: 1, "same-zone": 1 } };
  const rules = (spare: number) => verifyPlacement(program(spare), {}, placed, {}).map(({ rule }) => rule);
  expect(rules(2)).toEqual([]);
  expect(rules(1)).toEqual(["survive"]);
});

it("says when places are bundled, and only then", async () => {
  const clusters = Array.from({ length: 16 }, (_, c) => site(`c${c}`, 4, `z${c}`, "r"));
  const program = (count: number) =>
    irOf({
      clusters,
      workloads: [a],
      runs: [run(a, { spreading: { kind: "divided", total: 12 }, survive: survive(count, "cluster") })],
    });
  expect(bundlingsOf(buildProblem(program(1), {}).value, 10_000)).toEqual([]);
  expect(bundlingsOf(buildProblem(program(8), {}).value, 10_000)).toMatchObject([
    { count: 8, places: 16, losses: 12_870, bundles: 15 },
  ]);
  const options = {
    gap: 0.2,
    timeLimit: Infinity,
    seed: 1,
    solver: "search",
    budget: 1,
    now: stepClock(),
    stopped: () => true,
  };
  const codes = async (count: number) =>
    (await place(program(count), {}, options)).diagnostics
      .map(({ code }) => code)
      .filter((code) => code.includes("bundled"));
  expect(await codes(1)).toEqual([]);
  expect(await codes(8)).toEqual(["planner/losses-bundled"]);
});

/** What runs at `home`, with one replica of each at `away`, which is full. */
const crowd = (
  sizes: readonly (readonly [cpu: number, count: number, on: readonly string[]])[],
  a: number,
  b: number,
) => {
  const workloads = sizes.map(([cpu], w) => workload(`core/w${w}`, { demand: { cpu: 1000 * cpu } }));
  const away = sizes.reduce((sum, [cpu]) => sum + cpu, 0);
  const program = irOf({
    clusters: [
      site("away", away, "z1", "r"),
      site("home", 200, "z2", "r"),
      site("a", a, "z3", "r"),
      site("b", b, "z4", "r"),
    ],
    workloads,
    runs: workloads.map((own, w) => {
      const [, count, on] = sizes[w] as (typeof sizes)[number];
      const spreading = { kind: "divided", total: count + 1 } as const;
      return run(own, { spreading, on: [["away", "home", ...on]], survive: survive(1, "cluster") });
    }),
  });
  const placed = Object.fromEntries(sizes.map(([, count], w) => [`core/w${w}`, { away: 1, home: count }]));
  return verifyPlacement(program, {}, placed, {}).map(({ message }) => message.replace(/.*, what/, "what"));
};

it("what comes back in another order than it is told in finds its place", () => {
  const small = [1, 20, ["a", "b"]] as const;
  const sizes = [small, small, small, [8, 4, ["a"]] as const];
  expect(crowd(sizes, 40, 52)).toEqual([]);
  expect(crowd(sizes, 40, 51)).toHaveLength(1);
});

it("what comes back finds room on nodes that are packed anew for it", () => {
  // Two nodes of 4 cpu hold 2 and 1: as they are told to stand, a pod of 4 finds no node, and it does where both pods share one.
  const [small, medium, large] = [1, 2, 4].map((cpu) => workload(`core/w${cpu}`, { demand: { cpu: 1000 * cpu } }));
  const place = (name: string, count: number) => cluster(name, [pool("n", count, { cpu: 4000, memory: 16 * GiB })]);
  const program = (nodes: number) =>
    irOf({
      clusters: [place("home", 1), place("away", 1), place("spare", nodes)],
      workloads: [small!, medium!, large!],
      runs: [
        run(small!, { on: [["spare"]] }),
        run(medium!, { on: [["spare"]] }),
        run(large!, { spreading: two, survive: survive(1, "cluster") }),
      ],
    });
  const placed = { "core/w1": { spare: 1 }, "core/w2": { spare: 1 }, "core/w4": { home: 1, away: 1 } };
  const nodes = { spare: { "n/0": { "core/w1": 1 }, "n/1": { "core/w2": 1 } } };
  const rules = (count: number) => verifyPlacement(program(count), {}, placed, { nodes }).map(({ rule }) => rule);
  expect(rules(2)).toEqual([]);
  const one = { spare: { "n/0": { "core/w1": 1, "core/w2": 1 } } };
  expect(verifyPlacement(program(1), {}, placed, { nodes: one }).map(({ rule }) => rule)).toEqual([
    "survive",
    "survive",
  ]);
});

it("what came back makes way for another that has no other place", () => {
  const sizes = [[3, 1, ["a", "b"]] as const, [2, 60, ["a", "b"]] as const];
  expect(crowd(sizes, 120, 3)).toEqual([]);
  expect(crowd(sizes, 119, 3)).toHaveLength(1);
});

it("packs a cluster anew for all that comes back to it, where none fits as its nodes stand", () => {
  const lone = site("lone", 4, "z1", "r1");
  const asked: (number | undefined)[] = [];
  const back = (most: number) => {
    const units = [1, 2, 3].map(() => ({ run: run(a, { spreading: two }), replicas: 1 }));
    const repacks = (_: unknown, more: ReadonlyMap<string, number>): boolean => {
      asked.push(more.get(a.id));
      return (more.get(a.id) ?? 0) <= most;
    };
    return bringBack(
      { board: () => undefined, options: units.map(() => [lone]), repacks, occupied: () => false },
      units,
    );
  };
  expect(back(3)).toBe(true);
  expect(asked).toEqual([1, 2, 3]);
  expect(back(2)).toBe(false);
});
