// Everything that decides whether a workload may run on a pool, each as a test over all pools with the words that caused it.
// Masks are made once for all that say the same. It must not know amounts of demand, counting or objectives.
import { acceptsWorkload, holdsOnPool } from "../../compiler/index.ts";
import type { Cluster, ConditionIr, Ir, NodePool, RunIr, Workload } from "../../compiler/index.ts";
import type { Because } from "../problem.ts";
import { selectsNodes, untolerated } from "./admission.ts";
import { conditionKey } from "./condition-key.ts";
import type { FleetNumbers } from "./fleet.ts";
import { conditionInWords, shortName } from "./words.ts";

export interface Test {
  /** By pool: 1 where it passes. */
  readonly mask: Uint8Array;
  /** Whether it passes on a cluster that has no nodes at all. */
  readonly bare: (cluster: number) => boolean;
  /** `where` and `on` narrow what `each` matches; nothing else does. */
  readonly narrows: boolean;
  readonly because: Because;
}

/** Makes tests for one IR and fleet, remembering masks by what they say. */
export function testMaker(ir: Ir, fleet: FleetNumbers): (run: RunIr, workload: Workload) => readonly Test[] {
  const masks = new Map<string, Uint8Array>();
  const clusters = ir.fleet.clusters;
  const mask = (key: string, passes: (pool: number, cluster: Cluster) => boolean): Uint8Array => {
    const known = masks.get(key);
    if (known !== undefined) return known;
    const made = new Uint8Array(fleet.pools.length);
    fleet.pools.forEach((pool, index) => (made[index] = passes(index, at(clusters, pool.cluster)) ? 1 : 0));
    masks.set(key, made);
    return made;
  };
  const forbids = forbidsByWorkload(ir);
  const owners = acceptances(clusters, fleet);

  const condition = (
    of: ConditionIr,
    wanted: boolean,
    narrows: boolean,
    because: Because,
    only?: readonly string[],
  ) => {
    const inScope = only === undefined || only.length === 0 ? undefined : new Set(only);
    const passes = (cluster: Cluster, pool: NodePool): boolean =>
      (inScope !== undefined && !inScope.has(cluster.name)) || holdsOnPool(of, cluster, pool) === wanted;
    return {
      mask: mask(`${wanted}${conditionKey(of)}${only?.join() ?? ""}`, (pool, cluster) =>
        passes(cluster, at(fleet.sources, pool)),
      ),
      bare: (cluster: number) => passes(at(clusters, cluster), noNodes),
      narrows,
      because,
    };
  };
  const named = (names: readonly string[], because: Because): Test => {
    const set = new Set(names);
    return {
      mask: mask(`on ${[...set].sort().join()}`, (_pool, cluster) => set.has(cluster.name)),
      bare: (cluster) => set.has(at(clusters, cluster).name),
      narrows: true,
      because,
    };
  };
  const always = { bare: () => true, narrows: false };

  return (run, workload) => {
    const name = shortName(run.workload);
    const intent = (text: string, span = run.spreading.span): Because => ({ text, span, kind: "intent" });
    const words = new Set(run.tolerates.map((entry) => entry.taint));
    const { pod } = workload;
    const tests: Test[] = [
      ...run.on.map((entry) => named(entry.clusters, intent(`run ${name} on ${list(entry.clusters)}`, entry.span))),
      ...(run.choices === undefined
        ? []
        : [
            named(
              run.choices.choices.flat(),
              intent(`run ${name} on ${run.choices.choices.map(list).join(" then ")}`, run.choices.span),
            ),
          ]),
      ...(run.shares === undefined
        ? []
        : [
            named(
              run.shares.shares.map((s) => s.cluster),
              intent(`run ${name} on ${list(run.shares.shares.map((s) => s.cluster))}`, run.shares.span),
            ),
          ]),
      ...run.where.map((entry) =>
        condition(
          entry.condition,
          true,
          true,
          intent(`run ${name} where ${conditionInWords(entry.condition)}`, entry.span),
        ),
      ),
      ...(forbids.get(run.workload) ?? []).map((entry) =>
        condition(
          entry.condition,
          false,
          false,
          intent(
            `forbid ${name}${entry.clusters.length > 0 ? ` on ${list(entry.clusters)}` : ""}${entry.condition.kind === "always" ? "" : ` where ${conditionInWords(entry.condition)}`}`,
            entry.span,
          ),
          entry.clusters,
        ),
      ),
      ...run.spread.map((entry): Test => ({
        mask: mask(
          `has ${entry.key}`,
          (_pool, cluster) => entry.key === "cluster" || cluster.labels[entry.key] !== undefined,
        ),
        ...always,
        because: intent(`run ${name} spread across ${entry.key}`, entry.span),
      })),
    ];
    const taints = `taints ${[...words].sort().join()} ${JSON.stringify(pod.tolerations)}`;
    if (fleet.sources.some((pool) => pool.taints.length > 0))
      tests.push({
        mask: mask(taints, (pool) => untolerated(at(fleet.sources, pool).taints, pod, words) === undefined),
        ...always,
        because: { text: `${name} does not tolerate the taints of the nodes`, span: run.spreading.span, kind: "fleet" },
      });
    if (Object.keys(pod.nodeSelector).length > 0 || pod.nodeAffinity.length > 0)
      tests.push({
        mask: mask(`nodes ${JSON.stringify([pod.nodeSelector, pod.nodeAffinity])}`, (pool) =>
          selectsNodes(pod, at(fleet.nodeLabels, pool)),
        ),
        ...always,
        because: { text: `the manifest of ${name} selects its nodes`, span: workload.span, kind: "intent" },
      });
    if (pod.unmodelled.length > 0)
      tests.push({
        mask: mask("never", () => false),
        ...always,
        because: intent(`${name} asks for what can not be planned: ${pod.unmodelled.join(", ")}`, workload.span),
      });
    tests.push(...owners.filter(({ refuses }) => refuses(workload)).map(({ test }) => test));
    return tests;
  };
}

