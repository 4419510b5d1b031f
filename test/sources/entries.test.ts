// The ways in: files, directories, charts, kustomizations; what goes through unchanged; and what is said about the rest.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { memoryHost } from "../../compiler/host.ts";
import type { Host } from "../../compiler/host.ts";
import { identityOf, objectKey, scopeOf, showKey } from "../../compiler/objects.ts";
import { pathFrom } from "../../compiler/sources/index.ts";
import { chart, deployment, kustomization, load, manifests, word } from "./kit.ts";

const configMap = (name: string, rest = "") => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n${rest}`;

describe("objects", () => {
  it("go through as they were read, in their order and to the byte of their JSON", () => {
    const json =
      '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"namespace":"b","name":"x","labels":{"z":"1","a":"2"}},"data":{"k":"yes","f":"1e3"},"extra":[1,2.5,null,true,{}]}';
    const { objects } = load(json);
    expect(JSON.stringify(objects[0]?.object)).toBe(json);
    expect(objects[0]).toMatchObject({ key: "v1/ConfigMap/b/x", clusterScoped: false, origin: { file: "m.yaml" } });
  });

  it("without a namespace have the app's in their key only", () => {
    const [object] = load(configMap("x")).objects;
    expect(object?.key).toBe("v1/ConfigMap/telco/x");
    expect(object?.object.metadata).toEqual({ name: "x" });
    expect(load(configMap("x").replace("name: x", "name: x, namespace: ''")).objects[0]?.key).toBe(
      "v1/ConfigMap/telco/x",
    );
  });

  it("in lists are unpacked", () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- { apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n- { apiVersion: v1, kind: List, items: [{ apiVersion: v1, kind: Secret, metadata: { name: b } }] }\n`;
    expect(load(list).objects.map((o) => o.key)).toEqual(["v1/ConfigMap/telco/a", "v1/Secret/telco/b"]);
    const typed = "apiVersion: apps/v1\nkind: DeploymentList\nitems: [{ metadata: { name: a }, spec: {} }]\n";
    expect(load(typed).objects[0]?.object).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "a" },
      spec: {},
    });
    expect(load("apiVersion: v1\nkind: List\nitems: []\n").codes).toEqual(["no-objects"]);
  });

  it("equal ones count once, different ones are an error at the second", () => {
    const twice = `${configMap("x", "data: { a: '1', b: '2' }\n")}---\n${configMap("x", "data: { b: '2', a: '1' }\n")}`;
    expect(load(twice)).toMatchObject({ codes: ["used-by-nothing"], objects: [{ key: "v1/ConfigMap/telco/x" }] });
    const text = `${configMap("x")}---\n${configMap("x", "data: { a: b }\n")}`;
    const { diagnostics, objects } = load(text);
    expect(objects).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({
      code: "source/two-objects",
      related: [{ message: "the other one is here" }],
    });
    expect(text.slice(0, diagnostics[0]?.span?.start).split("\n")).toHaveLength(7);
    const versions = `apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: { name: h }\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: h }\n`;
    expect(load(versions).codes).toContain("two-objects");
  });

  it.each([
    ["- a", "it is not a mapping"],
    ["just words", "it is not a mapping"],
    ["apiVersion: v1", "it has no `kind`"],
    ["kind: X", "it has no `apiVersion`"],
    ["apiVersion: v1\nkind: 7", "it has no `kind`"],
    ["apiVersion: V 1\nkind: X\nmetadata: { name: a }", "`V 1` is not an apiVersion"],
    ["apiVersion: v1\nkind: a/b\nmetadata: { name: a }", "`a/b` is not a kind"],
    ["apiVersion: v1\nkind: X", "`X` has no `metadata`"],
    ["apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization", "name its directory with `kustomization`"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: 7 }", "not a text; quote it"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: a/b }", "which no cluster takes"],
    ["apiVersion: v1\nkind: X\nmetadata: { generateName: a- }", "needs a `name`"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: a, namespace: A_B }", "has the namespace `A_B`"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: a, namespace: 3 }", "not a text; quote it"],
    [
      "apiVersion: v1\nkind: X\nmetadata: { name: a, labels: { b: yes } }",
      "has the label `b` that is not a text; put `true` into quotes",
    ],
    [
      "apiVersion: v1\nkind: X\nmetadata: { name: a, annotations: [b] }",
      "has `metadata.annotations` that are not a mapping",
    ],
  ])("%j is none: %s", (text, problem) => {
    const { diagnostics, objects } = load(`${text}\n`);
    expect(objects).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: "source/not-an-object", severity: "error", span: { file: "m.yaml" } }]);
    expect(diagnostics[0]?.message).toContain(problem);
  });

  it.each([
    ["apiVersion: V 1\nkind: X\nmetadata: { name: a }", "V 1"],
    ["apiVersion: v1\nkind: a/b\nmetadata: { name: a }", "a/b"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: a, labels: { b: yes } }", "yes"],
    ["apiVersion: v1\nkind: X\nmetadata: { name: a, namespace: A_B }", "A_B"],
    ["apiVersion: v1\nkind: X\nspec: {}", "apiVersion: v1\nkind: X\nspec: {}\n"],
  ])("%j is said where it stands", (text, words) => {
    const { start = 0, end = 0 } = load(`${text}\n`).diagnostics[0]?.span ?? {};
    expect(`${text}\n`.slice(start, end)).toBe(words);
  });

  it("one wrong one leaves the others in place", () => {
    const { objects, codes } = load(`${configMap("a")}---\nkind: X\n---\n${configMap("b")}`);
    expect(objects.map((o) => o.object.metadata.name)).toEqual(["a", "b"]);
    expect(codes).toContain("not-an-object");
  });
});

