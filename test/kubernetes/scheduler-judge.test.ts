// The scheduler judge against small cases whose outcome follows from the Kubernetes documentation.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterTools, nodes, toolsMissing } from "./clusters.ts";
import {
  startSchedulerJudge,
  type SchedulerJudge,
  type SchedulingCase,
  type SchedulingVerdict,
} from "./scheduler-judge.ts";

const template = (app: string, cpu: string, more: object = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "main", image: "none", resources: { requests: { cpu } } }], ...more },
});
const selector = (app: string) => ({ matchLabels: { app } });
const workload = (kind: string, name: string, spec: object) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: "app" },
  spec: { selector: selector(name), ...spec },
});
const deployment = (name: string, replicas: number, cpu: string, more: object = {}) =>
  workload("Deployment", name, { replicas, template: template(name, cpu, more) });
const pod = (name: string, cpu: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  ...template(name, cpu, more),
  metadata: { name, namespace: "foreign", labels: { app: name } },
});

const tainted = { taints: [{ key: "edge", value: "yes", effect: "NoSchedule" }] } as const;
const tolerates = { tolerations: [{ key: "edge", operator: "Exists" }] };
const apart = (app: string) => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: selector(app), topologyKey: "kubernetes.io/hostname" },
      ],
    },
  },
});
const beside = (app: string) => ({ affinity: { podAffinity: apart(app).affinity.podAntiAffinity } });
const port = { containers: [{ name: "main", image: "none", ports: [{ containerPort: 80, hostPort: 80 }] }] };
const priority = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "high" }, value: 1000 };
const quota = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "none", namespace: "app" },
  spec: { hard: { pods: "1" } },
};

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "6Gi" } } };

/** How many pods of each workload were scheduled, how many are pending and how many were never made. */
interface Example extends SchedulingCase {
  readonly title: string;
  readonly expected: Readonly<Record<string, string>>;
}

const examples: readonly Example[] = [
  {
    title: "what fits is scheduled",
    nodes: nodes("n", 2),
    batches: [[deployment("web", 4, "4")]],
    expected: { "Deployment/web": "4 scheduled" },
  },
  {
    title: "what does not fit is pending",
    nodes: nodes("n", 2),
    batches: [[deployment("web", 5, "4")]],
    expected: { "Deployment/web": "4 scheduled, 1 pending" },
  },
  {
    title: "without a node everything is pending",
    nodes: [],
    batches: [[deployment("web", 1, "1")]],
    expected: { "Deployment/web": "1 pending" },
  },
  {
    title: "a taint keeps out who does not tolerate it",
    nodes: nodes("n", 1, tainted),
    batches: [[deployment("web", 1, "1"), deployment("edge", 1, "1", tolerates)]],
    expected: { "Deployment/edge": "1 scheduled", "Deployment/web": "1 pending" },
  },
  {
    title: "a DaemonSet has a pod on each node that it may use, and foreign pods take their room",
    nodes: [...nodes("n", 2), ...nodes("t", 1, tainted), ...nodes("off", 1, { unschedulable: true })],
    batches: [
      [workload("DaemonSet", "agent", { template: template("agent", "1") }), pod("other", "6", { nodeName: "n-1" })],
      [deployment("web", 3, "4")],
    ],
    expected: {
      "DaemonSet/agent": "3 scheduled",
      "Deployment/web": "1 scheduled, 2 pending",
      "Pod/other": "1 scheduled",
    },
  },
  {
    title: "a StatefulSet makes its pods one after another",
    nodes: nodes("n", 1),
    batches: [[workload("StatefulSet", "db", { serviceName: "db", replicas: 4, template: template("db", "3") })]],
    expected: { "StatefulSet/db": "2 scheduled, 1 pending, 1 missing" },
  },
  {
    title: "pods that stay apart need a node each",
    nodes: nodes("n", 2),
    batches: [[deployment("web", 3, "1", apart("web"))]],
    expected: { "Deployment/web": "2 scheduled, 1 pending" },
  },
  {
    title: "a pod that waits for its neighbour is tried again",
    nodes: nodes("n", 3),
    batches: [[deployment("near", 2, "1", beside("anchor")), deployment("anchor", 1, "1")]],
    expected: { "Deployment/anchor": "1 scheduled", "Deployment/near": "2 scheduled" },
  },
  {
    title: "a port of the host is taken once",
    nodes: nodes("n", 1),
    batches: [[deployment("web", 2, "1", port)]],
    expected: { "Deployment/web": "1 scheduled, 1 pending" },
  },
  {
    title: "who has priority drives others out",
    nodes: nodes("n", 1),
    batches: [[priority, pod("low", "8")], [deployment("web", 1, "8", { priorityClassName: "high" })]],
    expected: { "Deployment/web": "1 scheduled", "Pod/low": "1 missing" },
  },
  {
    title: "the order of batches decides who finds room",
    nodes: nodes("n", 1),
    batches: [[deployment("early", 1, "5")], [deployment("late", 1, "5")]],
    expected: { "Deployment/late": "1 pending", "Deployment/early": "1 scheduled" },
  },
  {
    title: "claims get volumes",
    nodes: nodes("n", 2),
    batches: [
      [
        workload("StatefulSet", "db", {
          serviceName: "db",
          replicas: 2,
          template: template("db", "1"),
          volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }],
        }),
        { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "files", namespace: "app" }, spec: claim },
        deployment("web", 1, "1", { volumes: [{ name: "files", persistentVolumeClaim: { claimName: "files" } }] }),
      ],
    ],
    expected: { "Deployment/web": "1 scheduled", "StatefulSet/db": "2 scheduled" },
  },
  {
    title: "pods that admission refuses are missing",
    nodes: nodes("n", 1),
    batches: [[quota], [deployment("web", 2, "1")]],
    seconds: 3,
    expected: { "Deployment/web": "1 scheduled, 1 missing" },
  },
];

