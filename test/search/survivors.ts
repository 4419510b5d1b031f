// Seeded programs in which much must survive losses: clusters of one node each, in zones and racks that cross, so that rows say all that
// nodes do. It must not know how anything is planned.
import type { Ir, RunIr } from "../../compiler/index.ts";
import { cluster, irOf, pool, run, span, workload } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";

export interface Size {
  readonly clusters: number;
  readonly workloads: number;
  /** Replicas of one workload at most. */
  readonly replicas: number;
  /** Room that there is for each piece that is asked for. */
  readonly room: number;
}

export function survivors(seed: number, { clusters, workloads, replicas, room }: Size): Ir {
  const roll = dice(seed);
  const wanted = Array.from({ length: workloads }, () => ({
    total: roll.between(1, replicas),
    cpu: roll.between(1, 4) * 1000,
    whole: roll.chance(0.25),
    copies: roll.between(1, 2),
  }));
  const asked = wanted.reduce((sum, { total, cpu, copies, whole }) => sum + total * cpu * (whole ? copies : 1), 0);
  const zones = Math.max(2, Math.ceil(clusters / 3));
  const fleet = Array.from({ length: clusters }, (_, c) =>
    cluster(
      `c${c}`,
      [
        pool("all", 1, {
          cpu: Math.ceil(((asked * room) / clusters / 1000) * (0.8 + roll.between(0, 4) / 10)) * 1000,
          pods: 1000,
        }),
      ],
      {
        labels: { zone: `z${roll.between(1, zones)}`, ...(roll.chance(0.8) ? { rack: `r${c % 2}` } : {}) },
        prices: { cpu: roll.between(1, 9) },
      },
    ),
  );
  const made = wanted.map(({ cpu, total, whole }, w) =>
    workload(`app/w${w}`, { demand: { cpu }, replicas: whole ? total : 1 }),
  );
  const runs = made.map((of, w): RunIr => {
    const { total, whole, copies } = wanted[w] as (typeof wanted)[number];
    const loss = roll.pick([
      { count: 1, unit: "cluster" },
      { count: 1, unit: "cluster" },
      { count: 1, unit: "zone" },
      { count: 1, unit: "rack" },
      { count: 2, unit: "cluster" },
    ]);
    const survive = { ...loss, keeping: total > 3 && roll.chance(0.3) ? 2 : 1, span: span() };
    return run(of, {
      spreading: whole ? { kind: "copies", clusters: copies } : { kind: "divided", total },
      ...(roll.chance(0.6) && (whole ? copies : total) > 1 ? { survive } : {}),
      ...(roll.chance(0.1) ? { optional: true } : {}),
    });
  });
  return irOf({ clusters: fleet, workloads: made, runs });
}