describe("files", () => {
  it("are relative to the file that names them", () => {
    expect(pathFrom("core.intent", "m.yaml")).toBe("m.yaml");
    expect(pathFrom("a/b/core.intent", "../m/./x.yaml")).toBe("a/m/x.yaml");
    expect(pathFrom("a/core.intent", "..")).toBe(".");
    expect(pathFrom("a/core.intent", "../../x")).toBe("../x");
    expect(pathFrom("a/core.intent", "/etc/passwd")).toBe("/etc/passwd");
    const place = { file: "apps/core.intent", start: 0, end: 1 };
    const entry = { kind: "manifests", path: { ...word("m.yaml"), span: place }, span: place } as const;
    expect(load({ "apps/m.yaml": configMap("a") }, [entry]).objects).toHaveLength(1);
  });

  it("may be a directory of them", () => {
    const app = load(
      {
        "m/b.yaml": configMap("b"),
        "m/a.yml": configMap("a"),
        "m/c.json": '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"c"}}',
        "m/readme.md": "no",
        "m/sub/d.yaml": configMap("d"),
      },
      [manifests("m")],
    );
    expect(app.objects.map((o) => o.object.metadata.name)).toEqual(["a", "b", "c"]);
    expect(load({ "m/readme.md": "no" }, [manifests("m")]).codes).toEqual(["no-objects"]);
  });

  it.each([
    ["missing", "does not exist"],
    ["outside", "is outside of the project; only files below its root are read"],
    ["not-text", "is not text"],
    ["too-large", "is too large"],
    ["unreadable", "can not be read: EACCES"],
  ] as const)("that can not be read are said: %s", (reason, words) => {
    const { diagnostics } = load({}, [manifests("m.yaml")], { read: () => ({ ok: false, reason, detail: "EACCES" }) });
    expect(diagnostics).toMatchObject([
      { code: "source/file-not-read", message: `\`m.yaml\` ${words}`, span: { file: "app.intent" } },
    ]);
  });

  it("without an object are said", () => {
    expect(load("# nothing\n").codes).toEqual(["no-objects"]);
  });
});

describe("the app's namespace", () => {
  it.each(["Core", "a_b", "a.b", "-a", "a".repeat(64)])("%s is none", (namespace) => {
    const { diagnostics } = load(deployment("containers: [{ name: c }]"), undefined, {}, namespace);
    expect(diagnostics).toMatchObject([
      { code: "source/bad-name", help: "say which namespace is meant: `app NAME in NAMESPACE { … }`" },
    ]);
  });
});

