// Random workloads of a random program, and their text: inline blocks and Kubernetes manifests. It must not know clauses or fleets.
import type { Dice } from "./dice.ts";
import type { SketchWorkload } from "./sketch.ts";

const NAMES = ["amf", "smf", "upf", "nrf", "web"] as const;

type Draft = Omit<SketchWorkload, "spreading" | "counted" | "hidden" | "pool" | "clauses">;

/** Two to five workloads of mixed kinds; demands are small multiples, so that sums of different pods can be equal. */
export function randomWorkloads(dice: Dice): Draft[] {
  return dice.some(NAMES, dice.between(2, 5)).map((name): Draft => {
    const kind = dice.chance(0.4)
      ? "inline"
      : dice.pick(["Deployment", "Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job"] as const);
    const replicas = kind === "inline" || kind === "DaemonSet" ? 1 : dice.between(1, 3);
    const gpu = dice.chance(0.08) && kind !== "DaemonSet" ? 1 : 0;
    const properties: Record<string, string> = {};
    if (kind === "inline" && dice.chance(0.35)) properties["tier"] = dice.pick(["gold", "silver"]);
    if (kind === "inline" && dice.chance(0.2)) properties["trusted"] = "true";
    const cpu = kind === "DaemonSet" ? dice.pick([50, 100]) : dice.pick([250, 500, 500, 1000, 1500]);
    const memory = dice.pick([64, 128, 256, 512]);
    return { name, kind, replicas, cpu, memory, gpu, properties, traits: traitsOf(dice, kind, replicas) };
  });
}

function traitsOf(dice: Dice, kind: SketchWorkload["kind"], replicas: number): string[] {
  if (kind === "inline") return [];
  const traits: string[] = [];
  if (dice.chance(0.3)) traits.push("init");
  if (dice.chance(0.12)) traits.push("sidecar");
  if (kind === "DaemonSet") return traits;
  const pairs: [string, number][] = [
    ["anti-affinity", replicas > 1 ? 0.2 : 0.06],
    ["own-spread", replicas > 1 ? 0.15 : 0],
    ["affinity", 0.06],
    ["foreign-anti-affinity", 0.1],
    ["host-port", 0.09],
    ["selector", 0.08],
  ];
  for (const [trait, probability] of pairs) if (dice.chance(probability)) traits.push(trait);
  if (kind === "StatefulSet" && dice.chance(0.6)) traits.push("claim-template");
  if (kind === "Deployment" && replicas === 1 && dice.chance(0.12)) traits.push("claim");
  if (kind === "Deployment" && traits.length === 0 && dice.chance(0.12)) traits.push("autoscaler");
  return traits;
}

/** The block of an inline workload. */
export function inlineText(w: SketchWorkload): string {
  const properties = Object.entries(w.properties).map(([key, value]) => (value === "true" ? key : `${key} = ${value}`));
  const gpu = w.gpu > 0 ? [`gpu ${w.gpu}`] : [];
  const entries = [
    `image "registry.example/${w.name}:1"`,
    `cpu ${w.cpu}m`,
    `memory ${w.memory}Mi`,
    ...gpu,
    ...properties,
  ];
  return `  workload ${w.name} { ${entries.join("  ")} }`;
}

/** The manifest of a workload as YAML documents (JSON is YAML). `other` is a workload that affinity may speak of. */
export function manifestText(w: SketchWorkload, app: string, tolerated: string | undefined, other: string): string {
  const objects: unknown[] = [workloadObject(w, app, podTemplate(w, app, tolerated, other))];
  if (w.traits.includes("claim")) {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    objects.push({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: `${w.name}-data`, namespace: app },
      spec,
    });
  }
  if (w.traits.includes("autoscaler")) {
    const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: w.name };
    const spec = { scaleTargetRef, minReplicas: w.replicas, maxReplicas: w.replicas + 2 };
    objects.push({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: w.name, namespace: app },
      spec,
    });
  }
  return objects.map((object) => `---\n${JSON.stringify(object, null, 2)}\n`).join("");
}

