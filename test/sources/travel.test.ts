// What goes wherever a workload goes: what a pod names, what follows it, its networks and accounts.
import { describe, expect, it } from "vitest";

import { deployment, load, object, secret, service, web } from "./kit.ts";

describe("what a pod names", () => {
  const named: readonly (readonly [string, string])[] = [
    ["volumes: [{ name: v, configMap: { name: it } }]", "ConfigMap"],
    ["volumes: [{ name: v, secret: { secretName: it } }]", "Secret"],
    ["volumes: [{ name: v, projected: { sources: [{ configMap: { name: it } }] } }]", "ConfigMap"],
    [
      "volumes: [{ name: v, projected: { sources: [{ serviceAccountToken: {} }, { secret: { name: it } }] } }]",
      "Secret",
    ],
    ["volumes: [{ name: v, persistentVolumeClaim: { claimName: it } }]", "PersistentVolumeClaim"],
    ["volumes: [{ name: v, csi: { driver: d, nodePublishSecretRef: { name: it } } }]", "Secret"],
    ["volumes: [{ name: v, azureFile: { secretName: it } }]", "Secret"],
    ["imagePullSecrets: [{ name: it }]", "Secret"],
    ["serviceAccountName: it", "ServiceAccount"],
    ["serviceAccount: it", "ServiceAccount"],
    [
      "containers: [{ name: c, env: [{ name: A, valueFrom: { configMapKeyRef: { name: it, key: k } } }] }]",
      "ConfigMap",
    ],
    ["containers: [{ name: c, env: [{ name: A, valueFrom: { secretKeyRef: { name: it, key: k } } }] }]", "Secret"],
    ["containers: [{ name: c, envFrom: [{ configMapRef: { name: it } }] }]", "ConfigMap"],
    ["initContainers: [{ name: c, envFrom: [{ secretRef: { name: it } }] }]", "Secret"],
    ["resourceClaims: [{ name: d, resourceClaimTemplateName: it }]", "ResourceClaimTemplate"],
  ];
  const versions: Readonly<Record<string, string>> = { ResourceClaimTemplate: "resource.k8s.io/v1" };

  it.each(named)("%s", (spec, kind) => {
    const there = object(versions[kind] ?? "v1", kind, "it");
    const elsewhere = object(versions[kind] ?? "v1", kind, "it", "", ", namespace: other");
    expect(web(spec, there).travels("web")).toEqual([`${kind}/it`]);
    expect(web(spec, there).loose).toEqual([]);
    expect(web(spec, there).codes).toEqual([]);
    expect(web(spec, elsewhere).travels("web")).toEqual([]);
    expect(web(spec).diagnostics).toMatchObject([
      {
        code: "source/taken-to-exist",
        severity: "hint",
        message: `\`${kind}/it\` in \`telco\`, used by \`Deployment/web\`, is not in this app; it is taken to exist`,
      },
    ]);
  });

  it.each([
    ["priorityClassName: it", "scheduling.k8s.io/v1", "PriorityClass"],
    ["runtimeClassName: it", "node.k8s.io/v1", "RuntimeClass"],
    [
      "volumes: [{ name: v, ephemeral: { volumeClaimTemplate: { spec: { storageClassName: it } } } }]",
      "storage.k8s.io/v1",
      "StorageClass",
    ],
  ])("of the whole cluster: %s", (spec, version, kind) => {
    const app = web(spec, object(version, kind, "it", "", ", namespace: ignored"));
    expect(app.travels("web")).toEqual([`${kind}/it`]);
    expect(app.objects.at(-1)).toMatchObject({ clusterScoped: true, key: `${version}/${kind}//it` });
    expect(web(spec).diagnostics[0]?.message).toBe(
      `\`${kind}/it\`, used by \`Deployment/web\`, is not in this app; it is taken to exist`,
    );
  });

  it("what may be missing, and what is everywhere, is not spoken of", () => {
    expect(
      web(
        "volumes: [{ name: v, configMap: { name: it, optional: true } }, { name: k, configMap: { name: kube-root-ca.crt } }, { name: s, secret: { secretName: it, optional: true } }, { name: p, projected: { sources: [{ secret: { name: it, optional: true } }] } }]\ncontainers: [{ name: c, env: [{ name: A, valueFrom: { secretKeyRef: { name: it, optional: true } } }, { name: B, valueFrom: { configMapKeyRef: { name: it, optional: true } } }], envFrom: [{ secretRef: { name: it, optional: true } }, { configMapRef: { name: it, optional: true } }] }]\nserviceAccountName: default\npriorityClassName: system-node-critical",
      ).codes,
    ).toEqual([]);
  });

  it("one hint names everyone who uses what is missing", () => {
    const uses = "volumes: [{ name: v, secret: { secretName: it } }]";
    const text = ["a", "b", "c", "d", "e"].map((name) => deployment(uses, { name })).join("---\n");
    expect(load(text).diagnostics.map((d) => d.message)).toEqual([
      "`Secret/it` in `telco`, used by `Deployment/a`, `Deployment/b`, `Deployment/c` and 2 more, is not in this app; it is taken to exist",
    ]);
  });
});

