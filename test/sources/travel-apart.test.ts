// What goes nowhere in particular, what is only said, and what is there in thousands.
import { describe, expect, it } from "vitest";

import { configMap, deployment, load, object, service, web } from "./kit.ts";

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
