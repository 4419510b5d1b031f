// Which objects go to which cluster, and what expansion changes in them: nothing but what the plan decided. Example by example, through
// the compiler.
import { describe, expect, test } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { actionControllers, expand, type PlacedObject, type PlacedReplicas } from "../../planner/action/index.ts";

const FLEET = `
  cluster paris { nodes general x4 { cpu 16 memory 64Gi } }
  cluster lyon  { nodes general x4 { cpu 16 memory 64Gi } }
`;

function expanded(intents: string, placed: PlacedReplicas, files: Readonly<Record<string, unknown>> = {}) {
  const texts = Object.entries(files).map(([name, objects]) => [
    name,
    (objects as unknown[]).map((o) => JSON.stringify(o)).join("\n---\n"),
  ]);
  const host = memoryHost({ "main.intent": FLEET + intents, ...Object.fromEntries(texts) });
  const compiled = compile(["main.intent"], host, { set: {} });
  expect(compiled.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
  return expand(compiled.value, placed);
}

const list = (objects: readonly PlacedObject[] | undefined) =>
  (objects ?? []).map(({ object }) => `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`);

const deployment = (name: string, spec: object = {}, more: object = {}) => ({
  spec: {
    template: {
      spec: { ...spec, containers: [{ image: `example/${name}:1`, name }] },
      metadata: { labels: { app: name } },
    },
    selector: { matchLabels: { app: name } },
    ...more,
  },
  metadata: { name },
  kind: "Deployment",
  apiVersion: "apps/v1",
});
const configMap = (name: string, data: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...metadata, name },
  data,
});
const using = (name: string) => ({ volumes: [{ name: "v", configMap: { name } }] });

describe("what goes where", () => {
  const files = {
    "core.yaml": [
      deployment("amf", using("amf-config")),
      deployment("smf"),
      configMap("amf-config"),
      configMap("loose"),
      { apiVersion: "v1", kind: "Service", metadata: { name: "both" }, spec: { selector: {}, ports: [] } },
    ],
  };
  const intents = `app core { manifests "core.yaml" } run amf  run smf on each`;

  test("objects travel with the workloads that use them, what nothing uses with the app, namespaces with everything", () => {
    const { objects } = expanded(intents, { "core/amf": { paris: 1 }, "core/smf": { paris: 1, lyon: 1 } }, files);
    expect(Object.keys(objects)).toEqual(["lyon", "paris"]);
    expect(list(objects["lyon"])).toEqual([
      "Namespace//core",
      "Deployment/core/smf",
      "ConfigMap/core/loose",
      "Service/core/both",
    ]);
    expect(list(objects["paris"])).toEqual([
      "Namespace//core",
      "Deployment/core/amf",
      "Deployment/core/smf",
      "ConfigMap/core/amf-config",
      "ConfigMap/core/loose",
      "Service/core/both",
    ]);
    const why = (key: string) => objects["paris"]!.find((p) => p.key.endsWith(key))?.because;
    expect(why("/amf")).toBe("run amf");
    expect(why("/amf-config")).toBe("travels with amf");
    expect(why("/loose")).toBe("belongs to app core");
    expect(objects["paris"]!.find((p) => p.key.endsWith("/amf-config"))?.for).toEqual(["core/amf"]);
  });

  test("an object is the file's to the byte, but for the namespace that it leaves out", () => {
    const { objects } = expanded(intents, { "core/amf": { paris: 1 } }, files);
    const amf = objects["paris"]!.find((p) => p.key.endsWith("Deployment/core/amf"))!.object;
    const written = files["core.yaml"][0] as ReturnType<typeof deployment>;
    const metadata = { ...written.metadata, namespace: "core" };
    expect(JSON.stringify(amf)).toBe(JSON.stringify({ ...written, metadata }));
  });

  test("a namespace of the files is not made again, and those of Kubernetes are not ours", () => {
    const { objects } = expanded(
      `app core { manifests "core.yaml" } run amf`,
      { "core/amf": { paris: 1 } },
      {
        "core.yaml": [
          deployment("amf"),
          { apiVersion: "v1", kind: "Namespace", metadata: { name: "core", labels: { team: "ran" } } },
          configMap("a", {}, { namespace: "kube-system" }),
          configMap("b", {}, { namespace: "default" }),
          configMap("c", {}, { namespace: "other" }),
        ],
      },
    );
    const namespaces = objects["paris"]!.filter((p) => p.object.kind === "Namespace").map((p) => p.object.metadata);
    expect(namespaces).toEqual([{ name: "other" }, { name: "core", labels: { team: "ran" } }]);
  });

  const two = `app a in shared { manifests "a.yaml" } app b in shared { manifests "b.yaml" } run one  run two`;
  const both = { "a/one": { paris: 1 }, "b/two": { paris: 1 } };

  test("an identical object of two apps goes once, for both", () => {
    const { objects, diagnostics } = expanded(two, both, {
      "a.yaml": [deployment("one", using("c")), configMap("c", { x: "1", y: "2" })],
      "b.yaml": [deployment("two", using("c")), configMap("c", { y: "2", x: "1" })],
    });
    expect(diagnostics).toEqual([]);
    const shared = objects["paris"]!.filter((p) => p.object.kind === "ConfigMap");
    expect(shared.map((p) => [p.app, p.for])).toEqual([["a", ["a/one", "b/two"]]]);
  });

  test("one object under two versions of its API is refused where both apps run, and only there", () => {
    const budget = (version: string, minAvailable: number) => ({
      ...configMap("c"),
      apiVersion: `policy/${version}`,
      kind: "PodDisruptionBudget",
      spec: { minAvailable },
    });
    const different = {
      "a.yaml": [deployment("one"), budget("v1", 1)],
      "b.yaml": [deployment("two"), budget("v1beta1", 1)],
    };
    const { diagnostics } = expanded(two, both, different);
    expect(diagnostics.map((d) => [d.code, d.message])).toEqual([
      [
        "action/object-differs",
        "`PodDisruptionBudget/c in shared` of app `a` and of app `b` differ at `/apiVersion`, and both go to `paris`",
      ],
    ]);
    expect(expanded(two, { "a/one": { paris: 1 }, "b/two": { lyon: 1 } }, different).diagnostics).toEqual([]);
  });

  test("clusters that run the same share one list", () => {
    const { objects } = expanded(intents, { "core/smf": { paris: 1, lyon: 1 } }, files);
    expect(objects["paris"]).toBe(objects["lyon"]);
  });
});