const noNodes: NodePool = {
  name: "",
  count: 0,
  shape: {},
  labels: {},
  features: [],
  taints: [],
  span: { file: "", start: 0, end: 0 },
};

const list = (names: readonly string[]): string => names.join(", ");

const at = <T>(items: readonly T[], index: number): T => items[index] as T;

function forbidsByWorkload(ir: Ir): ReadonlyMap<string, Ir["forbids"]> {
  const found = new Map<string, Ir["forbids"][number][]>();
  for (const forbid of ir.forbids)
    for (const id of new Set(forbid.workloads)) found.set(id, [...(found.get(id) ?? []), forbid]);
  return found;
}

/** What the owners of sites say, each acceptance once: a test over the clusters that say it, and whom it refuses. */
function acceptances(clusters: readonly Cluster[], fleet: FleetNumbers) {
  const saying = Map.groupBy(
    clusters.keys().filter((c) => at(clusters, c).accepts !== undefined),
    (c) => conditionKey(at(clusters, c).accepts as ConditionIr),
  );
  return [...saying.values()].map((own) => {
    const first = at(clusters, own[0] as number);
    const accepts = first.accepts as ConditionIr;
    const refusing = new Set(own);
    const test: Test = {
      mask: Uint8Array.from(fleet.pools, (pool) => (refusing.has(pool.cluster) ? 0 : 1)),
      bare: (cluster: number) => !refusing.has(cluster),
      narrows: false,
      because: {
        text: `${first.name} accepts where ${conditionInWords(accepts)}`,
        span: accepts.kind === "always" ? first.span : accepts.span,
        kind: "intent",
      },
    };
    return { test, refuses: (workload: Workload): boolean => !acceptsWorkload(accepts, workload) };
  });
}
