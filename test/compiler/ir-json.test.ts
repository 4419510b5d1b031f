// The IR as JSON: the same bytes for the same meaning, nothing lost, and every key named in docs/ir.md.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compile, irJson, memoryHost } from "../../compiler/index.ts";

const files = {
  "a.intent": `
param n = 4
fleet { feature dpdk = "node/dpdk=on" }
cluster paris { region = a context "ctx" cost cpu 1 networks n3 pods 10.1.0.0/16 api 10.0.0.1 accepts where tier = gold nodes general x2 { cpu 8 memory 32Gi dpdk disk = ssd taint busy } }
cluster lyon { region = b nodes general x2 { cpu 8 memory 32Gi } }
link paris <-> lyon 5ms 1Gbps
group both = paris, lyon
app core { workload amf { image "a" port sbi 8000 tier = gold } manifests "web.yaml" }
run amf x$n on paris weight 1, lyon weight 1 where region in (a, b) and cpu >= 2 and dpdk spread across region max 3 survive 1 cluster keeping 1 prefer region = a tolerates busy
run web on each of paris near amf within 1ms apart from amf by region
run other on paris then lyon with web
forbid web where not region = a
move web
minimize moves
allow amf -> web on 8000-9000
allow 10.0.0.0/8 -> web
allow pods (a = b) in c -> web
isolate amf ingress`,
  "web.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, zeta: 1 }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: a, ports: [{ name: http, containerPort: 80, hostPort: 80 }] }]
      tolerations: [{ key: busy, operator: Equal, value: x, effect: NoSchedule }]
      volumes: [{ name: data, persistentVolumeClaim: { claimName: shared } }]
      affinity:
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: In, values: [b] }] }] } }
        podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: kubernetes.io/hostname, labelSelector: { matchLabels: { app: web } } }] }
      topologySpreadConstraints: [{ maxSkew: 1, minDomains: 2, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, labelSelector: { matchLabels: { app: web } } }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: other }
spec:
  selector: { matchLabels: { app: other } }
  template:
    metadata: { labels: { app: other } }
    spec: { containers: [{ name: other, image: a }], volumes: [{ name: data, persistentVolumeClaim: { claimName: shared } }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: other }
spec: { minReplicas: 1, maxReplicas: 2, scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: other } }`,
};
const { value, diagnostics } = compile(["a.intent"], memoryHost(files));
const json = irJson(value);

describe("the IR as JSON", () => {
  it("is of a program without errors", () => {
    expect(diagnostics.filter((d) => d.severity === "error")).toEqual([]);
  });

  it("loses nothing", () => {
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
  });

  it("has one order of keys, and keeps that of Kubernetes objects", () => {
    const backwards = (data: unknown): unknown => {
      if (Array.isArray(data)) return data.map(backwards);
      if (typeof data !== "object" || data === null) return data;
      return "apiVersion" in data
        ? data
        : Object.fromEntries(
            Object.entries(data)
              .toReversed()
              .map(([k, v]) => [k, backwards(v)]),
          );
    };
    expect(irJson(backwards(value) as typeof value)).toBe(json);
    const metadata = /"metadata": \{\s+"name": "web",\s+"zeta": 1/;
    expect(json).toMatch(metadata);
  });

  it("is described key by key", () => {
    const page = readFileSync(new URL("../../docs/ir.md", import.meta.url), "utf8");
    const keys = new Set<string>();
    const named = new Set([
      "labels",
      "podLabels",
      "properties",
      "prices",
      "shape",
      "demand",
      "requests",
      "nodeSelector",
      "resourceNames",
      "featureLabels",
      "params",
    ]);
    const collect = (data: unknown, under: string): void => {
      if (Array.isArray(data)) return data.forEach((entry) => collect(entry, under));
      if (typeof data !== "object" || data === null || "apiVersion" in data) return;
      for (const [key, entry] of Object.entries(data)) {
        // Records by the user's own words have no keys of ours.
        if (!named.has(under)) keys.add(key);
        collect(entry, named.has(under) ? "" : key);
      }
    };
    collect(value, "");
    // Kubernetes' own words, inside of `pod`.
    const kubernetes = new Set([
      "operator",
      "maxSkew",
      "topologyKey",
      "minDomains",
      "nodeAffinityPolicy",
      "nodeTaintsPolicy",
      "namespaces",
      "ip",
    ]);
    expect(keys.size).toBeGreaterThan(70);
    expect([...keys].filter((key) => !kubernetes.has(key) && !page.includes(`\`${key}\``))).toEqual([]);
  });
});
