// A real Helm chart and a real kustomization, through the real programs: what they render is planned like any file. The chart is ours.
import { delimiter, dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { workplace } from "../cli/kit.ts";
import { requireTools, toolsMissing } from "./tools.ts";

const files = {
  "fleet.intent": "cluster paris {\n  nodes general x2 { cpu 8  memory 32Gi }\n}\n",
  "shop.intent":
    'app shop {\n  chart "charts/web" values "values.yaml"\n  kustomization "overlays/edge"\n}\nrun app shop on paris\n',
  "values.yaml": "replicas: 3\n",
  "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
  "charts/web/values.yaml": "replicas: 1\nimage: registry.example/web:1\n",
  "charts/web/templates/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: {{ .Values.image }}
          resources: { requests: { cpu: 250m, memory: 64Mi } }
`,
  "charts/web/templates/tests/connects.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-connects
  annotations: { helm.sh/hook: test }
spec: { containers: [{ name: c, image: "registry.example/curl:1" }] }
`,
  "overlays/edge/kustomization.yaml": "resources: [cache.yaml]\nnamePrefix: edge-\n",
  "overlays/edge/cache.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: { name: cache }
spec:
  selector: { matchLabels: { app: cache } }
  template:
    metadata: { labels: { app: cache } }
    spec: { containers: [{ name: cache, image: "registry.example/cache:1" }] }
`,
} as const;

interface Plan {
  readonly manifests: Readonly<
    Record<
      string,
      readonly {
        readonly kind: string;
        readonly metadata: { readonly name: string };
        readonly spec?: { readonly replicas?: number };
      }[]
    >
  >;
  readonly placements: readonly { readonly workload: string; readonly replicas: number }[];
}

const path = process.env["PATH"] ?? "";

describe.skipIf(toolsMissing("helm", "kubectl"))("charts and kustomizations", () => {
  beforeAll(() => {
    const { helm, kubectl } = requireTools("helm", "kubectl");
    process.env["PATH"] = [dirname(helm), dirname(kubectl), path].join(delimiter);
  });
  afterAll(() => {
    process.env["PATH"] = path;
  });

  test("are rendered by the real programs and planned, without Helm's tests", async () => {
    const { out, err, code } = await workplace(files).run("plan", "--json");
    expect(code, err + out.slice(0, 3000)).toBe(0);
    const plan = JSON.parse(out) as Plan;
    const names = (plan.manifests["paris"] ?? []).map((o) => `${o.kind} ${o.metadata.name}`);
    expect(names).toEqual(expect.arrayContaining(["Deployment shop-web", "Deployment edge-cache"]));
    expect(names.some((name) => name.includes("connects"))).toBe(false);
    expect(plan.placements).toContainEqual(expect.objectContaining({ workload: "shop-web", replicas: 3 }));
  });

  test("a chart that helm refuses is an error at the chart's words, with helm's own", async () => {
    const broken = { ...files, "charts/web/templates/web.yaml": "{{ .Values.nothing.here }}" };
    const { err, code } = await workplace(broken).run("check");
    expect(code).toBe(1);
    expect(err).toMatch(/shop\.intent:2/);
    expect(err).toContain("nil pointer");
  });

  test("a chart outside of the project is not rendered", async () => {
    const outside = { ...files, "shop.intent": 'app shop { chart "../elsewhere" }\nrun app shop on paris\n' };
    const { err, code } = await workplace(outside).run("check");
    expect(code).toBe(1);
    expect(err).toContain("outside");
  });
});
