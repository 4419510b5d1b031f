// Seeded random IRs, small enough for the brute force, in which every clause of `run` and every kind of pod occurs. It must not know the
// planner; `test/oracles` draws programs as text, this draws what they compile to, and freely enough that much is impossible.
import type {
  Cluster,
  ConditionIr,
  Ir,
  PodConstraints,
  RunIr,
  Taint,
  Workload,
  WorkloadKind,
} from "../../compiler/index.ts";
import {
  GiB,
  allow,
  cluster,
  feature,
  forbid,
  irOf,
  labelIs,
  link,
  noConstraints,
  not,
  pool,
  resource,
  run,
  span,
  workload,
} from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";
import type { Dice } from "../oracles/dice.ts";

export interface RandomIr {
  readonly ir: Ir;
  readonly before: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const ZONES = ["z1", "z2"];

export function randomIr(seed: number): RandomIr {
  const fair = dice(seed);
  // Two of three are calm: with every clause at once, hardly anything could be placed.
  const mood = fair.pick([0.3, 0.5, 1]);
  const roll: Dice = {
    ...fair,
    chance: (probability) => fair.chance(probability > 0.5 ? probability : probability * mood),
  };
  const clusters = Array.from({ length: roll.between(2, 3) }, (_, i) => randomCluster(roll, `c${i}`));
  const names = clusters.map((c) => c.name);
  const workloads = Array.from({ length: roll.between(1, 4) }, (_, i) => randomWorkload(roll, `app/w${i}`));
  const runs = workloads.map((w) => randomRun(roll, w, workloads, names));
  const pairs = workloads.flatMap((a) => workloads.filter((b) => a !== b && roll.chance(0.15)).map((b) => allow(a, b)));
  const ir = irOf({
    clusters,
    workloads,
    runs,
    traffic: pairs,
    forbids: workloads
      .filter(() => roll.chance(0.1))
      .map((w) => forbid([w], randomCondition(roll), roll.chance(0.5) ? [roll.pick(names)] : [])),
    moves: workloads
      .filter((w) => w.claims.length > 0 && roll.chance(0.4))
      .map((w) => ({ workload: w.id, span: span() })),
    minimize: roll.chance(0.5)
      ? roll
          .shuffle(["moves", "preference", "latency", "cost", "clusters", "imbalance"] as const)
          .slice(0, roll.between(1, 3))
          .map((name) => ({ name, span: span() }))
      : [],
    together:
      workloads.length > 1 && roll.chance(0.12)
        ? [{ workloads: [workloads[0]!.id, workloads[1]!.id], because: "they share claim `data`", span: span() }]
        : [],
    fleet: {
      connectivity: roll.chance(0.2) ? "none" : "flat",
      reserve: roll.chance(0.15) ? 0.1 : 0,
      links: names.flatMap((a, i) =>
        names.slice(i + 1).flatMap((b) => (roll.chance(0.6) ? [link(a, b, 1000 * roll.between(1, 9))] : [])),
      ),
    },
  });
  const before = Object.fromEntries(
    workloads
      .filter(() => roll.chance(0.35))
      .map((w) => [
        w.id,
        Object.fromEntries(roll.some(names, roll.between(1, 2)).map((name) => [name, roll.between(1, 2)])),
      ]),
  );
  return { ir, before };
}

function randomCluster(roll: Dice, name: string): Cluster {
  const pools = Array.from({ length: roll.chance(0.35) ? 2 : 1 }, (_, i) =>
    pool(
      `p${i}`,
      roll.between(1, 2),
      {
        cpu: 1000 * roll.between(2, 6),
        memory: GiB * roll.between(4, 10),
        ...(roll.chance(0.2) ? { "nvidia.com/gpu": 1 } : {}),
        ...(roll.chance(0.1) ? { pods: 2 } : {}),
      },
      {
        labels: { disk: roll.pick(["ssd", "hdd"]), "topology.kubernetes.io/zone": roll.pick(ZONES) },
        features: roll.chance(0.3) ? ["dpdk"] : [],
        taints: roll.chance(0.12) ? [randomTaint(roll)] : [],
      },
    ),
  );
  return cluster(name, pools, {
    labels: {
      ...(roll.chance(0.85) ? { zone: roll.pick(ZONES) } : {}),
      ...(roll.chance(0.5) ? { tier: roll.pick(["gold", "tin"]) } : {}),
    },
    features: roll.chance(0.5) ? ["edge"] : [],
    prices: roll.chance(0.6) ? { cpu: roll.between(1, 5) / 100, memory: roll.between(0, 2) / 100 } : {},
    ...(roll.chance(0.15) ? { accepts: labelIs("kind", roll.pick(["Deployment", "StatefulSet"])) } : {}),
  });
}

const randomTaint = (roll: Dice): Taint => ({
  key: "only",
  value: "x",
  effect: roll.pick(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

function randomWorkload(roll: Dice, id: string): Workload {
  const kind = roll.pick<WorkloadKind>(["Deployment", "Deployment", "Deployment", "StatefulSet", "DaemonSet"]);
  const replicas = kind === "DaemonSet" ? 1 : roll.between(1, 3);
  return workload(id, {
    kind,
    replicas,
    demand: {
      cpu: 500 * roll.between(0, 5),
      memory: GiB * roll.between(0, 3),
      ...(roll.chance(0.1) ? { "nvidia.com/gpu": 1 } : {}),
    },
    pod: randomPod(roll, id),
    claims: kind !== "DaemonSet" && roll.chance(0.15) ? ["app/data"] : [],
  });
}

function randomPod(roll: Dice, id: string): Partial<PodConstraints> {
  const name = id.split("/")[1]!;
  const own = [{ key: "app", operator: "In" as const, values: [name] }];
  const others = [{ key: "app", operator: "In" as const, values: [roll.pick(["w0", "w1", "w2"])] }];
  const key = roll.pick(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
  const term = { selector: roll.chance(0.7) ? own : others, namespaces: ["app"], topologyKey: key };
  return {
    ...noConstraints,
    ...(roll.chance(0.1) ? { nodeSelector: { disk: "ssd" } } : {}),
    ...(roll.chance(0.1) ? { hostPorts: [{ port: 80, protocol: "TCP" as const, ip: "" }] } : {}),
    ...(roll.chance(0.12) ? { podAntiAffinity: [term] } : {}),
    ...(roll.chance(0.06) ? { podAffinity: [term] } : {}),
    ...(roll.chance(0.08)
      ? {
          spread: [
            {
              maxSkew: 1,
              topologyKey: key,
              selector: own,
              nodeAffinityPolicy: "Honor" as const,
              nodeTaintsPolicy: "Ignore" as const,
            },
          ],
        }
      : {}),
    ...(roll.chance(0.15) ? { tolerations: [{ key: "only", operator: "Exists" as const }] } : {}),
  };
}

function randomCondition(roll: Dice): ConditionIr {
  const condition = roll.pick<() => ConditionIr>([
    () => labelIs("zone", roll.pick(ZONES)),
    () => labelIs("tier", "gold"),
    () => feature("edge"),
    () => feature("dpdk", "node"),
    () => labelIs("disk", "ssd", "node"),
    () => resource("cpu", roll.pick([">=", "<"]), 1000 * roll.between(2, 5)),
  ])();
  return roll.chance(0.2) ? not(condition) : condition;
}

function randomRun(roll: Dice, of: Workload, all: readonly Workload[], names: readonly string[]): RunIr {
  const divisible = of.kind === "Deployment" && of.claims.length === 0;
  const other = all.find((w) => w !== of);
  const kind = roll.pick(
    divisible ? (["divided", "divided", "copies", "each"] as const) : (["copies", "copies", "each"] as const),
  );
  const total = roll.between(1, 4);
  const spreading =
    kind === "divided"
      ? { kind, total, ...(roll.chance(0.2) ? { clusters: roll.between(1, 2) } : {}) }
      : kind === "each"
        ? { kind }
        : { kind, clusters: roll.chance(0.7) ? 1 : 2 };
  const divided = kind === "divided";
  return run(of, {
    spreading,
    ...(roll.chance(0.25) ? { where: [randomCondition(roll)] } : {}),
    ...(roll.chance(0.12) ? { on: [roll.some(names, 2)] } : {}),
    ...(kind === "each" && roll.chance(0.5)
      ? { eachOf: { clusters: roll.some(names, roll.between(1, 2)), span: span() } }
      : {}),
    ...(kind !== "each" && roll.chance(0.12)
      ? {
          choices: {
            choices: roll
              .shuffle(names)
              .map((n) => [n])
              .slice(0, roll.between(2, names.length)),
            span: span(),
          },
        }
      : {}),
    ...(divided && roll.chance(0.12)
      ? { shares: { shares: names.slice(0, 2).map((c) => ({ cluster: c, weight: roll.between(1, 3) })), span: span() } }
      : {}),
    ...(roll.chance(0.15)
      ? {
          spread: [
            {
              key: roll.pick(["zone", "cluster"]),
              ...(roll.chance(0.4) ? { max: roll.between(1, 3) } : {}),
              span: span(),
            },
          ],
        }
      : {}),
    ...(other !== undefined && roll.chance(0.15)
      ? {
          near: [
            {
              workloads: [other.id],
              ...(roll.chance(0.6) ? { microseconds: 1000 * roll.between(0, 8) } : {}),
              span: span(),
            },
          ],
        }
      : {}),
    ...(other !== undefined && roll.chance(0.08) ? { with: [{ workload: other.id, span: span() }] } : {}),
    ...(other !== undefined && roll.chance(0.1)
      ? { apart: [{ workload: other.id, key: roll.pick(["zone", "cluster"]), span: span() }] }
      : {}),
    ...(kind !== "each" && roll.chance(0.15)
      ? { survive: { count: 1, unit: roll.pick(["cluster", "cluster", "zone"]), keeping: 1, span: span() } }
      : {}),
    optional: roll.chance(0.2),
    priority: roll.chance(0.2) ? roll.between(-1, 1) : 0,
    ...(roll.chance(0.2)
      ? { prefer: [{ condition: randomCondition(roll), weight: roll.between(1, 5), span: span() }] }
      : {}),
    ...(roll.chance(0.1) ? { tolerates: [{ taint: "only", span: span() }] } : {}),
  });
}
