// A program that is small to write and long to prove: single copies on clusters of one node each, tight in two resources whose prices pull
// both ways. It must not know how programs are planned.
import { dice } from "../oracles/dice.ts";

/** @param fill the share of every resource that is asked for. */
export function tightProgram(clusters: number, workloads: number, seed: number, fill = 0.93): string {
  const { between } = dice(seed);
  const demands = Array.from({ length: workloads }, () => [between(500, 8_000), between(500, 15_500)] as const);
  const each = (resource: 0 | 1): number =>
    Math.ceil(demands.reduce((sum, demand) => sum + demand[resource], 0) / clusters / fill);
  const node = `cpu ${each(0)}m memory ${each(1)}Mi`;
  const prices = (): string => `cpu 0.0${between(20, 79)}, memory 0.00${between(20, 79)}`;
  return [
    ...Array.from({ length: clusters }, (_, c) => `cluster c${c} { cost ${prices()} nodes all x1 { ${node} } }`),
    "app shop {",
    ...demands.map(
      ([cpu, memory], w) => `  workload w${w} { image "registry.example/w:1" cpu ${cpu}m memory ${memory}Mi }`,
    ),
    "}",
    ...demands.map((_, w) => `run w${w}`),
    "minimize cost",
    "",
  ].join("\n");
}