describe.skipIf(toolsMissing(...clusterTools))("the scheduler judge", () => {
  let judge: SchedulerJudge;
  beforeAll(async () => void (judge = await startSchedulerJudge()));
  afterAll(() => judge?.stop());

  test.each(examples)("$title", async ({ expected, ...input }) => {
    expect(summary(await judge.judge(input))).toEqual(expected);
  });

  test("it says where, and why not", async () => {
    const verdict = await judge.judge({ nodes: nodes("n", 1), batches: [[deployment("web", 2, "5")]] });
    expect(verdict.scheduled.map((one) => [one.namespace, one.workload, one.node])).toEqual([
      ["app", "Deployment/web", "n-1"],
    ]);
    expect(verdict.pending.map((one) => one.message)).toEqual([expect.stringContaining("1 Insufficient cpu")]);
  });

  test("what the clusters have no kind for is left out, and named", async () => {
    const network = { apiVersion: "k8s.cni.cncf.io/v1", kind: "NetworkAttachmentDefinition", metadata: { name: "n6" } };
    const verdict = await judge.judge({ nodes: nodes("n", 1), batches: [[network, deployment("web", 1, "1")]] });
    expect(verdict.ignored).toEqual(["NetworkAttachmentDefinition/n6"]);
    expect(verdict.scheduled).toHaveLength(1);
  });

  test("the answers stay right, case after case and side by side", async () => {
    const cases = Array.from({ length: 40 }, (_, index) => ({
      nodes: nodes("n", 5),
      batches: [["a", "b", "c", "d", "e"].map((name) => deployment(name, 3, index % 4 === 0 ? "4" : "1"))],
    }));
    const before = performance.now();
    const verdicts = await Promise.all(cases.map((one) => judge.judge(one)));
    const seconds = (performance.now() - before) / 1000;
    console.log(`${cases.length} cases of 15 pods: ${seconds.toFixed(1)} s`);
    expect(verdicts.map((verdict) => verdict.scheduled.length)).toEqual(
      cases.map((_, index) => (index % 4 === 0 ? 10 : 15)),
    );
    expect(verdicts.filter((verdict) => !verdict.settled)).toEqual([]);
  });
});

function summary(verdict: SchedulingVerdict): Record<string, string> {
  const counts = new Map<string, string[]>();
  const add = (workload: string, words: string) => counts.set(workload, [...(counts.get(workload) ?? []), words]);
  for (const kind of ["scheduled", "pending"] as const) {
    const workloads = verdict[kind].map((one) => one.workload);
    for (const one of new Set(workloads)) add(one, `${workloads.filter((other) => other === one).length} ${kind}`);
  }
  for (const one of verdict.missing) add(one.workload, `${one.expected - one.found} missing`);
  return Object.fromEntries([...counts].map(([workload, words]) => [workload, words.join(", ")]));
}
