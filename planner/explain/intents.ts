// The user's intents as things that can be taken away one by one, so that a conflict can be narrowed down to the words that make it. It
// must not know solvers.
import { formatAmount, type Ir, type RunIr, type Workload } from "../../compiler/index.ts";
import type { Span } from "../../grammar/index.ts";
import type { PlacedReplicas } from "../action/controller.ts";
import { conditionInWords, countingInWords, shortName } from "../build/words.ts";

/** One thing that the user said (or a manifest, for claims), and how to take it back. */
export interface Intent {
  /** Unique in the program, stable for the same input. */
  readonly key: string;
  /** In the language's own words: `run upf where gpu`. */
  readonly text: string;
  readonly span: Span;
  /** Workloads that it speaks of; without all of them it says nothing. */
  readonly workloads: readonly string[];
  /** `run` is the intent that a workload runs at all: clauses without it say nothing. */
  readonly kind: "run" | "clause" | "forbid" | "accepts" | "traffic" | "together" | "stay";
}

/** Every intent that limits placements, in the order of the program's runs, then forbid, accepts, traffic and claims. */
export function intentsOf(ir: Ir, before: PlacedReplicas): readonly Intent[] {
  const runs = ir.runs.flatMap((run) => [baseOf(run), ...clausesOf(run)]);
  const forbids = ir.forbids.map((forbid, i): Intent => {
    const where = forbid.condition.kind === "always" ? "" : ` where ${conditionInWords(forbid.condition)}`;
    const on = forbid.clusters.length === 0 ? "" : ` on ${forbid.clusters.join(", ")}`;
    const text = `forbid ${namesInWords(forbid.workloads)}${on}${where}`;
    return { key: `forbid ${i}`, text, span: forbid.span, workloads: forbid.workloads, kind: "forbid" };
  });
  const accepts = ir.fleet.clusters.flatMap((cluster): Intent[] => {
    if (cluster.accepts === undefined || cluster.accepts.kind === "always") return [];
    const text = `${cluster.name} accepts where ${conditionInWords(cluster.accepts)}`;
    return [{ key: `accepts ${cluster.name}`, text, span: cluster.accepts.span, workloads: [], kind: "accepts" }];
  });
  const together = ir.together.map((set, i): Intent => ({
    key: `together ${i}`,
    text: set.because,
    span: set.span,
    workloads: set.workloads,
    kind: "together",
  }));
  return [...runs, ...forbids, ...accepts, ...trafficOf(ir), ...together, ...staysOf(ir, before)];
}

const baseOf = (run: RunIr): Intent => ({
  key: `run ${run.workload}`,
  text: countingInWords(run),
  span: run.spreading.span,
  workloads: [run.workload],
  kind: "run",
});