describe("networks of Multus", () => {
  const attachment = (name: string, metadata = "") =>
    object("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition", name, "", metadata);
  const withNetworks = (value: string) =>
    deployment("containers: [{ name: c }]").replace(
      "metadata: { labels",
      `metadata: { annotations: { k8s.v1.cni.cncf.io/networks: '${value}' }, labels`,
    );

  it.each([
    ["n3", ["n3 in telco"]],
    ["n3, n4@eth1", ["n3 in telco", "n4 in telco"]],
    ["other/n3@eth1,n4", ["n3 in other", "n4 in telco"]],
    ['[{ "name": "n3", "namespace": "other" }, { "name": "n4", "interface": "x" }]', ["n3 in other", "n4 in telco"]],
    ['{ "name": "n4" }', ["n4 in telco"]],
    ["", []],
    ["[{ broken", []],
    ["[1, null, {}]", []],
  ])("%s", (value, networks) => {
    const app = load(
      `${withNetworks(value)}${attachment("n3")}${attachment("n3", ", namespace: other")}${attachment("n4")}`,
    );
    const names = app.workload("web").travels.map((key) => key.split("/").slice(-2).reverse().join(" in "));
    expect(names.sort()).toEqual(networks);
  });
});

describe("what follows", () => {
  const c = "containers: [{ name: c }]";
  it.each([
    ["a Service that selects it", service("s", "app: web"), ["Service/s"]],
    ["not one that selects less than it has", service("s", "app: web, tier: gold"), []],
    ["not one of another namespace", service("s", "app: web", ", namespace: other"), []],
    ["not one without a selector", object("v1", "Service", "s", "spec: { ports: [] }"), []],
    ["not one with an empty selector", object("v1", "Service", "s", "spec: { selector: {} }"), []],
    [
      "the Service's slices and exports",
      `${service("s", "app: web")}${object("discovery.k8s.io/v1", "EndpointSlice", "s-1", "", ", labels: { kubernetes.io/service-name: s }")}${object("multicluster.x-k8s.io/v1alpha1", "ServiceExport", "s")}${object("v1", "Endpoints", "s")}`,
      ["EndpointSlice/s-1", "Endpoints/s", "Service/s", "ServiceExport/s"],
    ],
    [
      "a budget",
      object("policy/v1", "PodDisruptionBudget", "b", "spec: { selector: { matchLabels: { app: web } } }"),
      ["PodDisruptionBudget/b"],
    ],
    [
      "a budget for all",
      object("policy/v1", "PodDisruptionBudget", "b", "spec: { selector: {} }"),
      ["PodDisruptionBudget/b"],
    ],
    ["a budget for none", object("policy/v1", "PodDisruptionBudget", "b", "spec: {}"), []],
    [
      "a policy",
      object(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "p",
        "spec: { podSelector: { matchExpressions: [{ key: app, operator: In, values: [web, db] }] } }",
      ),
      ["NetworkPolicy/p"],
    ],
    [
      "a policy for all",
      object("networking.k8s.io/v1", "NetworkPolicy", "p", "spec: { podSelector: {} }"),
      ["NetworkPolicy/p"],
    ],
    [
      "not a policy for others",
      object("networking.k8s.io/v1", "NetworkPolicy", "p", "spec: { podSelector: { matchLabels: { app: db } } }"),
      [],
    ],
    [
      "an autoscaler",
      object(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "h",
        "spec: { scaleTargetRef: { kind: Deployment, name: web }, maxReplicas: 2 }",
      ),
      ["HorizontalPodAutoscaler/h"],
    ],
    [
      "not one of a StatefulSet with its name",
      object(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "h",
        "spec: { scaleTargetRef: { kind: StatefulSet, name: web }, maxReplicas: 2 }",
      ),
      [],
    ],
    ["its namespace", object("v1", "Namespace", "telco"), ["Namespace/telco"]],
    ["a quota of its namespace", object("v1", "ResourceQuota", "q"), ["ResourceQuota/q"]],
    [
      "a monitor of its pods",
      object("monitoring.coreos.com/v1", "PodMonitor", "m", "spec: { selector: { matchLabels: { app: web } } }"),
      ["PodMonitor/m"],
    ],
    [
      "a monitor of its Service",
      `${service("s", "app: web", ", labels: { m: web }")}${object("monitoring.coreos.com/v1", "ServiceMonitor", "m", "spec: { selector: { matchLabels: { m: web } }, namespaceSelector: { any: true } }", ", namespace: other")}`,
      ["Service/s", "ServiceMonitor/m"],
    ],
  ])("%s", (_name, text, expected) => {
    const app = web(c, text);
    expect(app.travels("web")).toEqual(expected);
    expect(app.loose).toHaveLength(app.objects.length - 1 - expected.length);
    expect(app.workload("web").services).toEqual(
      app.workload("web").travels.filter((key) => key.startsWith("v1/Service/")),
    );
  });

  it("a Service follows each workload that it selects, and what leads to it follows too", () => {
    const text = [
      deployment("containers: [{ name: c }]", { name: "a", labels: ", part: x" }),
      `---\n${deployment("containers: [{ name: c }]", { name: "b", labels: ", part: x" })}`,
      service("both", "part: x"),
      service("only-b", "app: b"),
      object(
        "networking.k8s.io/v1",
        "Ingress",
        "in",
        "spec: { ingressClassName: nginx, tls: [{ secretName: cert }], rules: [{ http: { paths: [{ backend: { service: { name: only-b } } }] } }] }",
      ),
      secret("cert"),
      object("networking.k8s.io/v1", "IngressClass", "nginx"),
    ].join("");
    expect(load(text).travels("a")).toEqual(["Service/both"]);
    expect(load(text).travels("b")).toEqual([
      "Ingress/in",
      "IngressClass/nginx",
      "Secret/cert",
      "Service/both",
      "Service/only-b",
    ]);
  });

  it("routes come with their gateways, but not with the Services of others", () => {
    const text = [
      deployment("containers: [{ name: c }]", { name: "a" }),
      `---\n${deployment("containers: [{ name: c }]", { name: "b" })}`,
      service("a", "app: a"),
      service("b", "app: b"),
      object(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "r",
        "spec: { parentRefs: [{ name: g, namespace: infra }], rules: [{ backendRefs: [{ name: a }, { name: b }, { name: out }] }] }",
      ),
      object(
        "gateway.networking.k8s.io/v1",
        "Gateway",
        "g",
        "spec: { gatewayClassName: k, listeners: [{ tls: { certificateRefs: [{ name: cert }] } }] }",
        ", namespace: infra",
      ),
      object("v1", "Secret", "cert", "", ", namespace: infra"),
      object("networking.istio.io/v1", "Gateway", "g", "", ", namespace: infra"),
      object("v1", "Service", "out", "spec: { type: ExternalName, externalName: example.com }"),
    ].join("");
    const app = load(text);
    expect(app.travels("a")).toEqual(["Gateway/g", "HTTPRoute/r", "Secret/cert", "Service/a", "Service/out"]);
    expect(app.loose).toEqual(["networking.istio.io/v1/Gateway/infra/g"]);
    expect(app.codes).toEqual(["taken-to-exist", "used-by-nothing"]);
  });

  it("a StatefulSet's Services: the headless one, and those of single pods", () => {
    const set = `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 2
  serviceName: db-headless
  selector: { matchLabels: { app: db } }
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { storageClassName: fast } }]
  template: { metadata: { labels: { app: db } }, spec: { containers: [{ name: c }] } }
`;
    const app = load(
      `${set}${service("db-headless", "none: such")}${service("first", "statefulset.kubernetes.io/pod-name: db-0")}${service("third", "statefulset.kubernetes.io/pod-name: db-2")}${object("storage.k8s.io/v1", "StorageClass", "fast")}`,
    );
    expect(app.travels("db")).toEqual(["Service/db-headless", "Service/first", "StorageClass/fast"]);
    expect(app.workload("db").services).toEqual(["v1/Service/telco/first"]);
    expect(app.loose).toEqual(["v1/Service/telco/third"]);
  });
});

