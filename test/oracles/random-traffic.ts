// Draws traffic programs: apps of a few workloads with manifests of all kinds, a fleet of two clusters, and sentences about who may
// talk to whom, as files and as what the oracle reads. It must not know the compiler or what becomes of the sentences.
import { dice, type Dice } from "./dice.ts";
import type { Named, NamedPort, Ours, Protocol, SaidPort, Sentence } from "./traffic-meaning.ts";
import type { Policy } from "./traffic-policies.ts";

export interface TrafficProgram {
  readonly seed: number;
  /** `main.intent` and the manifests. */
  readonly files: Readonly<Record<string, string>>;
  readonly ours: readonly Ours[];
  readonly sentences: readonly Sentence[];
  readonly clusters: readonly { readonly name: string; readonly api: readonly string[] }[];
  readonly podRanges: readonly string[];
  readonly dns: readonly Named[];
  /** Replicas by `app/name` and cluster. */
  readonly placed: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Policies among the manifests. */
  readonly filePolicies: readonly Policy[];
}

const NAMES = ["amf", "smf", "upf", "nrf", "udm", "web", "db"];
const RANGES = ["203.0.113.0/24", "203.0.113.0/28", "198.51.100.7", "192.0.2.0/25", "2001:db8::/32", "10.0.0.0/8"];
const STRANGERS: readonly Extract<Named, { kind: "pods" }>[] = [
  { kind: "pods", labels: { app: "prometheus" }, namespace: "monitoring" },
  { kind: "pods", labels: { app: "prometheus", shard: "one" }, namespace: "monitoring" },
  { kind: "pods", labels: { "k8s-app": "kube-dns" }, namespace: "kube-system" },
  { kind: "pods", labels: { role: "client" }, namespace: "one" },
];

/** The same seed gives the same program for ever. */
export function randomTraffic(seed: number): TrafficProgram {
  const d = dice(seed);
  const apps = d.chance(0.4) ? ["core", "edge"] : ["core"];
  const namespaces: Record<string, string> = { core: "one", edge: d.chance(0.5) ? "one" : "two" };
  const names = d.some(NAMES, d.between(2, 6));
  const drawn = names.map((name) => drawWorkload(d, name, d.pick(apps), namespaces));
  const used = apps.filter((app) => drawn.some((w) => w.ours.app === app));
  const ours = drawn.map((w) => w.ours);
  const hasRanges = d.chance(0.85);
  const podRanges = hasRanges ? ["10.1.0.0/16", "10.2.0.0/16"] : [];
  const dns = drawDns(d, ours);
  const clusters = [
    { name: "paris", api: ["10.0.0.1"] },
    { name: "lyon", api: d.chance(0.5) ? ["10.0.0.1"] : ["10.0.0.2", "2001:db8::a1"] },
  ];
  const peers = { ours, apps: used, hasRanges };
  const sentences = Array.from({ length: d.between(2, 8) }, () => drawSentence(d, peers));
  const filePolicies = d.chance(0.15) ? [drawFilePolicy(d, ours, namespaces)] : [];
  const files: Record<string, string> = { "main.intent": "" };
  for (const app of used) {
    const objects = [
      ...drawn.filter((w) => w.ours.app === app).flatMap((w) => w.objects),
      ...(app === "core" ? filePolicies : []),
    ];
    files[`${app}.yaml`] = objects.map((object) => JSON.stringify(object)).join("\n---\n");
  }
  if (!used.includes("core")) filePolicies.length = 0;
  files["main.intent"] = [
    ...clusters.map(
      ({ name, api }, i) =>
        `cluster ${name} { ${hasRanges ? `pods ${podRanges[i]} ` : ""}api ${api.join(", ")} nodes general x4 { cpu 64 memory 256Gi } }`,
    ),
    ...(dns.length > 0 ? [`fleet { dns ${dns.map(showNamed).join(", ")} }`] : []),
    ...used.map((app) => `app ${app} in ${namespaces[app]} { manifests "${app}.yaml" }`),
    ...ours.map((w) => `run ${w.name}`),
    ...sentences.map(showSentence),
  ].join("\n");
  const placed = Object.fromEntries(
    ours.map((w) => [
      `${w.app}/${w.name}`,
      d.chance(0.75) ? { paris: 1, lyon: 1 } : d.chance(0.5) ? { paris: 1 } : { lyon: 1 },
    ]),
  );
  const standard: Named = { kind: "pods", labels: { "k8s-app": "kube-dns" }, namespace: "kube-system" };
  return {
    seed,
    files,
    ours,
    sentences,
    clusters,
    podRanges,
    dns: dns.length > 0 ? dns : [standard],
    placed,
    filePolicies,
  };
}

// ---- manifests

interface Drawn {
  readonly ours: Ours;
  readonly objects: readonly object[];
}

