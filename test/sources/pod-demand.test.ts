// Pod demand, derived by hand from https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers,
// .../sidecar-containers/#resource-sharing-within-containers, .../pod-overhead/, and .../manage-resources-containers/.
import { parse } from "yaml";
import { describe, expect, it } from "vitest";

import { limitDefaults, podDemand } from "../../compiler/sources/pod-demand.ts";
import { viewOf } from "../../compiler/sources/view.ts";
import type { Problem } from "../../compiler/sources/view.ts";
import { deployment, load } from "./kit.ts";

const demandOf = (yaml: string): Readonly<Record<string, number>> => {
  const problems: Problem[] = [];
  const { demand } = podDemand(viewOf(parse(yaml), problems));
  expect(problems).toEqual([]);
  const { pods, ...rest } = demand;
  expect(pods).toBe(1);
  return rest;
};

const Mi = 2 ** 20;
const Gi = 2 ** 30;
/** A container in one line: `c("cpu: 1", "cpu: 2")` has requests and limits. */
const c = (requests: string, limits = "", more = ""): string =>
  `{ name: c, resources: { requests: { ${requests} }, limits: { ${limits} } }${more} }`;
const sidecar = (requests: string, limits = ""): string => c(requests, limits, ", restartPolicy: Always");

describe("the demand of a pod", () => {
  it.each<[string, string, Record<string, number>]>([
    ["nothing asked", "containers: [{ name: c }]", {}],
    ["no containers at all", "{}", {}],
    ["one container", `containers: [${c("cpu: 500m, memory: 64Mi")}]`, { cpu: 500, memory: 64 * Mi }],
    ["numbers instead of texts", `containers: [${c("cpu: 2, memory: 1024")}]`, { cpu: 2000, memory: 1024 }],
    ["a fraction as a number", `containers: [${c("cpu: 0.25")}]`, { cpu: 250 }],
    [
      "containers add up",
      `containers: [${c("cpu: 250m, memory: 1Gi")}, ${c("cpu: 1, memory: 512Mi")}]`,
      { cpu: 1250, memory: 1536 * Mi },
    ],
    [
      "resources of only one container",
      `containers: [${c("cpu: 1")}, ${c("memory: 1Gi, nvidia.com/gpu: 2")}]`,
      { cpu: 1000, memory: Gi, "nvidia.com/gpu": 2 },
    ],
    [
      "a limit stands for a missing request",
      `containers: [${c("", "cpu: 2, memory: 1Gi")}]`,
      { cpu: 2000, memory: Gi },
    ],
    ["for each resource alone", `containers: [${c("cpu: 100m", "cpu: 2, memory: 1Gi")}]`, { cpu: 100, memory: Gi }],
    [
      "extended resources by their limit",
      `containers: [{ name: c, resources: { limits: { nvidia.com/gpu: 1 } } }]`,
      { "nvidia.com/gpu": 1 },
    ],
    ["a request above the limit is taken as it is", `containers: [${c("cpu: 3", "cpu: 1")}]`, { cpu: 3000 }],
    [
      "ephemeral storage and huge pages",
      `containers: [${c("ephemeral-storage: 2Gi, hugepages-2Mi: 4Mi, hugepages-1Gi: 1Gi")}]`,
      { "ephemeral-storage": 2 * Gi, "hugepages-2Mi": 4 * Mi, "hugepages-1Gi": Gi },
    ],
    [
      "a small init container changes nothing",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 500m")}] }`,
      { cpu: 1000 },
    ],
    ["a large one is the demand", `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 3")}] }`, { cpu: 3000 }],
    [
      "the largest, not the sum",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 2")}, ${c("cpu: 3")}] }`,
      { cpu: 3000 },
    ],
    [
      "per resource",
      `{ containers: [${c("cpu: 1, memory: 2Gi")}], initContainers: [${c("cpu: 3, memory: 1Gi")}] }`,
      { cpu: 3000, memory: 2 * Gi },
    ],
    [
      "only the init container asks",
      `{ containers: [{ name: c }], initContainers: [${c("memory: 1Gi")}] }`,
      { memory: Gi },
    ],
    [
      "an init container's limit counts too",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("", "cpu: 2")}] }`,
      { cpu: 2000 },
    ],
    [
      "sidecars run beside containers",
      `{ containers: [${c("cpu: 1")}], initContainers: [${sidecar("cpu: 500m")}] }`,
      { cpu: 1500 },
    ],
    [
      "two sidecars",
      `{ containers: [${c("cpu: 1")}], initContainers: [${sidecar("cpu: 500m")}, ${sidecar("cpu: 250m")}] }`,
      { cpu: 1750 },
    ],
    [
      "an init container runs beside the sidecars before it",
      `{ containers: [${c("cpu: 1")}], initContainers: [${sidecar("cpu: 500m")}, ${c("cpu: 2")}] }`,
      { cpu: 2500 },
    ],
    [
      "and not beside those after it",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 2")}, ${sidecar("cpu: 500m")}] }`,
      { cpu: 2000 },
    ],
    [
      "order decides",
      `{ containers: [${c("cpu: 1")}], initContainers: [${sidecar("cpu: 1")}, ${c("cpu: 2")}, ${sidecar("cpu: 3")}] }`,
      { cpu: 5000 },
    ],
    [
      "an unknown restart policy is no sidecar",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 500m", "", ", restartPolicy: Never")}] }`,
      { cpu: 1000 },
    ],
    [
      "overhead is added at the end",
      `{ containers: [${c("cpu: 1")}], initContainers: [${c("cpu: 2")}], overhead: { cpu: 250m, memory: 120Mi } }`,
      { cpu: 2250, memory: 120 * Mi },
    ],
    [
      "pod-level requests replace the sum",
      `{ containers: [${c("cpu: 1, memory: 1Gi")}], resources: { requests: { cpu: 4 } } }`,
      { cpu: 4000, memory: Gi },
    ],
    [
      "also when they are smaller",
      `{ containers: [${c("cpu: 3")}], resources: { requests: { cpu: 2 } } }`,
      { cpu: 2000 },
    ],
    [
      "not for extended resources",
      `{ containers: [${c("nvidia.com/gpu: 1")}], resources: { requests: { nvidia.com/gpu: 4, cpu: 1 } } }`,
      { cpu: 1000, "nvidia.com/gpu": 1 },
    ],
    [
      "pod-level limits default to the containers' requests",
      `{ containers: [${c("cpu: 1")}], resources: { limits: { cpu: 4, memory: 1Gi } } }`,
      { cpu: 1000, memory: Gi },
    ],
    [
      "and stand alone without them",
      `{ containers: [{ name: c }], resources: { limits: { cpu: 4, memory: 1Gi } } }`,
      { cpu: 4000, memory: Gi },
    ],
    [
      "overhead comes on top of the pod level",
      `{ containers: [{ name: c }], resources: { requests: { cpu: 4 } }, overhead: { cpu: 100m } }`,
      { cpu: 4100 },
    ],
    [
      "huge pages of containers at the pod level",
      `{ containers: [${c("", "hugepages-2Mi: 4Mi")}], resources: { limits: { cpu: 1 } } }`,
      { cpu: 1000, "hugepages-2Mi": 4 * Mi },
    ],
    [
      "each quantity is rounded up to a thousandth before adding",
      `containers: [${c("cpu: 100u")}, ${c("cpu: 100u")}]`,
      { cpu: 2 },
    ],
    [
      "bytes are rounded up after adding",
      `containers: [${c("memory: 500m")}, ${c("memory: 500m")}, ${c("memory: 1m")}]`,
      { memory: 2 },
    ],
    ["nothing of a resource is no demand", `containers: [${c("cpu: 0, memory: 0Mi")}]`, {}],
    [
      "nulls are nothing",
      "{ containers: [{ name: c, resources: null }], initContainers: null, overhead: null, resources: null }",
      {},
    ],
  ])("%s", (_name, yaml, demand) => {
    expect(demandOf(yaml)).toEqual(demand);
  });

  it("keeps the requests of each main container", () => {
    const spec = parse(
      `{ containers: [{ name: a, resources: { requests: { cpu: 1 } } }, { name: b, resources: { limits: { memory: 1Mi } } }], initContainers: [${sidecar("cpu: 5")}] }`,
    ) as unknown;
    expect(podDemand(viewOf(spec, [])).containers).toEqual([
      { name: "a", requests: { cpu: 1000 } },
      { name: "b", requests: { memory: Mi } },
    ]);
  });

  it.each([
    ["containers: [{ name: c, resources: { requests: { cpu: lots } } }]", "is `lots`, which is not a quantity"],
    ["containers: [{ name: c, resources: { requests: { cpu: -1 } } }]", "is `-1`, which is negative"],
    ["containers: [{ name: c, resources: { requests: { cpu: true } } }]", "must be a text"],
    ["containers: [{ name: c, resources: { requests: [cpu] } }]", "must be a mapping"],
    ["containers: 3", "must be a list"],
    [
      "containers: [{ name: c, resources: { requests: { memory: 9E } } }]",
      "asks for more memory than can be counted here",
    ],
  ])("says what is wrong: %s", (yaml, problem) => {
    const problems: Problem[] = [];
    podDemand(viewOf(parse(yaml), problems));
    expect(problems.map((p) => p.problem).join()).toContain(problem);
  });
});