/** Clauses by their place in the text: a bound of `where` and the demand that it reserves are one thing said. */
function clausesOf(run: RunIr): Intent[] {
  const name = shortName(run.workload);
  const clause = (key: string, words: string, span: Span, others: readonly string[] = []): Intent => ({
    key: `${key} ${run.workload}`,
    text: `run ${name} ${words}`,
    span,
    workloads: [run.workload, ...others],
    kind: "clause",
  });
  return [
    ...run.where.map(({ condition, span }, i) => clause(`where ${i}`, `where ${conditionInWords(condition)}`, span)),
    ...run.reservations.flatMap(({ resource, amount, span }, i) =>
      reservedBy(run, span) === undefined
        ? [clause(`needs ${i}`, `needs ${resource} ${formatAmount(resource, amount)}`, span)]
        : [],
    ),
    ...run.on.map(({ clusters, span }, i) => clause(`on ${i}`, `on ${clusters.join(", ")}`, span)),
    ...(run.choices === undefined
      ? []
      : [
          clause(
            "choices",
            `on ${run.choices.choices.map((names) => names.join(", ")).join(" then ")}`,
            run.choices.span,
          ),
        ]),
    ...(run.shares === undefined
      ? []
      : [
          clause(
            "shares",
            `on ${run.shares.shares.map((s) => `${s.cluster} weight ${s.weight}`).join(", ")}`,
            run.shares.span,
          ),
        ]),
    ...run.spread.map(({ key, max, span }, i) =>
      clause(`spread ${i}`, `spread across ${key}${max === undefined ? "" : ` max ${max}`}`, span),
    ),
    ...run.near.flatMap(({ workloads, microseconds, span }, i) =>
      microseconds === undefined
        ? []
        : [clause(`near ${i}`, `near ${namesInWords(workloads)} within ${microseconds / 1000}ms`, span, workloads)],
    ),
    ...run.with.map(({ workload, span }, i) => clause(`with ${i}`, `with ${shortName(workload)}`, span, [workload])),
    ...run.apart.map(({ workload, key, span }, i) =>
      clause(`apart ${i}`, `apart from ${shortName(workload)}${key === "cluster" ? "" : ` by ${key}`}`, span, [
        workload,
      ]),
    ),
    ...(run.survive === undefined ? [] : [clause("survive", surviveInWords(run.survive), run.survive.span)]),
  ];
}

const surviveInWords = ({ count, unit, keeping }: NonNullable<RunIr["survive"]>): string =>
  `survive ${count} ${unit}${count === 1 ? "" : "s"}${keeping > 1 ? ` keeping ${keeping}` : ""}`;

/** The `where` that raised a demand, when it was one. */
const reservedBy = (run: RunIr, span: Span): number | undefined => {
  const index = run.where.findIndex(
    (w) => w.span.file === span.file && w.span.start <= span.start && span.end <= w.span.end,
  );
  return index < 0 ? undefined : index;
};

/** `allow` on a fleet without connectivity keeps workloads together; what one statement said is one intent. */
function trafficOf(ir: Ir): Intent[] {
  if (ir.fleet.connectivity !== "none") return [];
  const bySpan = new Map<string, Intent>();
  for (const { kind, from, to, over, span } of ir.traffic) {
    if (kind !== "allow" || over !== undefined || from.kind !== "workload" || to.kind !== "workload") continue;
    const key = trafficKey(span);
    const text = `allow ${shortName(from.workload)} -> ${shortName(to.workload)} without connectivity between clusters`;
    bySpan.set(key, bySpan.get(key) ?? { key, text, span, workloads: [], kind: "traffic" });
  }
  return [...bySpan.values()];
}

const trafficKey = (span: Span): string => `traffic ${span.file}:${span.start}`;

/** What holds data stays where it is until it is told to move. */
function staysOf(ir: Ir, before: PlacedReplicas): Intent[] {
  const told = new Set(ir.moves.map((move) => move.workload));
  const templates = new Set(
    ir.apps.flatMap((app) => app.objects.filter(({ object }) => hasTemplates(object)).map(({ key }) => key)),
  );
  const holds = (w: Workload) => w.claims.length > 0 || templates.has(w.object);
  const holders = new Set(ir.workloads.filter(holds).map((w) => w.id));
  return ir.runs.flatMap((run): Intent[] => {
    const where = Object.keys(before[run.workload] ?? {}).sort();
    if (where.length === 0 || told.has(run.workload) || !holders.has(run.workload)) return [];
    const name = shortName(run.workload);
    const text = `${name} holds data on ${where.join(", ")} and moves only when told`;
    return [{ key: `stay ${run.workload}`, text, span: run.spreading.span, workloads: [run.workload], kind: "stay" }];
  });
}

const hasTemplates = (object: { readonly [key: string]: unknown }): boolean =>
  ((object["spec"] as { readonly volumeClaimTemplates?: readonly unknown[] } | undefined)?.volumeClaimTemplates ?? [])
    .length > 0;

const namesInWords = (ids: readonly string[]): string => ids.map(shortName).join(", ");

