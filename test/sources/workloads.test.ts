// Which objects are workloads, how many pods they have, whether they may be divided, and how they are named.
import { describe, expect, it } from "vitest";

import { deployment, load, manifests, named } from "./kit.ts";

const template =
  "template: { metadata: { labels: { app: x } }, spec: { containers: [{ name: c, resources: { requests: { cpu: 1 } } }] } }";
const object = (apiVersion: string, kind: string, spec: string, name = "x") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: { ${spec} }\n`;
const selector = "selector: { matchLabels: { app: x } }";

describe("kinds", () => {
  it.each([
    ["Deployment", object("apps/v1", "Deployment", `replicas: 3, ${selector}, ${template}`), 3, undefined],
    ["a Deployment without replicas", object("apps/v1", "Deployment", `${selector}, ${template}`), 1, undefined],
    ["none", object("apps/v1", "Deployment", `replicas: 0, ${selector}, ${template}`), 0, undefined],
    ["ReplicaSet", object("apps/v1", "ReplicaSet", `replicas: 2, ${selector}, ${template}`), 2, undefined],
    ["StatefulSet", object("apps/v1", "StatefulSet", `replicas: 3, ${selector}, ${template}`), 3, "is a StatefulSet"],
    ["DaemonSet", object("apps/v1", "DaemonSet", `${selector}, ${template}`), 1, "is a DaemonSet"],
    ["Job", object("batch/v1", "Job", `parallelism: 4, completions: 2, ${template}`), 2, "is a Job"],
    ["a Job for a queue", object("batch/v1", "Job", `parallelism: 4, ${template}`), 4, "is a Job"],
    [
      "CronJob",
      object("batch/v1", "CronJob", `schedule: "* * * * *", jobTemplate: { spec: { parallelism: 2, ${template} } }`),
      2,
      "is a CronJob",
    ],
    [
      "Pod",
      "apiVersion: v1\nkind: Pod\nmetadata: { name: x, labels: { app: x } }\nspec: { containers: [{ name: c, resources: { requests: { cpu: 1 } } }] }\n",
      1,
      "is a single Pod",
    ],
    [
      "ReplicationController",
      object("v1", "ReplicationController", `replicas: 2, selector: { app: x }, ${template}`),
      2,
      "is a ReplicationController, which is taken whole",
    ],
  ])("%s", (_name, text, replicas, whole) => {
    const { workloads, codes } = load(text);
    expect(codes).toEqual([]);
    expect(workloads).toHaveLength(1);
    expect(workloads[0]).toMatchObject({
      id: "core/x",
      app: "core",
      name: "x",
      namespace: "telco",
      replicas,
      demand: { cpu: 1000, pods: 1 },
    });
    expect(workloads[0]?.indivisible ?? "").toContain(whole ?? "");
    expect(workloads[0]?.indivisible === undefined).toBe(whole === undefined);
    expect(workloads[0]?.perNode).toBe(text.includes("DaemonSet"));
  });

  it("of other groups are not meant", () => {
    expect(load(object("serving.knative.dev/v1", "Deployment", template)).workloads).toEqual([]);
  });

  it("say what they select", () => {
    expect(load(object("batch/v1", "Job", template)).workload("x").selector).toEqual([
      { key: "batch.kubernetes.io/job-name", operator: "In", values: ["x"] },
    ]);
    expect(
      load(
        object(
          "apps/v1",
          "Deployment",
          `selector: { matchExpressions: [{ key: app, operator: In, values: [x, w] }] }, ${template}`,
        ),
      ).workload("x").selector,
    ).toEqual([{ key: "app", operator: "In", values: ["x", "w"] }]);
    expect(
      load(object("apps/v1", "Deployment", `selector: { matchLabels: { app: w } }, ${template}`)).diagnostics,
    ).toMatchObject([
      {
        code: "source/bad-field",
        message: "`spec.selector` of `Deployment/x` does not select the pods of its own template",
      },
    ]);
  });
});

describe("autoscalers and claims", () => {
  const hpa = (spec: string, version = "v2") =>
    `---\n${object(`autoscaling/${version}`, "HorizontalPodAutoscaler", `scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }, ${spec}`, "up")}`;
  const web = (more: string, replicas?: number) =>
    load(`${deployment("containers: [{ name: c }]", replicas === undefined ? {} : { replicas })}${more}`).workload(
      "web",
    );

  it.each([
    [hpa("minReplicas: 2, maxReplicas: 5"), 1, 2, 2, 5],
    [hpa("minReplicas: 2, maxReplicas: 5"), 4, 4, 2, 5],
    [hpa("minReplicas: 2, maxReplicas: 5"), 9, 5, 2, 5],
    [hpa("maxReplicas: 5", "v1"), 1, 1, 1, 5],
    [hpa("minReplicas: 2, maxReplicas: 5"), 0, 0, 2, 5],
    [`---\n${object("keda.sh/v1alpha1", "ScaledObject", "scaleTargetRef: { name: web }", "up")}`, 3, 3, 0, 100],
    [
      `---\n${object("keda.sh/v1alpha1", "ScaledObject", "scaleTargetRef: { name: web }, minReplicaCount: 4, maxReplicaCount: 6", "up")}`,
      3,
      4,
      4,
      6,
    ],
  ])("%s with %d replicas", (text, stated, replicas, min, max) => {
    const workload = web(text, stated);
    expect(workload.replicas).toBe(replicas);
    expect(workload.autoscaler).toMatchObject({ min, max });
    expect(workload.indivisible).toMatch(/^has an autoscaler \(`\w+\/up`\)/);
    expect(workload.travels).toContain(workload.autoscaler?.object);
  });

  it("of other workloads say nothing", () => {
    expect(web(hpa("maxReplicas: 5").replace("name: web", "name: other")).autoscaler).toBeUndefined();
  });

  it("make a workload whole", () => {
    const text = deployment(
      "containers: [{ name: c }]\nvolumes: [{ name: v, persistentVolumeClaim: { claimName: data } }]",
      { replicas: 2 },
    );
    expect(load(text).workload("web")).toMatchObject({
      claims: ["telco/data"],
      indivisible: "uses the claim `data`, whose data is in one place",
    });
    const set = object(
      "apps/v1",
      "StatefulSet",
      `replicas: 2, ordinals: { start: 3 }, volumeClaimTemplates: [{ metadata: { name: disk }, spec: { storageClassName: fast } }], ${selector}, ${template}`,
    );
    expect(load(set).workload("x").claims).toEqual(["telco/disk-x-3", "telco/disk-x-4"]);
    expect(load(set.replace("replicas: 2", "replicas: 1000000000")).workload("x").claims).toHaveLength(1000);
  });
});

describe("names", () => {
  const machine =
    "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: { name: firewall, labels: { tier: gold } }\nspec: { template: { metadata: { labels: { app: fw } }, spec: { nodeSelector: { vm: 'yes' }, domain: {} } } }\n";

  it("may be given, and then replace the object's", () => {
    const { workloads, codes } = load({ "m.yaml": deployment("containers: [{ name: c }]") }, [
      manifests("m.yaml"),
      named("site", "Deployment/web"),
    ]);
    expect(codes).toEqual([]);
    expect(workloads.map((w) => [w.id, w.name, w.object])).toEqual([
      ["core/site", "site", "apps/v1/Deployment/telco/web"],
    ]);
  });

  it("may be given to foreign kinds with pods in the usual place, which say what they need themselves", () => {
    const rollout = deployment("containers: [{ name: c, resources: { requests: { cpu: 2 } } }]", { replicas: 3 })
      .replace("apps/v1", "argoproj.io/v1alpha1")
      .replace("kind: Deployment", "kind: Rollout");
    const app = load({ "m.yaml": rollout }, [manifests("m.yaml"), named("site", "Rollout/web")]);
    expect(app.codes).toEqual([]);
    expect(app.workload("site")).toMatchObject({
      kind: "other",
      replicas: 3,
      demand: { cpu: 2000, pods: 1 },
      podLabels: { app: "web" },
      selector: [{ key: "app", values: ["web"] }],
    });
  });

  it("may be given to foreign kinds, with what these need", () => {
    const { workload, codes } = load({ "m.yaml": machine }, [
      named("fw", "VirtualMachine/firewall", "cpu 4", "memory 8Gi", "gpu 1"),
      manifests("m.yaml"),
    ]);
    expect(codes).toEqual([]);
    expect(workload("fw")).toMatchObject({
      kind: "other",
      replicas: 1,
      demand: { cpu: 4000, memory: 8 * 2 ** 30, "nvidia.com/gpu": 1, pods: 1 },
      indivisible: "is a VirtualMachine, which is taken whole",
      podLabels: { app: "fw" },
      pod: { nodeSelector: { vm: "yes" } },
      properties: { tier: "gold", app: "core", name: "fw", kind: "VirtualMachine", namespace: "telco" },
    });
    expect(load(machine).workloads).toEqual([]);
  });

  it.each([
    [["fw", "VirtualMachine/firewall"], "needs-missing"],
    [["fw", "VirtualMachine/firewal", "cpu 1"], "no-such-object"],
    [["fw", "VirtualMachine/firewall", "cpu much"], "bad-amount"],
    [["fw", "VirtualMachine/firewall", "cpus 1"], "unknown-resource"],
    [["fw", "VirtualMachine/firewall", "cpu 1", "cpu 2"], "stated-twice"],
    [["site", "Deployment/web", "cpu 1"], "needs-of-known-kind"],
  ] as const)("%j is %s", ([name, of, ...needs], code) => {
    const { codes, diagnostics } = load({ "m.yaml": `${machine}---\n${deployment("containers: [{ name: c }]")}` }, [
      manifests("m.yaml"),
      named(name, of, ...needs),
    ]);
    expect(codes.filter((c) => c !== "used-by-nothing")).toEqual([code]);
    expect(diagnostics[0]?.span).toBeDefined();
  });

  it("proposes the near one", () => {
    const { diagnostics } = load({ "m.yaml": machine }, [
      manifests("m.yaml"),
      named("fw", "VirtualMachine/firewal", "cpu 1"),
    ]);
    expect(diagnostics[0]).toMatchObject({
      message: "there is no `VirtualMachine/firewal` in app `core`",
      help: "did you mean `VirtualMachine/firewall`?",
    });
  });

  it("that two workloads would have are an error, until one is renamed", () => {
    const text = `${deployment("containers: [{ name: c }]")}---\n${deployment("containers: [{ name: c }]").replace("kind: Deployment", "kind: StatefulSet")}`;
    expect(load(text)).toMatchObject({
      codes: ["two-workloads"],
      diagnostics: [{ help: "give one of them another name: `workload NAME = StatefulSet/web`" }],
    });
    expect(
      load({ "m.yaml": text }, [manifests("m.yaml"), named("store", "StatefulSet/web")]).workloads.map((w) => w.name),
    ).toEqual(["store", "web"]);
  });

  it("in two namespaces are told apart by the namespace", () => {
    const text = `${deployment("containers: [{ name: c }]")}---\n${deployment("containers: [{ name: c }]").replace("name: web }", "name: web, namespace: b }")}`;
    expect(load({ "m.yaml": text }, [manifests("m.yaml"), named("one", "Deployment/web")]).codes).toEqual([
      "ambiguous-object",
      "two-workloads",
    ]);
    const both = load({ "m.yaml": text }, [manifests("m.yaml"), named("one", "Deployment/b/web")]);
    expect(both.codes).toEqual([]);
    expect(both.workloads.map((w) => [w.name, w.namespace])).toEqual([
      ["one", "b"],
      ["web", "telco"],
    ]);
  });

  it("are given once", () => {
    const { codes } = load({ "m.yaml": deployment("containers: [{ name: c }]") }, [
      manifests("m.yaml"),
      named("a", "Deployment/web"),
      named("b", "Deployment/web"),
    ]);
    expect(codes).toEqual(["named-twice"]);
  });
});

describe("fields of another shape", () => {
  it.each([
    ["replicas: two", "`spec.replicas` of `Deployment/web` must be a whole number of at least 0"],
    ["template: x", "`spec.template` of `Deployment/web` must be a mapping"],
  ])("%s", (line, message) => {
    const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  selector: { matchLabels: {} }\n  ${line}\n`;
    const { diagnostics } = load(text);
    expect(diagnostics.map((d) => d.message)).toContain(message);
    const { start = 0, end = 0 } = diagnostics.find((d) => d.message === message)?.span ?? {};
    expect(text.slice(start, end)).toBe(line.split(": ")[1]);
  });

  it("are said once, at the object that has them", () => {
    const text = `${deployment("containers: [{ name: c, resources: { requests: { cpu: lots } } }]")}---
${object("autoscaling/v2", "HorizontalPodAutoscaler", "scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: many", "up")}`;
    expect(load(text).diagnostics.map((d) => d.message)).toEqual([
      "`spec.template.spec.containers[0].resources.requests.cpu` of `Deployment/web` is `lots`, which is not a quantity such as `500m`, `8` or `16Gi`",
      "`spec.maxReplicas` of `HorizontalPodAutoscaler/up` must be a whole number of at least 0",
    ]);
  });
});