describe("accounts and what they may do", () => {
  const rbac = "rbac.authorization.k8s.io/v1";
  const account = object(
    "v1",
    "ServiceAccount",
    "runner",
    "imagePullSecrets: [{ name: pull }]\nsecrets: [{ name: token }]",
  );
  const binding = (kind: string, name: string, role: string, subject: string, metadata = "") =>
    object(
      rbac,
      kind,
      name,
      `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ${role.split("/")[0]}, name: ${role.split("/")[1]} }\nsubjects: [${subject}]`,
      metadata,
    );
  const runner = "{ kind: ServiceAccount, name: runner, namespace: telco }";

  it("travel with it", () => {
    const app = web(
      "serviceAccountName: runner",
      account,
      secret("pull"),
      object(rbac, "Role", "reads"),
      object(
        rbac,
        "ClusterRole",
        "lists",
        "aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: of } }] }",
      ),
      object(rbac, "ClusterRole", "part", "", ", labels: { part: of }"),
      object(rbac, "ClusterRole", "other"),
      binding("RoleBinding", "a", "Role/reads", runner),
      binding("ClusterRoleBinding", "b", "ClusterRole/lists", runner),
      binding("RoleBinding", "c", "Role/gone", "{ kind: ServiceAccount, name: someone }"),
      binding("RoleBinding", "d", "ClusterRole/view", "{ kind: Group, name: 'system:serviceaccounts:telco' }"),
      object("v1", "Secret", "token-2", "", ", annotations: { kubernetes.io/service-account.name: runner }"),
    );
    expect(app.travels("web")).toEqual([
      "ClusterRole/lists",
      "ClusterRole/part",
      "ClusterRoleBinding/b",
      "Role/reads",
      "RoleBinding/a",
      "RoleBinding/d",
      "Secret/pull",
      "Secret/token-2",
      "ServiceAccount/runner",
    ]);
    expect(app.loose).toEqual([`${rbac}/ClusterRole//other`, `${rbac}/RoleBinding/telco/c`]);
    expect(app.diagnostics.filter((d) => d.code === "source/taken-to-exist").map((d) => d.message)).toEqual([
      "`ClusterRole/view`, used by `RoleBinding/d`, is not in this app; it is taken to exist",
    ]);
  });

  it("also for the account that a pod has without naming one", () => {
    const app = web(
      "containers: [{ name: c }]",
      object("v1", "ServiceAccount", "default"),
      binding("RoleBinding", "a", "Role/reads", "{ kind: ServiceAccount, name: default }"),
      object(rbac, "Role", "reads"),
      binding("ClusterRoleBinding", "all", "ClusterRole/x", "{ kind: Group, name: 'system:authenticated' }"),
      object(rbac, "ClusterRole", "x"),
    );
    expect(app.travels("web")).toEqual([
      "ClusterRole/x",
      "ClusterRoleBinding/all",
      "Role/reads",
      "RoleBinding/a",
      "ServiceAccount/default",
    ]);
    expect(app.loose).toEqual([]);
  });
});