describe("replicas", () => {
  const one = (more: object, count: number, extra: readonly object[] = []) => {
    const files = { "core.yaml": [deployment("amf", {}, more), ...extra] };
    const { objects, diagnostics } = expanded(
      `app core { manifests "core.yaml" } run amf`,
      { "core/amf": { paris: count } },
      files,
    );
    const object = objects["paris"]!.find((p) => p.object.kind === "Deployment")!.object;
    return {
      spec: object["spec"] as { readonly replicas?: number },
      diagnostics,
      keys: Object.keys(object["spec"] as object),
    };
  };

  test("are written only where the plan's count is not the manifest's", () => {
    expect(one({}, 1).spec).not.toHaveProperty("replicas");
    expect(one({ replicas: 3 }, 3).spec.replicas).toBe(3);
    expect(one({}, 2).spec.replicas).toBe(2);
    expect(one({ replicas: 3 }, 2).spec.replicas).toBe(2);
    expect(one({ replicas: 3 }, 2).keys).toEqual(["template", "selector", "replicas"]);
  });

  test("are left to an autoscaler where there is one", () => {
    const scaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "amf" },
      spec: {
        minReplicas: 2,
        maxReplicas: 5,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "amf" },
      },
    };
    expect(one({}, 4, [scaler]).spec).not.toHaveProperty("replicas");
    expect(one({ replicas: 3 }, 2, [scaler]).spec.replicas).toBe(3);
  });

  test("differ from cluster to cluster, and nothing else does", () => {
    const files = { "core.yaml": [deployment("amf"), configMap("loose")] };
    const placed = { "core/amf": { paris: 1, lyon: 4 } };
    const { objects } = expanded(`app core { manifests "core.yaml" } run amf x5`, placed, files);
    const counts = ["paris", "lyon"].map((c) =>
      objects[c]!.map((p) => (p.object["spec"] as { replicas?: number } | undefined)?.replicas),
    );
    expect(counts).toEqual([
      [undefined, undefined, undefined],
      [undefined, 4, undefined],
    ]);
    expect(objects["paris"]![2]).toBe(objects["lyon"]![2]);
    const same = expanded(
      `app core { manifests "core.yaml" } run amf x4`,
      { "core/amf": { paris: 2, lyon: 2 } },
      files,
    );
    expect(same.objects["paris"]).toBe(same.objects["lyon"]);
  });

  test("of a kind that has no count are refused", () => {
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "load" },
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "load", image: "example/load:1" }] } } },
    };
    const { diagnostics } = expanded(
      `app core { manifests "core.yaml" } run load`,
      { "core/load": { paris: 3 } },
      { "core.yaml": [job] },
    );
    expect(diagnostics.map((d) => [d.code, d.message])).toEqual([
      ["action/replicas-not-settable", "`load` is a Job, which runs 1 pod by itself: 3 can not be set"],
    ]);
  });
});