describe("what LimitRanges give", () => {
  const range = (yaml: string) => limitDefaults([viewOf(parse(yaml), [])]);
  const demand = (yaml: string, limits: string) => podDemand(viewOf(parse(yaml), []), range(limits)).demand["cpu"];

  it.each([
    ["{ default: { cpu: 2 }, defaultRequest: { cpu: 1 }, type: Container }", "{}", 1000],
    ["{ default: { cpu: 2 }, type: Container }", "{}", 2000],
    ["{ max: { cpu: 3 }, type: Container }", "{}", 3000],
    ["{ min: { cpu: 50m }, type: Container }", "{}", 50],
    ["{ defaultRequest: { cpu: 1 }, type: Container }", "{ requests: { cpu: 7 } }", 7000],
    ["{ defaultRequest: { cpu: 1 }, type: Container }", "{ limits: { cpu: 7 } }", 7000],
    ["{ default: { cpu: 2 }, type: Pod }", "{}", undefined],
  ])("%s for %s", (limit, resources, cpu) => {
    expect(demand(`containers: [{ name: c, resources: ${resources} }]`, `limits: [${limit}]`)).toBe(cpu);
  });

  it("counts for the workloads of its namespace, and travels with them", () => {
    const text = `${deployment("containers: [{ name: c }]")}---
apiVersion: v1
kind: LimitRange
metadata: { name: defaults }
spec: { limits: [{ type: Container, defaultRequest: { cpu: 300m } }] }
`;
    expect(load(text).workload("web").demand).toEqual({ cpu: 300, pods: 1 });
    expect(load(text).travels("web")).toEqual(["LimitRange/defaults"]);
    expect(load(text.replace("name: defaults", "name: defaults, namespace: other")).workload("web").demand).toEqual({
      pods: 1,
    });
  });
});