describe("charts and kustomizations", () => {
  const rendered = `---\n# Source: nf/templates/a.yaml\n${configMap("a")}---\n# Source: nf/templates/b.yaml\n${configMap("b")}`;

  it("are rendered through the host, for the app's name and namespace", () => {
    const asked: unknown[] = [];
    const host: Partial<Host> = {
      helm: (...args) => {
        asked.push(args);
        return { ok: true, text: rendered };
      },
      kustomize: (path) => {
        asked.push(path);
        return { ok: true, text: configMap("k") };
      },
    };
    const app = load(
      {},
      [chart("charts/nf", "values.yaml"), chart("oci://example.com/nf"), kustomization("overlays/edge")],
      host,
    );
    expect(asked).toEqual([
      ["charts/nf", ["values.yaml"], "core", "telco"],
      ["oci://example.com/nf", [], "core", "telco"],
      "overlays/edge",
    ]);
    expect(app.objects.map((o) => [o.object.metadata.name, o.origin.file, o.origin.span.file])).toEqual([
      ["a", "charts/nf", "app.intent"],
      ["b", "charts/nf", "app.intent"],
      ["k", "overlays/edge", "app.intent"],
    ]);
  });

  it("need their programs", () => {
    const { diagnostics } = load({}, [chart("charts/nf"), kustomization("edge")], memoryHost({}));
    expect(diagnostics.map((d) => d.message)).toEqual([
      "`charts/nf` can not be rendered: there is no helm on this machine",
      "`edge` can not be rendered: there is no kustomize on this machine",
    ]);
    expect(diagnostics[0]?.help).toContain("say `manifests`");
  });

  it("that fail say what the program said", () => {
    const { diagnostics } = load({}, [chart("charts/nf")], {
      helm: () => ({ ok: false, reason: "failed", detail: "Error: no such value\n" }),
    });
    expect(diagnostics).toMatchObject([
      { code: "source/render-failed", message: "helm could not render `charts/nf`: Error: no such value" },
    ]);
  });

  it("that render nonsense say where, in words", () => {
    const { diagnostics } = load({}, [chart("charts/nf")], {
      helm: () => ({ ok: true, text: `${rendered}---\n# Source: nf/templates/c.yaml\nkind: X\n` }),
    });
    expect(diagnostics[0]).toMatchObject({
      code: "source/not-an-object",
      span: { file: "app.intent" },
      help: "line 13 of what was rendered, from `nf/templates/c.yaml`",
    });
  });
});

describe("Helm's hooks", () => {
  const hooked = (name: string, hook: string, kind = "Pod") =>
    `---\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name}, annotations: { helm.sh/hook: "${hook}" } }\nspec: { containers: [{ name: c }] }\n`;

  it("for tests are left out with one hint", () => {
    const app = load(
      `${configMap("a")}${["a", "b", "c", "d", "e"].map((n) => hooked(n, n === "a" ? "test-success" : "test")).join("")}`,
    );
    expect(app.objects).toHaveLength(1);
    expect(app.workloads).toEqual([]);
    expect(app.diagnostics[0]).toMatchObject({
      severity: "hint",
      message: "5 Helm tests are left out: `Pod/a`, `Pod/b`, `Pod/c` and 2 more",
    });
  });

  it("for installing are objects, for deleting and rolling back are not", () => {
    const app = load(
      `${hooked("a", "pre-install,pre-upgrade")}${hooked("b", "post-delete")}${hooked("c", "pre-rollback, test")}${hooked("d", "post-install, test")}`,
    );
    expect(app.workloads.map((w) => w.name)).toEqual(["a", "d"]);
    expect(app.diagnostics.map((d) => [d.severity, d.message])).toEqual([
      ["hint", "`Pod/a` is a Helm hook (`pre-install,pre-upgrade`); here it is an object like the others"],
      ["warning", "`Pod/b` is a Helm hook (`post-delete`) for another moment; it is left out"],
      ["warning", "`Pod/c` is a Helm hook (`pre-rollback,test`) for another moment; it is left out"],
      ["hint", "`Pod/d` is a Helm hook (`post-install,test`); here it is an object like the others"],
    ]);
  });
});

describe("keys", () => {
  it("say everything, and are read back", () => {
    const part = fc.stringMatching(/^[a-z0-9]([-a-z0-9.]{0,10}[a-z0-9])?$/);
    fc.assert(
      fc.property(
        fc.oneof(
          part,
          fc.tuple(part, part).map(([a, b]) => `${a}/${b}`),
        ),
        part,
        fc.oneof(part, fc.constant("")),
        part,
        (apiVersion, kind, namespace, name) => {
          const identity = { apiVersion, kind, namespace, name };
          expect(identityOf(objectKey(identity))).toEqual(identity);
        },
      ),
      { seed: 1, numRuns: 500 },
    );
  });

  it("are shown to people", () => {
    expect([showKey("v1/Namespace//a"), showKey("apps/v1/Deployment/b/a")]).toEqual([
      "Namespace/a",
      "Deployment/a in b",
    ]);
    expect([
      scopeOf("v1", "Node"),
      scopeOf("apps/v1", "Deployment"),
      scopeOf("rbac.authorization.k8s.io/v1", "ClusterRole"),
      scopeOf("example.com/v1", "X"),
    ]).toEqual(["cluster", "namespaced", "cluster", "unknown"]);
  });
});