/** The program with only these intents (by key). What a dropped workload's neighbours say about it is dropped with it. */
export function withOnly(ir: Ir, kept: ReadonlySet<string>): Ir {
  const runs = ir.runs.filter((run) => kept.has(`run ${run.workload}`)).map((run) => strippedRun(ir, run, kept));
  const running = new Set(runs.map((run) => run.workload));
  // Traffic that limits no placement is no intent here, and stays: its latency counts.
  const limiting = new Set(trafficOf(ir).map(({ key }) => key));
  return {
    ...ir,
    runs: runs.map((run) => ({
      ...run,
      near: run.near.filter((near) => near.workloads.every((w) => running.has(w))),
      with: run.with.filter(({ workload }) => running.has(workload)),
      apart: run.apart.filter(({ workload }) => running.has(workload)),
    })),
    forbids: ir.forbids.filter((_, i) => kept.has(`forbid ${i}`)),
    fleet: {
      ...ir.fleet,
      clusters: ir.fleet.clusters.map((cluster) => {
        if (cluster.accepts === undefined || kept.has(`accepts ${cluster.name}`)) return cluster;
        const { accepts: _, ...open } = cluster;
        return open;
      }),
    },
    traffic: ir.traffic.filter(
      ({ from, to, span }) =>
        (kept.has(trafficKey(span)) || !limiting.has(trafficKey(span))) &&
        [from, to].every((peer) => peer.kind !== "workload" || running.has(peer.workload)),
    ),
    together: ir.together.filter((_, i) => kept.has(`together ${i}`)),
    moves: [
      ...ir.moves,
      ...runs
        .filter((run) => !kept.has(`stay ${run.workload}`))
        .map((run) => ({ workload: run.workload, span: run.spreading.span })),
    ],
  };
}

function strippedRun(ir: Ir, run: RunIr, kept: ReadonlySet<string>): RunIr {
  const keeps = (key: string) => kept.has(`${key} ${run.workload}`);
  const { choices, shares, survive, ...rest } = run;
  const reservations = run.reservations.filter((reservation, i) => {
    const where = reservedBy(run, reservation.span);
    return keeps(where === undefined ? `needs ${i}` : `where ${where}`);
  });
  return {
    ...rest,
    where: run.where.filter((_, i) => keeps(`where ${i}`)),
    reservations,
    demand: demandOf(ir, run, reservations),
    on: run.on.filter((_, i) => keeps(`on ${i}`)),
    spread: run.spread.filter((_, i) => keeps(`spread ${i}`)),
    near: run.near.filter(({ microseconds }, i) => microseconds === undefined || keeps(`near ${i}`)),
    with: run.with.filter((_, i) => keeps(`with ${i}`)),
    apart: run.apart.filter((_, i) => keeps(`apart ${i}`)),
    ...(choices !== undefined && keeps("choices") ? { choices } : {}),
    ...(shares !== undefined && keeps("shares") ? { shares } : {}),
    ...(survive !== undefined && keeps("survive") ? { survive } : {}),
  };
}

/** The larger of the manifest's own request and what the remaining words reserve. */
export function demandOf(ir: Ir, run: RunIr, reservations: RunIr["reservations"]): RunIr["demand"] {
  if (reservations.length === run.reservations.length && reservations.every((r, i) => r === run.reservations[i]))
    return run.demand;
  const raised = new Set(run.reservations.map(({ resource }) => resource));
  const own = ir.workloads.find(({ id }) => id === run.workload)?.demand ?? {};
  const demand: Record<string, number> = {};
  for (const resource of new Set([...Object.keys(run.demand), ...Object.keys(own)])) {
    const said = reservations.filter((r) => r.resource === resource).map((r) => r.amount);
    demand[resource] = raised.has(resource) ? Math.max(own[resource] ?? 0, ...said) : (run.demand[resource] ?? 0);
  }
  return demand;
}
