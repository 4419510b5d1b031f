// A large program that can be placed, for tests of explanations: clusters in regions, workloads of many kinds, loosely packed. It must not
// know the planner.
import type { Ir, RunIr, Workload } from "../../compiler/index.ts";
import { dice } from "../oracles/dice.ts";
import { cluster, feature, GiB, irOf, labelIs, link, pool, run, span, workload } from "../kit/ir.ts";

export interface Crowd {
  readonly ir: Ir;
  /** The same program with one run changed, or several. */
  readonly with: (changes: Readonly<Record<string, (run: RunIr, workload: Workload) => RunIr>>) => Ir;
}

/** `clusters` in ten regions, every fourth with fast nodes; `workloads` single copies and divided ones, using half of the room. */
export function crowd(clusters: number, workloads: number): Crowd {
  const roll = dice(clusters * 1000 + workloads);
  const nodes = Math.max(2, Math.ceil((workloads / clusters) * 0.5));
  const sites = Array.from({ length: clusters }, (_, c) =>
    cluster(
      `c${c}`,
      [
        pool("general", nodes, { cpu: 8000, memory: 32 * GiB }),
        ...(c % 4 === 0 ? [pool("fast", 2, { cpu: 16_000, memory: 32 * GiB }, { features: ["dpdk"] })] : []),
      ],
      {
        labels: { region: `r${c % 10}`, zone: `z${c % 20}` },
        features: c % 3 === 0 ? ["edge"] : [],
        prices: { cpu: 0.02 + (c % 5) / 100 },
      },
    ),
  );
  const links = sites.slice(1).map((site, i) => link(site.name, `c${Math.floor(i / 3)}`, 1000 + (i % 7) * 1000));
  const apps = Array.from({ length: workloads }, (_, w) =>
    workload(`core/w${w}`, { demand: { cpu: 250 * roll.between(1, 8), memory: GiB / 2 } }),
  );
  const runs = apps.map((app, w) => {
    const kind = roll.between(0, 9);
    return run(app, {
      ...(kind < 3 ? { spreading: { kind: "divided", total: roll.between(2, 6) } as const } : {}),
      where:
        kind === 4
          ? [labelIs("region", `r${w % 10}`)]
          : kind === 5
            ? [feature("edge")]
            : kind === 6
              ? [feature("dpdk", "node")]
              : [],
      spread: kind === 0 ? [{ key: "zone", max: 2, span: span() }] : [],
      near: kind === 7 && w > 0 ? [{ workloads: [`core/w${w - 1}`], microseconds: 20_000, span: span() }] : [],
      apart: kind === 8 && w > 0 ? [{ workload: `core/w${w - 1}`, key: "zone", span: span() }] : [],
    });
  });
  const ir = irOf({ clusters: sites, workloads: apps, runs, fleet: { links } });
  const changed = (run: RunIr, changes: Parameters<Crowd["with"]>[0]) => {
    const change = changes[run.workload];
    return change === undefined
      ? run
      : change(
          run,
          apps.find(({ id }) => id === run.workload)!,
        );
  };
  return { ir, with: (changes) => ({ ...ir, runs: ir.runs.map((own) => changed(own, changes)) }) };
}
