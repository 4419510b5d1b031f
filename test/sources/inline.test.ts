// Inline workloads: exactly which objects they stand for, and what is refused.
import { describe, expect, it } from "vitest";

import { feature, image, label, load, port, resource, workload } from "./kit.ts";

const amf = workload(
  "amf",
  image("free5gc/amf:v3.4"),
  resource("cpu", "500m"),
  resource("memory", "512Mi"),
  port("sbi", 8000),
  port("n2", 38412, "sctp"),
  label("tier", "gold"),
  feature("trusted"),
);

describe("an inline workload", () => {
  it("is a Deployment and a Service, without a namespace of their own", () => {
    const { objects, codes, loose } = load({}, [amf]);
    expect(codes).toEqual([]);
    expect(loose).toEqual([]);
    const selector = { "app.kubernetes.io/name": "amf", "app.kubernetes.io/part-of": "core" };
    const labels = { ...selector, tier: "gold", trusted: "true" };
    expect(objects.map((o) => o.object)).toEqual([
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "amf", labels },
        spec: {
          replicas: 1,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: {
              containers: [
                {
                  name: "amf",
                  image: "free5gc/amf:v3.4",
                  ports: [
                    { name: "sbi", containerPort: 8000, protocol: "TCP" },
                    { name: "n2", containerPort: 38412, protocol: "SCTP" },
                  ],
                  resources: { requests: { cpu: "500m", memory: "512Mi" } },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "amf", labels: selector },
        spec: {
          selector,
          ports: [
            { name: "sbi", port: 8000, targetPort: "sbi", protocol: "TCP" },
            { name: "n2", port: 38412, targetPort: "n2", protocol: "SCTP" },
          ],
        },
      },
    ]);
    expect(objects.map((o) => o.key)).toEqual(["apps/v1/Deployment/telco/amf", "v1/Service/telco/amf"]);
  });

  it("is a workload with what it asks for", () => {
    expect(load({}, [amf]).workload("amf")).toMatchObject({
      id: "core/amf",
      replicas: 1,
      demand: { cpu: 500, memory: 512 * 2 ** 20, pods: 1 },
      services: ["v1/Service/telco/amf"],
      travels: ["v1/Service/telco/amf"],
      properties: { tier: "gold", trusted: "true", app: "core", name: "amf", kind: "Deployment", namespace: "telco" },
    });
  });

  it("without ports has no Service, and without amounts asks for nothing", () => {
    const { objects, workload: find } = load({}, [workload("job", image("x"))]);
    expect(objects).toHaveLength(1);
    expect(JSON.stringify(objects[0]?.object)).not.toContain("resources");
    expect(find("job").demand).toEqual({ pods: 1 });
  });

  it("limits what Kubernetes does not overcommit", () => {
    const { objects, workload: find } = load({}, [
      workload("ai", image("x"), resource("gpu", "2"), resource("hugepages-2Mi", "4Mi"), resource("cpu", "0.5")),
    ]);
    expect(objects[0]?.object).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                resources: {
                  requests: { cpu: "500m", "hugepages-2Mi": "4Mi", "nvidia.com/gpu": "2" },
                  limits: { "hugepages-2Mi": "4Mi", "nvidia.com/gpu": "2" },
                },
              },
            ],
          },
        },
      },
    });
    expect(find("ai").demand).toEqual({ cpu: 500, "hugepages-2Mi": 4 * 2 ** 20, "nvidia.com/gpu": 2, pods: 1 });
  });

  it.each([
    ["no image", workload("a", resource("cpu", "1")), "no-image"],
    ["two images", workload("a", image("x"), image("y")), "stated-twice"],
    ["cpu twice", workload("a", image("x"), resource("cpu", "1"), resource("cpu", "2")), "stated-twice"],
    [
      "gpu by two names",
      workload("a", image("x"), resource("gpu", "1"), resource("nvidia.com/gpu", "2")),
      "stated-twice",
    ],
    ["a label twice", workload("a", image("x"), label("t", "1"), feature("t")), "stated-twice"],
    ["a port twice", workload("a", image("x"), port("http", 80), port("web", 80)), "stated-twice"],
    ["a port's name twice", workload("a", image("x"), port("http", 80), port("http", 81)), "stated-twice"],
    ["an amount that is none", workload("a", image("x"), resource("cpu", "fast")), "bad-amount"],
    ["half a gpu", workload("a", image("x"), resource("gpu", "500m")), "bad-amount"],
    ["a negative amount", workload("a", image("x"), resource("memory", "-1")), "bad-amount"],
    ["a resource that is none", workload("a", image("x"), resource("cores", "1")), "unknown-resource"],
    ["a name with capitals", workload("AMF", image("x")), "bad-name"],
    ["a long name", workload("a".repeat(64), image("x")), "bad-name"],
    ["a digit first, with ports", workload("5gc", image("x"), port("http", 80)), "bad-name"],
    ["port 0", workload("a", image("x"), port("http", 0)), "bad-name"],
    ["port 65536", workload("a", image("x"), port("http", 65_536)), "bad-name"],
    ["no port", workload("a", image("x"), port("http", "many")), "bad-name"],
    ["no protocol", workload("a", image("x"), port("http", 80, "quic")), "bad-name"],
    ["a port's name of 16", workload("a", image("x"), port("a".repeat(16), 80)), "bad-name"],
    ["a port's name of digits", workload("a", image("x"), port("80", 80)), "bad-name"],
    ["no key of a label", workload("a", image("x"), label("a b", "1")), "bad-name"],
    ["no value of a label", workload("a", image("x"), label("a", "1 2")), "bad-name"],
    ["the label of the name", workload("a", image("x"), label("app.kubernetes.io/name", "b")), "bad-name"],
  ])("is refused with %s", (_name, entry, code) => {
    const { codes, objects, diagnostics } = load({}, [entry]);
    expect(codes).toEqual([code]);
    expect(objects).toEqual([]);
    expect(diagnostics[0]?.span).toBeDefined();
  });

  it("may go to the edge of what Kubernetes takes", () => {
    const edge = workload(
      "a".repeat(63),
      image("x"),
      port("a".repeat(15), 65_535),
      port("b", 1),
      label("t", "v".repeat(63)),
    );
    expect(load({}, [edge]).codes).toEqual([]);
    expect(load({}, [workload("a", image("x"), label("t", "v".repeat(64)))]).codes).toEqual(["bad-name"]);
  });

  it("may have the same number for two protocols, and a name with a digit first without ports", () => {
    expect(load({}, [workload("dns", image("x"), port("tcp", 53), port("udp", 53, "UDP"))]).codes).toEqual([]);
    expect(load({}, [workload("5gc", image("x"))]).codes).toEqual([]);
  });

  it("beside an object of the same name in a file is an error that shows both", () => {
    const { codes, diagnostics } = load({ "m.yaml": "apiVersion: v1\nkind: Service\nmetadata: { name: amf }\n" }, [
      amf,
      { kind: "manifests", path: { form: "string", text: "m.yaml", span: amf.span }, span: amf.span },
    ]);
    expect(codes).toEqual(["two-objects"]);
    expect(diagnostics[0]).toMatchObject({ span: { file: "m.yaml" }, related: [{ span: { file: "app.intent" } }] });
  });
});