const KINDS = ["Deployment", "Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod"] as const;
const PORTS: readonly NamedPort[] = [
  { name: "sbi", number: 8000, protocol: "TCP" },
  { name: "http", number: 80, protocol: "TCP" },
  { name: "pfcp", number: 8805, protocol: "UDP" },
  { name: "n2", number: 38412, protocol: "SCTP" },
  { number: 9090, protocol: "TCP" },
  { name: "dns", number: 53, protocol: "UDP" },
];

function drawWorkload(d: Dice, name: string, app: string, namespaces: Readonly<Record<string, string>>): Drawn {
  const namespace = d.chance(0.1) ? "three" : (namespaces[app] ?? "one");
  const kind = d.pick(KINDS);
  const style = d.pick(["plain", "plain", "shared", "expression"] as const);
  const labels: Record<string, string> = {
    ...(style === "plain" ? { app: name } : { app: "core", tier: name }),
    ...(d.chance(0.3) ? { role: "client" } : {}),
  };
  const selector =
    style === "expression"
      ? { matchExpressions: [d.pick([EXISTS, { key: "tier", operator: "In", values: [name, "spare"] }])] }
      : {
          matchLabels:
            style === "shared" && d.chance(0.6) ? { app: "core" } : style === "shared" ? labels : { app: name },
        };
  const ports = d.some(PORTS, d.between(1, 3));
  const service = d.chance(0.5) ? drawService(d, name, namespace, labels, ports) : undefined;
  const ours = { app, name, namespace, labels, ports, services: service?.ports ?? [] };
  const object = manifestOf(kind, name, namespace, namespace === namespaces[app], labels, selector, ports);
  return { ours, objects: [object, ...(service === undefined ? [] : [service.object])] };
}

const EXISTS = { key: "tier", operator: "Exists" };

function drawService(d: Dice, name: string, namespace: string, labels: object, ports: readonly NamedPort[]) {
  const drawn = d.some(ports, d.between(1, ports.length)).map((target, i) => ({
    name: d.pick(["api", "front", `p${i}`]) + i,
    number: d.pick([target.number, 443, 7000 + i]),
    target,
  }));
  const object = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: {
      selector: labels,
      ports: drawn.map((p) => ({
        name: p.name,
        port: p.number,
        targetPort: p.target.name !== undefined && d.chance(0.5) ? p.target.name : p.target.number,
        protocol: p.target.protocol,
      })),
    },
  };
  return { ports: drawn, object };
}

function manifestOf(
  kind: (typeof KINDS)[number],
  name: string,
  namespace: string,
  leftOut: boolean,
  labels: Readonly<Record<string, string>>,
  selector: object,
  ports: readonly NamedPort[],
): object {
  const containerPorts = ports.map((p) => ({
    ...(p.name ? { name: p.name } : {}),
    containerPort: p.number,
    protocol: p.protocol,
  }));
  const containers = [
    { name, image: `example/${name}:1`, ports: containerPorts, resources: { requests: { cpu: "10m" } } },
  ];
  const restartPolicy = kind === "Job" || kind === "CronJob" ? { restartPolicy: "Never" } : {};
  const template = { metadata: { labels }, spec: { ...restartPolicy, containers } };
  const metadata = { name, ...(leftOut ? {} : { namespace }) };
  const apiVersion = kind === "Pod" ? "v1" : kind === "Job" || kind === "CronJob" ? "batch/v1" : "apps/v1";
  const controller = kind === "StatefulSet" ? { serviceName: name } : {};
  const spec: Readonly<Record<typeof kind, object>> = {
    Deployment: { selector, template },
    StatefulSet: { ...controller, selector, template },
    DaemonSet: { selector, template },
    Job: { template },
    CronJob: { schedule: "0 0 * * *", jobTemplate: { spec: { template } } },
    Pod: template.spec,
  };
  return { apiVersion, kind, metadata: kind === "Pod" ? { ...metadata, labels } : metadata, spec: spec[kind] };
}

function drawFilePolicy(d: Dice, ours: readonly Ours[], namespaces: Readonly<Record<string, string>>): Policy {
  const [w, other] = [d.pick(ours), d.pick(ours)];
  const peer = d.pick([
    { podSelector: {} },
    { podSelector: { matchLabels: other.labels } },
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
      podSelector: { matchLabels: { app: "prometheus" } },
    },
    { ipBlock: { cidr: "203.0.113.0/28" } },
  ]);
  const ports = d.chance(0.5) ? { ports: [{ protocol: "TCP" as const, port: d.pick([8000, 80]) }] } : {};
  const ingress = d.chance(0.5);
  const rules = d.chance(0.2) ? [] : [{ [ingress ? "from" : "to"]: [peer], ...ports }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "from-a-file", namespace: namespaces["core"] ?? "one" },
    spec: {
      podSelector: d.chance(0.5) ? {} : { matchLabels: w.labels },
      policyTypes: [ingress ? "Ingress" : "Egress"],
      [ingress ? "ingress" : "egress"]: rules,
    },
  } as Policy;
}

// ---- sentences

