// Where a pod may run: what is read from its spec, and what is named because it can not be judged.
import { describe, expect, it } from "vitest";

import { NOTHING, matches } from "../../compiler/sources/selectors.ts";
import type { Selector } from "../../compiler/ir.ts";
import { deployment, load } from "./kit.ts";

const pod = (spec: string, more = "") =>
  load(`${deployment(`containers: [{ name: c }]\n${spec}`, { labels: ", tier: gold" })}${more}`).workload("web").pod;
const required = (kind: string, body: string) =>
  `affinity: { ${kind}: { requiredDuringSchedulingIgnoredDuringExecution: ${body} } }`;

describe("node selection", () => {
  it("reads selector, tolerations and affinity", () => {
    expect(pod("nodeSelector: { disk: ssd }").nodeSelector).toEqual({ disk: "ssd" });
    expect(
      pod("tolerations: [{ key: a, operator: Exists, effect: NoSchedule }, { operator: Exists }, { key: b, value: c }]")
        .tolerations,
    ).toEqual([
      { key: "a", operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists" },
      { key: "b", operator: "Equal", value: "c" },
    ]);
    expect(
      pod(
        required(
          "nodeAffinity",
          "{ nodeSelectorTerms: [{ matchExpressions: [{ key: z, operator: In, values: [a, b] }, { key: g, operator: Gt, values: ['3'] }] }, { matchExpressions: [{ key: w, operator: Exists }] }] }",
        ),
      ).nodeAffinity,
    ).toEqual([
      {
        requirements: [
          { key: "z", operator: "In", values: ["a", "b"] },
          { key: "g", operator: "Gt", values: ["3"] },
        ],
        fields: [],
      },
      { requirements: [{ key: "w", operator: "Exists", values: [] }], fields: [] },
    ]);
  });

  it("keeps Kubernetes' meaning of empty terms: they match nothing", () => {
    expect(
      pod(required("nodeAffinity", "{ nodeSelectorTerms: [{}, { matchExpressions: [{ key: w, operator: Exists }] }] }"))
        .nodeAffinity,
    ).toHaveLength(1);
    expect(pod(required("nodeAffinity", "{ nodeSelectorTerms: [{}] }")).nodeAffinity).toEqual([
      { requirements: NOTHING, fields: [] },
    ]);
    expect(
      pod("affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } }").nodeAffinity,
    ).toEqual([]);
  });

  it("names nodes: kept, and said", () => {
    const { nodeAffinity, unmodelled } = pod(
      required(
        "nodeAffinity",
        "{ nodeSelectorTerms: [{ matchFields: [{ key: metadata.name, operator: In, values: [n1] }] }] }",
      ),
    );
    expect(nodeAffinity).toEqual([
      { requirements: [], fields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] },
    ]);
    expect(unmodelled).toEqual(["its node affinity names single nodes (`matchFields`)"]);
  });
});

describe("pod affinity", () => {
  const term = (body: string, more = "") => pod(required("podAntiAffinity", `[{ topologyKey: zone, ${body} }]`), more);

  it.each([
    ["labelSelector: { matchLabels: { app: x } }", ["telco"]],
    ["labelSelector: {}, namespaces: [b, a]", ["b", "a"]],
    ["labelSelector: {}, namespaceSelector: {}", "all"],
    [
      "labelSelector: {}, namespaces: [a], namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: net } }",
      ["a", "net"],
    ],
  ])("looks in namespaces: %s", (body, namespaces) => {
    const { podAntiAffinity, unmodelled } = term(body);
    expect(podAntiAffinity[0]).toMatchObject({ topologyKey: "zone", namespaces });
    expect(unmodelled).toEqual([]);
  });

  it("by labels of namespaces: those of the app, and a reason to doubt", () => {
    const namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: { name: gold, labels: { tier: gold } }\n";
    const { podAntiAffinity, unmodelled } = term(
      "labelSelector: {}, namespaceSelector: { matchLabels: { tier: gold } }",
      namespace,
    );
    expect(podAntiAffinity[0]?.namespaces).toEqual(["gold"]);
    expect(unmodelled).toEqual([expect.stringContaining("selects namespaces by labels")]);
  });

  it("without a selector means no pod, with an empty one every pod", () => {
    expect(term("namespaces: [a]").podAntiAffinity[0]?.selector).toEqual(NOTHING);
    expect(term("labelSelector: {}").podAntiAffinity[0]?.selector).toEqual([]);
  });

  it("joins the pod's own labels", () => {
    const selector = (body: string): Selector =>
      term(`labelSelector: { matchLabels: { app: web } }, ${body}`).podAntiAffinity[0]?.selector ?? [];
    expect(selector("matchLabelKeys: [tier, unknown]")).toEqual([
      { key: "app", operator: "In", values: ["web"] },
      { key: "tier", operator: "In", values: ["gold"] },
    ]);
    expect(selector("mismatchLabelKeys: [tier]").at(-1)).toEqual({ key: "tier", operator: "NotIn", values: ["gold"] });
    expect(matches(selector("matchLabelKeys: [pod-template-hash]"), { app: "web", tier: "gold" })).toBe(true);
    expect(matches(selector("matchLabelKeys: [pod-template-hash]"), { app: "web", tier: "silver" })).toBe(false);
  });

  it("only what is required counts", () => {
    expect(
      pod(
        "affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: z } }] } }",
      ).podAffinity,
    ).toEqual([]);
  });
});

