// What goes wherever a workload goes, what goes nowhere in particular, and what is only said.
import { describe, expect, it } from "vitest";

import { deployment, load } from "./kit.ts";

const object = (apiVersion: string, kind: string, name: string, rest = "", metadata = ""): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}${metadata} }\n${rest}\n`;
const configMap = (name: string) => object("v1", "ConfigMap", name);
const secret = (name: string) => object("v1", "Secret", name);
const service = (name: string, selector: string, metadata = "") =>
  object("v1", "Service", name, `spec: { selector: { ${selector} } }`, metadata);

const web = (podSpec: string, ...more: string[]) => load(`${deployment(podSpec)}${more.join("")}`);

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

describe("definitions, machines, claims", () => {
  const crd = (scope: string) =>
    object(
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      "things.example.com",
      `spec: { group: example.com, scope: ${scope}, names: { kind: Thing } }`,
    );

  it("a definition goes with its kind, and says whether it has a namespace", () => {
    const app = load(`${object("example.com/v1", "Thing", "it")}${crd("Cluster")}`);
    expect(app.objects[0]).toMatchObject({ key: "example.com/v1/Thing//it", clusterScoped: true });
    expect(load(`${object("example.com/v1", "Thing", "it")}${crd("Namespaced")}`).objects[0]).toMatchObject({
      key: "example.com/v1/Thing/telco/it",
      clusterScoped: false,
    });
    expect(app.loose).toHaveLength(2);
    expect(app.codes).toEqual(["used-by-nothing"]);
  });

  it("without a definition a kind is taken to have one, with a hint", () => {
    const app = load(
      `${object("example.com/v1", "Thing", "it")}${object("example.com/v1", "ClusterThing", "all")}${object("example.com/v1", "Thing", "there", "", ", namespace: b")}`,
    );
    expect(app.objects.map((o) => o.key)).toEqual([
      "example.com/v1/Thing/telco/it",
      "example.com/v1/ClusterThing//all",
      "example.com/v1/Thing/b/there",
    ]);
    expect(app.codes).toEqual(["unknown-scope", "used-by-nothing", "used-by-nothing", "used-by-nothing"]);
    const [hint] = app.diagnostics;
    expect(hint?.message).toBe(
      "`Thing/it` names no namespace and its kind is not known here; it is taken to belong to `telco`",
    );
    expect(hint?.span).toEqual(app.objects[0]?.origin.span);
  });

  it("claims bring their class, volume and source", () => {
    const app = web(
      "volumes: [{ name: v, persistentVolumeClaim: { claimName: data } }]",
      object(
        "v1",
        "PersistentVolumeClaim",
        "data",
        "spec: { storageClassName: fast, dataSource: { kind: VolumeSnapshot, name: snap, apiGroup: snapshot.storage.k8s.io } }",
      ),
      object("storage.k8s.io/v1", "StorageClass", "fast"),
      object("v1", "PersistentVolume", "pv", "spec: { claimRef: { name: data, namespace: telco } }"),
      object("snapshot.storage.k8s.io/v1", "VolumeSnapshot", "snap"),
    );
    expect(app.travels("web")).toEqual([
      "PersistentVolume/pv",
      "PersistentVolumeClaim/data",
      "StorageClass/fast",
      "VolumeSnapshot/snap",
    ]);
  });
});

describe("what is loose", () => {
  it("is said once for what belongs together, and takes along what it needs", () => {
    const app = load(
      `${deployment("serviceAccountName: runner")}${object("v1", "ServiceAccount", "runner")}${object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", "roleRef: { kind: Role, name: r }\nsubjects: []")}${object("rbac.authorization.k8s.io/v1", "Role", "r")}${object("v1", "Namespace", "telco")}`,
    );
    expect(app.loose.map((key) => key.split("/").slice(-3).join("/"))).toEqual([
      "Role/telco/r",
      "RoleBinding/telco/b",
      "Namespace//telco",
    ]);
    expect(app.travels("web")).toEqual(["Namespace/telco", "ServiceAccount/runner"]);
    expect(app.diagnostics.map((d) => d.message)).toEqual([
      "nothing in this app uses `RoleBinding/b`; it goes to each of the app's clusters",
    ]);
  });

  it("never is a workload", () => {
    const app = load(
      object(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        "r",
        "spec: { rules: [{ backendRefs: [{ name: nobody }] }] }",
      ) + `---\n${deployment("containers: [{ name: c }]")}`,
    );
    expect(app.loose).toEqual(["gateway.networking.k8s.io/v1/HTTPRoute/telco/r"]);
  });
});

describe("many", () => {
  it("1,500 workloads with three objects each are read in seconds, each with its own", () => {
    const text = Array.from(
      { length: 1500 },
      (_, i) =>
        `${deployment(`volumes: [{ name: v, configMap: { name: c${i} } }]`, { name: `w${i}` })}${configMap(`c${i}`)}${service(`s${i}`, `app: w${i}`)}`,
    ).join("---\n");
    const before = process.cpuUsage();
    const app = load(text);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(20);
    expect(app.workloads).toHaveLength(1500);
    expect(app.travels("w1234")).toEqual(["ConfigMap/c1234", "Service/s1234"]);
  });
});

describe("what operators make", () => {
  const uses = "volumes: [{ name: v, secret: { secretName: it } }]";
  it.each([
    [
      object(
        "external-secrets.io/v1",
        "ExternalSecret",
        "outside",
        "spec: { secretStoreRef: { name: vault }, target: { name: it } }",
      ),
      object("external-secrets.io/v1", "SecretStore", "vault"),
      ["ExternalSecret/outside", "SecretStore/vault"],
    ],
    [object("bitnami.com/v1alpha1", "SealedSecret", "it"), "", ["SealedSecret/it"]],
    [
      object(
        "cert-manager.io/v1",
        "Certificate",
        "web",
        "spec: { secretName: it, issuerRef: { kind: ClusterIssuer, name: ca } }",
      ),
      object("cert-manager.io/v1", "ClusterIssuer", "ca"),
      ["Certificate/web", "ClusterIssuer/ca"],
    ],
  ])("travels with who uses it, and is not missed: %s", (maker, source, travels) => {
    const app = web(uses, maker, source);
    expect(app.travels("web")).toEqual(travels);
    expect(app.codes).toEqual([]);
  });

  it("rules of a mesh follow the Service that they name", () => {
    const app = web(
      "containers: [{ name: c }]",
      service("web", "app: web"),
      object("networking.istio.io/v1", "VirtualService", "v", "spec: { hosts: [web.telco.svc.cluster.local] }"),
      object("networking.istio.io/v1", "DestinationRule", "d", "spec: { host: web }"),
      object("networking.istio.io/v1", "DestinationRule", "other", "spec: { host: web.other }"),
    );
    expect(app.travels("web")).toEqual(["DestinationRule/d", "Service/web", "VirtualService/v"]);
  });

  it("a quota is not counted, and that is said", () => {
    const app = web("containers: [{ name: c }]", object("v1", "ResourceQuota", "q"));
    expect(app.diagnostics).toMatchObject([
      { severity: "warning", message: "the quota `q` of `telco` is not counted when workloads are placed" },
    ]);
  });
});