describe("requests", () => {
  const placed = { "core/amf": { paris: 1 } };
  const container = (name: string, resources: object) => ({ name, image: `example/${name}:1`, resources });
  const resources = (run: string, spec: object) => {
    const files = { "core.yaml": [deployment("amf")] };
    Object.assign(files["core.yaml"][0]!.spec.template.spec, spec);
    const { objects } = expanded(`app core { manifests "core.yaml" } run amf ${run}`, placed, files);
    const object = objects["paris"]!.find((p) => p.object.kind === "Deployment")!.object;
    type Spec = {
      readonly template: { readonly spec: { readonly containers: readonly { readonly resources?: object }[] } };
    };
    return (object["spec"] as Spec).template.spec.containers.map((c) => c.resources);
  };

  test("are raised to what is reserved, limits with them, and never lowered", () => {
    const own = container("amf", { requests: { cpu: "1", memory: "8Gi" }, limits: { cpu: "2", memory: "8Gi" } });
    expect(resources("where cpu >= 8 and memory >= 4Gi", { containers: [own] })).toEqual([
      { requests: { cpu: "8", memory: "8Gi" }, limits: { cpu: "8", memory: "8Gi" } },
    ]);
    expect(resources("needs cpu 1500m", { containers: [own] })).toEqual([
      { requests: { cpu: "1500m", memory: "8Gi" }, limits: { cpu: "2", memory: "8Gi" } },
    ]);
    expect(resources("where cpu >= 8 or memory >= 16Gi", { containers: [own] })).toEqual([own.resources]);
  });

  test("of a container make the pod ask for exactly what the plan counted", () => {
    const pair = [container("amf", { requests: { cpu: "1" } }), container("log", { requests: { cpu: "500m" } })];
    const sidecar = { ...container("proxy", { requests: { cpu: "250m" } }), restartPolicy: "Always" };
    const first = { ...container("setup", { requests: { cpu: "3" } }) };
    const spec = { containers: pair, initContainers: [first, sidecar], overhead: { cpu: "50m" } };
    const [amf, log] = resources("needs cpu 8 in amf", spec) as [{ requests: { cpu: string } }, object];
    expect(log).toEqual({ requests: { cpu: "500m" } });
    // Whether the eight are the container's or the pod's, the kube-scheduler must see what the planner saw.
    const files = { "core.yaml": [deployment("amf")] };
    Object.assign(files["core.yaml"][0]!.spec.template.spec, spec);
    const host = memoryHost({
      "main.intent": `${FLEET} app core { manifests "core.yaml" } run amf needs cpu 8 in amf`,
      "core.yaml": JSON.stringify(files["core.yaml"][0]),
    });
    const demand = compile(["main.intent"], host, { set: {} }).value.runs[0]?.demand["cpu"];
    const milli = (text: string) => (text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1000);
    expect(milli(amf.requests.cpu) + 500 + 250 + 50).toBe(demand);
  });

  test("of what is counted in pieces have limits that are the same", () => {
    expect(resources("needs nvidia.com/gpu 2", { containers: [container("amf", {})] })).toEqual([
      { requests: { "nvidia.com/gpu": "2" }, limits: { "nvidia.com/gpu": "2" } },
    ]);
  });
});

test("the controllers work in this order", () => {
  expect(actionControllers.map((c) => c.name)).toEqual(["base", "replicas", "requests", "affinity", "traffic"]);
});
