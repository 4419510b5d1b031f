// How each kind of intent can be made weaker step by step. It must not ask whether a step helps.
import {
  formatAmount,
  formatDuration,
  type Cluster,
  type ConditionIr,
  type Ir,
  type RunIr,
} from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import { shortName } from "../build/words.ts";

/** A scale of ever weaker programs, the mildest first. */
export interface Scale {
  readonly span: Span;
  readonly steps: readonly { readonly text: string; readonly gives: number; readonly apply: (ir: Ir) => Ir }[];
}

/** Longer scales are cut: each step may be asked. */
const mostSteps = 24;

/** Everything that may be made weaker about some workloads. */
export const scalesFor = (ir: Ir, workloads: ReadonlySet<string>): readonly Scale[] => [
  ...scalesOf(ir, workloads),
  ...tolerations(ir, workloads),
  ...moreNodes(ir, workloads),
];

/** The program with one run changed. */
const changedRun = (ir: Ir, workload: string, change: (run: RunIr) => RunIr): Ir => ({
  ...ir,
  runs: ir.runs.map((run) => (run.workload === workload ? change(run) : run)),
});

function scalesOf(ir: Ir, workloads: ReadonlySet<string>): readonly Scale[] {
  return ir.runs
    .filter((run) => workloads.has(run.workload))
    .flatMap((run) => [
      ...boundScales(ir, run),
      ...countScales(run),
      ...nearScales(ir, run),
      ...spreadScales(run),
      ...surviveScales(run),
    ]);
}

/** `cpu >= 8` → the next smaller amounts that some node has. */
function boundScales(ir: Ir, run: RunIr): readonly Scale[] {
  return run.reservations.map((entry) => {
    const { resource, amount, span } = entry;
    const offered = ir.fleet.clusters.flatMap((c) =>
      c.pools.flatMap((p) => [p.shape[resource] ?? 0, Math.floor((p.shape[resource] ?? 0) * (1 - ir.fleet.reserve))]),
    );
    const fractions = [0.75, 0.5, 0.25].map((f) => nice(amount * f, resource));
    const smaller = [...new Set([...offered, ...fractions])].filter((a) => a > 0 && a < amount).sort((a, b) => b - a);
    return {
      span,
      steps: smaller.slice(0, mostSteps).map((less) => ({
        text: `\`${resource} >= ${formatAmount(resource, amount)}\` → \`${resource} >= ${formatAmount(resource, less)}\` for ${shortName(run.workload)}`,
        gives: (0.5 * (amount - less)) / amount,
        apply: (program: Ir) => changedRun(program, run.workload, (r) => lowered(r, resource, less)),
      })),
    };
  });
}

const nice = (amount: number, resource: string): number =>
  resource === "cpu" ? Math.round(amount / 100) * 100 : Math.round(amount);

function lowered(run: RunIr, resource: string, least: number): RunIr {
  return {
    ...run,
    demand: { ...run.demand, [resource]: least },
    where: run.where.map((w) => ({ ...w, condition: loweredCondition(w.condition, resource, least) })),
  };
}

function loweredCondition(condition: ConditionIr, resource: string, least: number): ConditionIr {
  if (condition.kind === "and")
    return { ...condition, operands: condition.operands.map((o) => loweredCondition(o, resource, least)) };
  const bound =
    condition.kind === "resource" &&
    condition.resource === resource &&
    condition.operator !== "<" &&
    condition.operator !== "<=";
  return bound && condition.amount > least ? { ...condition, amount: least } : condition;
}

/** `x6` → `x5` … */
function countScales(run: RunIr): readonly Scale[] {
  const { spreading } = run;
  const name = shortName(run.workload);
  if (spreading.kind === "divided" && spreading.total > 1) {
    const { total } = spreading;
    const counts = fewer(total, Math.max(1, spreading.clusters ?? 1, (run.survive?.keeping ?? 0) + 1));
    return [
      {
        span: spreading.span,
        steps: counts.map((n) => ({
          text: `\`run ${name} x${total}\` → \`x${n}\``,
          gives: (0.5 * (total - n)) / total,
          apply: (ir) => changedRun(ir, run.workload, (r) => ({ ...r, spreading: { ...spreading, total: n } })),
        })),
      },
    ];
  }
  if (spreading.kind === "copies" && spreading.clusters > 1) {
    const { clusters } = spreading;
    return [
      {
        span: spreading.span,
        steps: fewer(clusters, 1).map((n) => ({
          text: `\`run ${name} on ${clusters} clusters\` → \`on ${n} cluster${n === 1 ? "" : "s"}\``,
          gives: (0.5 * (clusters - n)) / clusters,
          apply: (ir) => changedRun(ir, run.workload, (r) => ({ ...r, spreading: { ...spreading, clusters: n } })),
        })),
      },
    ];
  }
  return [];
}

/** Smaller counts, the largest first; long scales are thinned out. */
function fewer(count: number, least: number): readonly number[] {
  const all = Array.from({ length: Math.max(0, count - least) }, (_, i) => count - 1 - i);
  const step = Math.max(1, Math.floor(all.length / 200));
  return all.filter((_, i) => i % step === 0 || i === all.length - 1);
}