function drawDns(d: Dice, ours: readonly Ours[]): Named[] {
  if (d.chance(0.8)) return [];
  return [
    d.pick<Named>([
      { kind: "pods", labels: { app: "resolver" }, namespace: "names" },
      { kind: "range", cidr: "169.254.20.10" },
      { kind: "workload", name: d.pick(ours).name },
    ]),
  ];
}

interface Peers {
  readonly ours: readonly Ours[];
  readonly apps: readonly string[];
  readonly hasRanges: boolean;
}

function drawSentence(d: Dice, peers: Peers): Sentence {
  const roll = d.next();
  if (roll < 0.2) {
    const who = d.chance(0.4) ? [drawApp(d, peers)] : [drawName(d, peers)];
    return { kind: "isolate", who, way: d.pick(["both", "ingress", "egress"]) };
  }
  const kind = roll < 0.33 ? "deny" : "allow";
  const from = drawEnd(d, peers, kind === "deny" ? 0.1 : 0.35);
  const foreign = from.some((n) => n.kind !== "workload" && n.kind !== "app");
  const to = drawEnd(d, peers, kind === "deny" || foreign ? 0 : 0.3);
  const both = kind === "allow" && !foreign && d.chance(0.15);
  return { kind, from, to, both, on: drawPorts(d, to, peers) };
}

const drawName = (d: Dice, { ours }: Peers): Named => ({ kind: "workload", name: d.pick(ours).name });

function drawApp(d: Dice, { apps, ours }: Peers): Named {
  const app = d.pick(apps);
  const inside = ours.filter((w) => w.app === app).map((w) => w.name);
  return { kind: "app", app, except: inside.length > 1 && d.chance(0.25) ? [d.pick(inside)] : [] };
}

function drawEnd(d: Dice, peers: Peers, foreign: number): readonly Named[] {
  if (!d.chance(foreign)) {
    if (d.chance(0.3)) return [drawApp(d, peers)];
    return d.chance(0.25)
      ? d.some(peers.ours, 2).map((w): Named => ({ kind: "workload", name: w.name }))
      : [drawName(d, peers)];
  }
  const ranges = peers.hasRanges ? RANGES : RANGES.slice(0, -1);
  const kinds: readonly Named[] = [
    { kind: "anywhere" },
    ...(peers.hasRanges ? [{ kind: "internet" } as const] : []),
    { kind: "kubernetes" },
    { kind: "range", cidr: d.pick(ranges) },
    d.pick(STRANGERS),
    d.pick(STRANGERS),
  ];
  const end = [d.pick(kinds)];
  return d.chance(0.15) ? [...end, drawName(d, peers)] : end;
}

function drawPorts(d: Dice, to: readonly Named[], { ours }: Peers): readonly SaidPort[] {
  if (d.chance(0.3)) return [];
  const targets = ours.filter((w) =>
    to.some((n) => (n.kind === "workload" ? n.name === w.name : n.kind === "app" && n.app === w.app)),
  );
  const known = targets.flatMap((w) => [
    ...w.ports.flatMap((p): SaidPort[] => [
      ...(p.name === undefined ? [] : [{ port: p.name }]),
      { port: p.number, ...(p.protocol === "TCP" ? {} : { protocol: p.protocol }) },
    ]),
    ...w.services.flatMap(({ name, number }): SaidPort[] =>
      d.chance(0.5) ? [{ port: number }] : name === undefined ? [] : [{ port: name }],
    ),
  ]);
  const loose: readonly SaidPort[] = [
    { port: 443 },
    { port: 8000, end: 8010 },
    { port: 79, end: 81 },
    { port: 5000, protocol: "UDP" },
    { port: 1, end: 65_535 },
  ];
  const one = () => (known.length > 0 && d.chance(0.75) ? d.pick(known) : d.pick(loose));
  return d.chance(0.25) ? [one(), one()] : [one()];
}

// ---- as text

function showSentence(s: Sentence): string {
  if (s.kind === "isolate") return `isolate ${s.who.map(showNamed).join(", ")}${s.way === "both" ? "" : ` ${s.way}`}`;
  const on = s.on.length === 0 ? "" : ` on ${s.on.map(showPort).join(", ")}`;
  return `${s.kind} ${s.from.map(showNamed).join(", ")} ${s.both ? "<->" : "->"} ${s.to.map(showNamed).join(", ")}${on}`;
}

function showNamed(named: Named): string {
  switch (named.kind) {
    case "workload":
      return named.name;
    case "app":
      return `app ${named.app}${named.except.length > 0 ? ` except ${named.except.join(", ")}` : ""}`;
    case "range":
      return named.cidr;
    case "pods":
      return `pods (${Object.entries(named.labels)
        .map(([k, v]) => `${k} = ${v}`)
        .join(", ")}) in ${named.namespace}`;
    default:
      return named.kind;
  }
}

function showPort({ port, end, protocol }: SaidPort): string {
  return `${port}${end === undefined ? "" : `-${end}`}${protocol === undefined ? "" : `/${protocol.toLowerCase() satisfies string}`}`;
}

export const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