describe("spread", () => {
  it("reads what forbids, with Kubernetes' defaults", () => {
    const text = `topologySpreadConstraints:
- { maxSkew: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }
- { maxSkew: 1, topologyKey: host, whenUnsatisfiable: ScheduleAnyway }
- { maxSkew: 1, topologyKey: host, whenUnsatisfiable: DoNotSchedule, minDomains: 3, nodeAffinityPolicy: Ignore, nodeTaintsPolicy: Honor, labelSelector: {} }`;
    expect(pod(text).spread).toEqual([
      {
        maxSkew: 2,
        topologyKey: "zone",
        selector: [{ key: "app", operator: "In", values: ["web"] }],
        nodeAffinityPolicy: "Honor",
        nodeTaintsPolicy: "Ignore",
      },
      {
        maxSkew: 1,
        topologyKey: "host",
        selector: [],
        minDomains: 3,
        nodeAffinityPolicy: "Ignore",
        nodeTaintsPolicy: "Honor",
      },
    ]);
  });
});

describe("ports", () => {
  const ports = (spec: string) => load(deployment(spec)).workload("web");

  it("of containers and sidecars, with their host ports", () => {
    const web = ports(`containers:
- { name: c, ports: [{ name: http, containerPort: 80 }, { containerPort: 53, protocol: UDP, hostPort: 5353, hostIP: 10.0.0.1 }] }
initContainers:
- { name: s, restartPolicy: Always, ports: [{ containerPort: 90, hostPort: 90 }] }
- { name: i, ports: [{ containerPort: 91, hostPort: 91 }] }`);
    expect(web.ports).toEqual([
      { container: "c", name: "http", number: 80, protocol: "TCP" },
      { container: "c", number: 53, protocol: "UDP", hostPort: 5353 },
      { container: "s", number: 90, protocol: "TCP", hostPort: 90 },
    ]);
    expect(web.pod.hostPorts).toEqual([
      { port: 90, protocol: "TCP", ip: "0.0.0.0" },
      { port: 5353, protocol: "UDP", ip: "10.0.0.1" },
    ]);
    expect(web.hostNetwork).toBe(false);
  });

  it("on the host's network are all the node's, each once", () => {
    const web = ports(`hostNetwork: true
containers:
- { name: a, ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }] }
- { name: b, ports: [{ containerPort: 80 }] }`);
    expect(web.pod.hostPorts.map((p) => p.port)).toEqual([80, 81]);
    expect(web.hostNetwork).toBe(true);
  });
});

