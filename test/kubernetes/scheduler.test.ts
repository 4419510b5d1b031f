// What the planner promises, the real kube-scheduler does: random programs are planned, expanded and created on nodes as the fleet file
// describes them, and every pod finds its node.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster, Ir, KubernetesObject } from "../../compiler/index.ts";
import { expand, place, type PlaceOutcome } from "../../planner/index.ts";
import type { Facts } from "../oracles/sketch.ts";
import { compiled, toTheProof } from "../properties/judged.ts";
import { clusterTools, toolsMissing } from "./clusters.ts";
import type { NodeSpec } from "./nodes.ts";
import { startSchedulerJudge, type SchedulerJudge, type SchedulingCase } from "./scheduler-judge.ts";

/** `PLACET_SCHEDULER_SEEDS=0-999` judges more. */
const [FIRST, LAST] = (process.env["PLACET_SCHEDULER_SEEDS"] ?? "0-199").split("-").map(Number) as [number, number];
const BATCH = 20;
const starts = Array.from({ length: Math.ceil((LAST - FIRST + 1) / BATCH) }, (_, i) => FIRST + i * BATCH);

const KINDS_WITH_PODS = ["Deployment", "StatefulSet", "DaemonSet", "Job"];

interface Case {
  readonly seed: number;
  readonly cluster: string;
  readonly input: SchedulingCase;
  /** The plan itself said that the scheduler may not find the way. */
  readonly doubted: boolean;
}

/** The clusters of one program that get pods; none when it can not be placed. */
async function casesOf(seed: number): Promise<readonly Case[]> {
  const { program, ir } = compiled(seed);
  const outcome = await place(ir, program.before, toTheProof());
  if (outcome.status !== "optimal" && outcome.status !== "feasible") return [];
  const { objects } = expand(ir, outcome.placed);
  const doubts = outcome.diagnostics
    .filter(({ code }) => code === "planner/scheduler-may-fail")
    .map(({ message }) => message);
  return ir.fleet.clusters.flatMap((cluster): Case[] => {
    const here = (objects[cluster.name] ?? []).map(({ object }) => object);
    if (!here.some(({ kind }) => KINDS_WITH_PODS.includes(kind))) return [];
    const input = {
      nodes: nodesOf(ir, cluster, program.facts),
      batches: batchesOf(here, cluster, outcome, program.facts),
      seconds: 40,
    };
    return [
      {
        seed,
        cluster: cluster.name,
        input,
        doubted: doubts.some((message) => message.includes(`\`${cluster.name}\``)),
      },
    ];
  });
}

const nodeName = (pool: string, index: number): string => `${pool}-${index + 1}`;

/** Nodes as the fleet file has them, with the room that pods of others take put back. */
function nodesOf(ir: Ir, cluster: Cluster, { foreign }: Facts): NodeSpec[] {
  return cluster.pools.flatMap((pool) => {
    const taken = foreign.find((entry) => entry.cluster === cluster.name && entry.pool === pool.name)?.cpu ?? 0;
    const features = pool.features.map((feature) => {
      const label = ir.fleet.featureLabels[feature];
      return [label?.key ?? `placet.dev/${feature}`, label?.value ?? "true"] as const;
    });
    const { cpu = 0, ...rest } = pool.shape;
    const allocatable = {
      ...Object.fromEntries(Object.entries(rest).map(([resource, amount]) => [resource, String(amount)])),
      cpu: `${cpu + taken}m`,
    };
    return Array.from({ length: pool.count }, (_, index) => ({
      name: nodeName(pool.name, index),
      labels: { ...Object.fromEntries(features), ...pool.labels },
      allocatable,
      taints: pool.taints,
    }));
  });
}

/** Pods of others and DaemonSets are there first; then what the plan creates, in the order that it gives. */
function batchesOf(objects: readonly KubernetesObject[], cluster: Cluster, outcome: PlaceOutcome, { foreign }: Facts) {
  const others = cluster.pools.flatMap((pool) => {
    const taken = foreign.find((entry) => entry.cluster === cluster.name && entry.pool === pool.name)?.cpu;
    if (taken === undefined) return [];
    return Array.from({ length: pool.count }, (_, index) => foreignPod(nodeName(pool.name, index), taken));
  });
  const daemons = objects.filter(({ kind }) => kind === "DaemonSet");
  const running = objects.filter(({ kind }) => KINDS_WITH_PODS.includes(kind) && kind !== "DaemonSet");
  const rest = objects.filter(({ kind }) => !KINDS_WITH_PODS.includes(kind));
  const order = (outcome.order[cluster.name] ?? []).map((id) => id.slice(id.indexOf("/") + 1));
  const inOrder = order.map((name) => running.filter(({ metadata }) => metadata.name === name));
  const free = running.filter(({ metadata }) => !order.includes(metadata.name));
  return [[...rest, ...others, ...daemons], ...inOrder, free].filter((batch) => batch.length > 0);
}

const foreignPod = (node: string, cpu: number) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `other-${node}`, namespace: "foreign" },
  spec: { nodeName: node, containers: [{ name: "main", image: "none", resources: { requests: { cpu: `${cpu}m` } } }] },
});

describe.skipIf(toolsMissing(...clusterTools))("the kube-scheduler", () => {
  let judge: SchedulerJudge;
  const seen = { clusters: 0, pods: 0, doubted: 0 };
  beforeAll(async () => void (judge = await startSchedulerJudge()));
  afterAll(async () => {
    console.log(
      `${seen.pods} pods on ${seen.clusters} clusters; of ${seen.doubted} clusters the plan itself was in doubt`,
    );
    await judge?.stop();
  });

  test.each(starts)("finds a node for every pod of the programs from %i", { timeout: 900_000 }, async (start) => {
    const cases: Case[] = [];
    for (let seed = start; seed <= Math.min(start + BATCH - 1, LAST); seed++) cases.push(...(await casesOf(seed)));
    const complaints = await Promise.all(cases.map((one) => complaintAbout(judge, one, seen)));
    expect(complaints.flat()).toEqual([]);
  });

  test("is seldom doubted by the plan", () => {
    expect(seen.doubted).toBeLessThanOrEqual(seen.clusters / 50);
  });
});

async function complaintAbout(
  judge: SchedulerJudge,
  { seed, cluster, input, doubted }: Case,
  seen: { clusters: number; pods: number; doubted: number },
): Promise<string[]> {
  const verdict = await judge.judge(input);
  seen.clusters += 1;
  seen.pods += verdict.scheduled.length;
  if (doubted) {
    seen.doubted += 1;
    return [];
  }
  return [
    ...verdict.pending.map(
      ({ workload, message }) => `seed ${seed}, ${cluster}: a pod of ${workload} is pending: ${message}`,
    ),
    ...verdict.missing.map(
      ({ workload, found, expected }) => `seed ${seed}, ${cluster}: ${workload} has ${found} of ${expected} pods`,
    ),
  ];
}