function workloadObject(w: SketchWorkload, app: string, template: { metadata: object; spec: object }): object {
  const metadata = { name: w.name, namespace: app };
  if (w.kind === "Job") {
    const spec = { ...template.spec, restartPolicy: "Never" };
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata,
      spec: { parallelism: w.replicas, completions: w.replicas, template: { ...template, spec } },
    };
  }
  const selector = { matchLabels: { app: w.name } };
  if (w.kind === "DaemonSet")
    return { apiVersion: "apps/v1", kind: "DaemonSet", metadata, spec: { selector, template } };
  if (w.kind === "Deployment")
    return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas: w.replicas, selector, template } };
  const claims = w.traits.includes("claim-template")
    ? [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ]
    : [];
  const spec = {
    replicas: w.replicas,
    serviceName: w.name,
    selector,
    template,
    ...(claims.length > 0 ? { volumeClaimTemplates: claims } : {}),
  };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec };
}

function podTemplate(w: SketchWorkload, app: string, tolerated: string | undefined, other: string) {
  const has = (trait: string) => w.traits.includes(trait);
  const requests = (cpu: number, memory: number) => ({ requests: { cpu: `${cpu}m`, memory: `${memory}Mi` } });
  const gpu = w.gpu > 0 ? { "nvidia.com/gpu": String(w.gpu) } : undefined;
  // An init container that asks for more than the containers decides the demand; one that asks for less does not.
  const main = has("init")
    ? requests(Math.max(10, w.cpu - 40), w.memory)
    : requests(has("sidecar") ? w.cpu - 20 : w.cpu, w.memory);
  const resources = gpu === undefined ? main : { requests: { ...main.requests, ...gpu }, limits: gpu };
  const port = has("host-port") ? { ports: [{ containerPort: 8080, hostPort: 8080 }] } : {};
  const init = has("init") ? [{ name: "init", image: "registry.example/init:1", resources: requests(w.cpu, 16) }] : [];
  const sidecar =
    has("sidecar") && !has("init")
      ? [{ name: "log", image: "registry.example/log:1", restartPolicy: "Always", resources: requests(20, 0) }]
      : [];
  const inits = [...init, ...sidecar];
  return {
    metadata: { labels: { app: w.name } },
    spec: {
      ...(inits.length > 0 ? { initContainers: inits } : {}),
      containers: [{ name: w.name, image: `registry.example/${w.name}:1`, resources, ...port }],
      ...(has("claim") ? { volumes: [{ name: "data", persistentVolumeClaim: { claimName: `${w.name}-data` } }] } : {}),
      ...(tolerated !== undefined
        ? { tolerations: [{ key: tolerated, operator: "Exists", effect: "NoSchedule" }] }
        : {}),
      ...(has("selector") ? { nodeSelector: { "kubernetes.io/os": "linux" } } : {}),
      ...affinityOf(w, other, app),
      ...(has("own-spread") ? { topologySpreadConstraints: [spreadOf(w)] } : {}),
    },
  };
}

const spreadOf = (w: SketchWorkload) => ({
  maxSkew: 1,
  // A cluster of one node then holds one pod of it only.
  ...(w.replicas === 2 ? { minDomains: 2 } : {}),
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: { app: w.name } },
});

function affinityOf(w: SketchWorkload, other: string, app: string): object {
  const term = (name: string) => ({
    labelSelector: { matchLabels: { app: name } },
    topologyKey: "kubernetes.io/hostname",
    namespaces: [app],
  });
  const anti = [
    ...(w.traits.includes("anti-affinity") ? [term(w.name)] : []),
    ...(w.traits.includes("foreign-anti-affinity") ? [term(other)] : []),
  ];
  const wanted = w.traits.includes("affinity") && !w.traits.includes("anti-affinity") ? [term(w.name)] : [];
  if (anti.length + wanted.length === 0) return {};
  return {
    affinity: {
      ...(anti.length > 0 ? { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: anti } } : {}),
      ...(wanted.length > 0 ? { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: wanted } } : {}),
    },
  };
}