/** `within 5ms` → the next longer distances that the fleet has. */
function nearScales(ir: Ir, run: RunIr): readonly Scale[] {
  return run.near.flatMap((entry, index) => {
    const { microseconds } = entry;
    if (microseconds === undefined) return [];
    const longer = [...new Set(ir.fleet.links.flatMap((l) => l.microseconds ?? []))];
    const sums = longer.flatMap((a) => longer.map((b) => a + b));
    const steps = [...new Set([...longer, ...sums])].filter((d) => d > microseconds).sort((a, b) => a - b);
    return {
      span: entry.span,
      steps: steps.slice(0, mostSteps).map((d) => ({
        text: `\`within ${formatDuration(microseconds)}\` → \`within ${formatDuration(d)}\` for ${shortName(run.workload)}`,
        gives: Math.min(0.5, (0.25 * (d - microseconds)) / microseconds),
        apply: (program: Ir) =>
          changedRun(program, run.workload, (r) => ({
            ...r,
            near: r.near.map((n, i) => (i === index ? { ...n, microseconds: d } : n)),
          })),
      })),
    };
  });
}

/** `max 2` → `max 3` … */
function spreadScales(run: RunIr): readonly Scale[] {
  return run.spread.flatMap((entry, index) => {
    const { max, key, span } = entry;
    if (max === undefined) return [];
    return {
      span,
      steps: Array.from({ length: mostSteps }, (_, i) => max + 1 + i).map((more) => ({
        text: `\`spread across ${key} max ${max}\` → \`max ${more}\` for ${shortName(run.workload)}`,
        gives: Math.min(0.5, (0.25 * (more - max)) / max),
        apply: (program: Ir) =>
          changedRun(program, run.workload, (r) => ({
            ...r,
            spread: r.spread.map((s, i) => (i === index ? { ...s, max: more } : s)),
          })),
      })),
    };
  });
}

/** `survive 2 clusters` → `survive 1 cluster`; `keeping 3` → `keeping 2`. */
function surviveScales(run: RunIr): readonly Scale[] {
  const { survive } = run;
  if (survive === undefined) return [];
  const weaker = [
    ...fewer(survive.keeping, 1).map((keeping) => ({ ...survive, keeping })),
    ...fewer(survive.count, 1).map((count) => ({ ...survive, count, keeping: 1 })),
  ];
  return [
    {
      span: survive.span,
      steps: weaker.map((s, i) => ({
        text: `\`survive ${survive.count} ${survive.unit} keeping ${survive.keeping}\` → \`survive ${s.count} ${s.unit} keeping ${s.keeping}\` for ${shortName(run.workload)}`,
        gives: Math.min(0.5, (0.5 * (i + 1)) / weaker.length),
        apply: (ir: Ir) => changedRun(ir, run.workload, (r) => ({ ...r, survive: s })),
      })),
    },
  ];
}

/** `tolerates T` for each taint of the fleet that keeps a workload of the conflict away. */
function tolerations(ir: Ir, workloads: ReadonlySet<string>): readonly Scale[] {
  const taints = [
    ...new Set(ir.fleet.clusters.flatMap((c) => c.pools.flatMap((p) => p.taints.map((t) => t.key)))),
  ].sort();
  return ir.runs
    .filter((run) => workloads.has(run.workload))
    .flatMap((run) =>
      taints
        .filter((taint) => !run.tolerates.some((said) => said.taint === taint))
        .map((taint) => {
          const { span } = run.spreading;
          const apply = (program: Ir) =>
            changedRun(program, run.workload, (r) => ({ ...r, tolerates: [...r.tolerates, { taint, span }] }));
          return {
            span,
            steps: [{ text: `\`run ${shortName(run.workload)} … tolerates ${taint}\``, gives: 0.3, apply }],
          };
        }),
    );
}

/** One or a few nodes more in a pool; only for conflicts in small fleets, since each pool is a question. */
function moreNodes(ir: Ir, workloads: ReadonlySet<string>): readonly Scale[] {
  const pools = ir.fleet.clusters.flatMap((cluster) => cluster.pools.map((pool) => ({ cluster, pool })));
  if (pools.length > 8 || workloads.size === 0) return [];
  return pools.map(({ cluster, pool }) => ({
    span: pool.span,
    steps: [1, 2, 4].map((more) => ({
      text: `${more === 1 ? "one more node" : `${more} more nodes`} in \`${pool.name}\` of \`${cluster.name}\``,
      gives: 0.6 + more / 20,
      apply: (program: Ir) => ({
        ...program,
        fleet: {
          ...program.fleet,
          clusters: program.fleet.clusters.map((c) => (c.name === cluster.name ? grown(c, pool.name, more) : c)),
        },
      }),
    })),
  }));
}

const grown = (cluster: Cluster, pool: string, more: number): Cluster => ({
  ...cluster,
  pools: cluster.pools.map((p) => (p.name === pool ? { ...p, count: p.count + more } : p)),
});