describe("anything that calls itself an object", () => {
  it("never throws, keeps its JSON, and points into its file", () => {
    const kinds = fc.constantFrom(
      "apps/v1 Deployment",
      "apps/v1 StatefulSet",
      "v1 Pod",
      "batch/v1 CronJob",
      "v1 Service",
      "networking.k8s.io/v1 Ingress",
      "autoscaling/v2 HorizontalPodAutoscaler",
      "v1 LimitRange",
      "rbac.authorization.k8s.io/v1 RoleBinding",
      "kubevirt.io/v1 VirtualMachine",
      "v1 PersistentVolumeClaim",
      "gateway.networking.k8s.io/v1 HTTPRoute",
      "example.com/v1 Thing",
      "apiextensions.k8s.io/v1 CustomResourceDefinition",
    );
    const keys = fc.constantFrom(
      ..."spec template metadata labels annotations containers initContainers resources requests limits cpu memory ports containerPort hostPort volumes configMap name secret affinity nodeAffinity podAffinity requiredDuringSchedulingIgnoredDuringExecution nodeSelectorTerms matchExpressions key operator values selector matchLabels topologySpreadConstraints tolerations replicas jobTemplate subjects roleRef scaleTargetRef rules http paths backend service volumeClaimTemplates serviceName overhead env envFrom projected sources k8s.v1.cni.cncf.io/networks".split(
        " ",
      ),
    );
    const leaf = fc.oneof(
      fc.constantFrom<unknown>("x", "500m", "-1", "In", "Always", "", "[", "a/b/c"),
      fc.constantFrom<unknown>(0, 1, -1, 1.5, 1e12),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 7, withCrossShrink: true },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(keys, tie("tree"), { maxKeys: 5 }),
      ),
    }));
    const object = fc
      .tuple(kinds, fc.constantFrom("a", "b"), tree, fc.dictionary(keys, tree, { maxKeys: 4 }))
      .map(([kind, name, spec, more]) => ({
        ...more,
        apiVersion: kind.split(" ")[0],
        kind: kind.split(" ")[1],
        metadata: { name },
        spec,
      }));
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), (objects) => {
        const text = objects.map((o) => JSON.stringify(o)).join("\n---\n");
        const app = load(text);
        const texts = new Set(objects.map((o) => JSON.stringify(o)));
        for (const o of app.objects) expect(texts.has(JSON.stringify(o.object))).toBe(true);
        for (const d of app.diagnostics) expect(d.span?.end ?? 0).toBeLessThanOrEqual(Math.max(text.length, 3));
        for (const w of app.workloads)
          for (const amount of Object.values(w.demand)) expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
        const keys = new Set(app.objects.map((o) => o.key));
        for (const key of [...app.loose, ...app.workloads.flatMap((w) => [w.object, ...w.travels, ...w.services])])
          expect(keys.has(key)).toBe(true);
        const reached = new Set([...app.loose, ...app.workloads.flatMap((w) => [w.object, ...w.travels])]);
        const clashing = app.codes.includes("two-workloads");
        expect(clashing || app.objects.every((o) => reached.has(o.key))).toBe(true);
      }),
      { seed: 23, numRuns: 600 },
    );
  });

  it("reads the same whatever the order of its documents", () => {
    const documents = [
      deployment("serviceAccountName: s\ncontainers: [{ name: c }]"),
      configMap("x"),
      "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: s }\n",
      "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web } }\n",
    ];
    const answer = (order: readonly string[]) => {
      const { workloads, loose } = load(order.join("---\n"));
      return { workloads, loose };
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(documents, { minLength: documents.length }), (order) => {
        expect(answer(order)).toEqual(answer(documents));
      }),
      { seed: 2, numRuns: 24 },
    );
  });
});