describe("what is not modelled is said", () => {
  const claim = (spec: string) =>
    `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: data }\nspec: { ${spec} }\n`;
  const volume = "volumes: [{ name: v, persistentVolumeClaim: { claimName: data } }]";
  it.each([
    ["schedulerName: mine", "", "scheduled by `mine`"],
    ["nodeName: n1", "", "bound to the node `n1`"],
    ["schedulingGates: [{ name: g }]", "", "scheduling gate `g`"],
    ["resourceClaims: [{ name: d, resourceClaimTemplateName: t }]", "", "claims devices"],
    ["runtimeClassName: gvisor", "", "runtime class `gvisor` is not in the app"],
    ["volumes: [{ name: d, awsElasticBlockStore: { volumeID: x } }]", "", "volume `d` is a disk"],
    [
      volume,
      `${claim("volumeName: pv")}---\napiVersion: v1\nkind: PersistentVolume\nmetadata: { name: pv }\nspec: { nodeAffinity: { required: {} } }\n`,
      "volume `pv` of its claim `data`",
    ],
    [
      volume,
      `${claim("storageClassName: near")}---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: near }\nallowedTopologies: [{}]\n`,
      "storage class `near`",
    ],
    [
      "",
      "---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: { name: up }\nspec: { targetRef: { kind: Deployment, name: web } }\n",
      "`VerticalPodAutoscaler/up` may change",
    ],
  ])("%s", (spec, more, reason) => {
    expect(pod(spec, more).unmodelled).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ["schedulerName: default-scheduler", ""],
    [
      "runtimeClassName: gvisor",
      "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: gvisor }\nhandler: runsc\n",
    ],
    [volume, claim("accessModes: [ReadWriteOncePod]")],
    [
      "",
      "---\napiVersion: autoscaling.k8s.io/v1\nkind: VerticalPodAutoscaler\nmetadata: { name: up }\nspec: { targetRef: { kind: Deployment, name: web }, updatePolicy: { updateMode: 'Off' } }\n",
    ],
  ])("but not without a reason: %s", (spec, more) => {
    expect(pod(spec, more).unmodelled).toEqual([]);
  });

  it("one pod may use a claim for one pod, two may not", () => {
    const text = `${deployment(`containers: [{ name: c }]\n${volume}`, { replicas: 2 })}${claim("accessModes: [ReadWriteOncePod]")}`;
    expect(load(text).workload("web").pod.unmodelled).toEqual([expect.stringContaining("ReadWriteOncePod")]);
  });

  it("a runtime class of the app gives overhead, nodes and tolerations", () => {
    const runtimeClass = `---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: kata }
handler: kata
overhead: { podFixed: { cpu: 250m, memory: 160Mi } }
scheduling: { nodeSelector: { kata: "yes" }, tolerations: [{ key: kata, operator: Exists }] }
`;
    const web = load(
      `${deployment("runtimeClassName: kata\ncontainers: [{ name: c, resources: { requests: { cpu: 1 } } }]")}${runtimeClass}`,
    ).workload("web");
    expect(web.demand).toEqual({ cpu: 1250, memory: 160 * 2 ** 20, pods: 1 });
    expect(web.pod.nodeSelector).toEqual({ kata: "yes" });
    expect(web.pod.tolerations).toEqual([{ key: "kata", operator: "Exists" }]);
  });
});

describe("selectors match as Kubernetes says", () => {
  it.each<[Selector[number]["operator"], string[], Record<string, string>, boolean]>([
    ["In", ["a", "b"], { k: "a" }, true],
    ["In", ["a"], { k: "c" }, false],
    ["In", ["a"], {}, false],
    ["NotIn", ["a"], { k: "a" }, false],
    ["NotIn", ["a"], {}, true],
    ["Exists", [], { k: "" }, true],
    ["Exists", [], {}, false],
    ["DoesNotExist", [], {}, true],
    ["DoesNotExist", [], { k: "x" }, false],
    ["Gt", ["3"], { k: "4" }, true],
    ["Gt", ["3"], { k: "3" }, false],
    ["Lt", ["3"], { k: "-1" }, true],
    ["Gt", ["3"], { k: "x" }, false],
    ["Gt", ["9007199254740993"], { k: "9007199254740994" }, true],
  ])("%s %j on %j is %s", (operator, values, labels, expected) => {
    expect(matches([{ key: "k", operator, values }], labels)).toBe(expected);
  });

  it("all requirements hold together; none selects all; inherited names are no labels", () => {
    expect(matches([], {})).toBe(true);
    expect(matches([{ key: "toString", operator: "Exists", values: [] }], {})).toBe(false);
    expect(matches(NOTHING, { a: "b" })).toBe(false);
  });
});
