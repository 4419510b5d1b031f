// A large plan for tests of speed: clusters with nodes, workloads divided over them, all fitting. It must not know the planner.
import type { Ir } from "../../compiler/index.ts";
import type { PlacedReplicas } from "../../planner/index.ts";
import { allow, cluster, GiB, irOf, labelIs, link, not, pool, run, span, workload } from "../kit/ir.ts";

/** `clusters` × `workloads`, ten replicas of each over five clusters, with conditions, spread, near and traffic. */
export function largePlan(clusters: number, workloads: number): { ir: Ir; placed: PlacedReplicas } {
  const sites = Array.from({ length: clusters }, (_, c) =>
    cluster(
      `c${c}`,
      [
        pool("general", 8, { cpu: 16_000, memory: 64 * GiB }),
        pool("fast", 2, { cpu: 32_000, memory: 64 * GiB }, { features: ["dpdk"] }),
      ],
      {
        labels: { region: `r${c % 10}`, zone: `z${c % 100}` },
        features: c % 2 === 0 ? ["edge"] : [],
        prices: { cpu: 0.01 + (c % 7) / 100 },
      },
    ),
  );
  const apps = Array.from({ length: workloads }, (_, w) =>
    workload(`core/w${w}`, { demand: { cpu: 250 + 50 * (w % 5), memory: GiB / 4 } }),
  );
  const placed: Record<string, Record<string, number>> = {};
  const runs = apps.map((app, w) => {
    const home = Array.from({ length: 5 }, (_, i) => (w * 7 + i * Math.floor(clusters / 5)) % clusters);
    placed[app.id] = Object.fromEntries(home.map((c) => [`c${c}`, 2]));
    return run(app, {
      spreading: { kind: "divided", total: 10 },
      where: w % 3 === 0 ? [not(labelIs("region", "none"))] : [],
      spread: w % 4 === 0 ? [{ key: "zone", max: 10, span: span() }] : [],
      near: w % 5 === 0 && w > 0 ? [{ workloads: [`core/w${w - 1}`], microseconds: 1e9, span: span() }] : [],
      prefer: w % 2 === 0 ? [{ condition: labelIs("region", "r1"), weight: 1, span: span() }] : [],
    });
  });
  const links = sites.slice(1).map((site, i) => link(site.name, `c${Math.floor(i / 2)}`, 1000 + (i % 9) * 500));
  const traffic = apps.slice(1).map((app, w) => allow(app, apps[w]!));
  return { ir: irOf({ clusters: sites, workloads: apps, runs, traffic, fleet: { links } }), placed };
}
