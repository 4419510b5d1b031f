// From a random traffic program to questions: compiles and expands it, puts pods into each cluster as its templates say, adds strangers,
// addresses and nodes, and draws connections between all of them. It must not know any answer.
import { compile, memoryHost, type KubernetesObject } from "../../compiler/index.ts";
import { hasErrors, type Diagnostic } from "../../grammar/index.ts";
import { expand } from "../../planner/action/index.ts";
import { dice, type Dice } from "./dice.ts";
import { PROTOCOLS, randomTraffic, type TrafficProgram } from "./random-traffic.ts";
import type { Attempt, End, NamedPort, Ours, Protocol, Scene } from "./traffic-meaning.ts";
import type { Policy } from "./traffic-policies.ts";

/** One cluster of one program, with the objects that expansion made for it and what is asked of it. */
export interface TrafficCase {
  readonly program: TrafficProgram;
  readonly cluster: string;
  readonly scene: Scene;
  readonly objects: readonly KubernetesObject[];
  /** All policies that go to the cluster, those of files included. */
  readonly policies: readonly Policy[];
  readonly diagnostics: readonly Diagnostic[];
  readonly ends: readonly End[];
  readonly attempts: readonly Attempt[];
}

/** `count` programs that the compiler accepts, from `seed` on, each with a case for both clusters. */
export function* trafficCases(seed: number, count: number, attempts: number): Generator<readonly TrafficCase[]> {
  let accepted = 0;
  for (let next = seed; accepted < count; next++) {
    const program = randomTraffic(next);
    const compiled = compile(["main.intent"], memoryHost(program.files), { set: {} });
    if (hasErrors(compiled.diagnostics)) continue;
    accepted += 1;
    const expanded = expand(compiled.value, program.placed);
    yield program.clusters.map(({ name, api }) => {
      const objects = (expanded.objects[name] ?? []).map((placed) => placed.object);
      const policies = objects.filter((o) => o.kind === "NetworkPolicy") as unknown as Policy[];
      const ends = endsOf(program, name, objects);
      const scene: Scene = { ...program, apiAddresses: api };
      const d = dice(next * 2 + (name === "paris" ? 0 : 1));
      const drawn = Array.from({ length: attempts }, () => drawAttempt(d, program, ends));
      return {
        program,
        cluster: name,
        scene,
        objects,
        policies,
        diagnostics: expanded.diagnostics,
        ends,
        attempts: drawn,
      };
    });
  }
}

/** Inside and just outside of the ranges that programs speak of. */
const ADDRESSES = `
  203.0.113.0 203.0.113.5 203.0.113.16 203.0.113.255 203.0.112.255 198.51.100.7 198.51.100.8 192.0.2.127 192.0.2.128
  10.0.0.1 10.0.0.2 10.0.255.255 10.3.0.0 11.0.0.0 8.8.8.8 169.254.20.10
  2001:db8::5 2001:db8::a1 2001:db9:: 2606:4700::1111`
  .trim()
  .split(/\s+/);

type Pod = Extract<End, { kind: "pod" }>;

function endsOf(program: TrafficProgram, cluster: string, objects: readonly KubernetesObject[]): readonly End[] {
  const range = cluster === "paris" ? "10.1" : "10.2";
  let last = 0;
  const pod = (
    namespace: string,
    name: string,
    labels: Readonly<Record<string, string>>,
    ports: readonly NamedPort[],
  ): Pod => {
    last += 1;
    const ip = `${range}.0.${last}`;
    return { kind: "pod", id: `${namespace}/${name}`, namespace, labels, ip, ports };
  };
  const ours = program.ours
    .filter((w) => program.placed[`${w.app}/${w.name}`]?.[cluster] !== undefined)
    .flatMap((w) => {
      const labels = labelsInCluster(w, objects);
      return ["a", "b"].map((copy): Pod => ({
        ...pod(w.namespace, `${w.name}-${copy}`, labels, w.ports),
        workload: w.name,
      }));
    });
  const metrics: readonly NamedPort[] = [{ name: "metrics", number: 9100, protocol: "TCP" }];
  const strangers = [
    pod("monitoring", "prometheus", { app: "prometheus" }, metrics),
    pod("monitoring", "shard", { app: "prometheus", shard: "one" }, metrics),
    pod("monitoring", "grafana", { app: "grafana" }, metrics),
    pod("kube-system", "dns", { "k8s-app": "kube-dns" }, []),
    pod("one", "false-dns", { "k8s-app": "kube-dns", role: "client" }, []),
    pod("one", "neighbour", { app: "neighbour" }, metrics),
    pod("names", "resolver", { app: "resolver" }, []),
    pod("two", "prometheus", { app: "prometheus" }, metrics),
  ];
  const pods: readonly Pod[] = [...ours, ...strangers];
  const node: End = { kind: "address", ip: "172.16.0.9", runs: pods.filter((_, i) => i % 2 === 0).map((p) => p.id) };
  return [...pods, ...ADDRESSES.map((ip): End => ({ kind: "address", ip })), node];
}

/** What the pod template says in the end, and what a Job's controller adds. */
function labelsInCluster(w: Ours, objects: readonly KubernetesObject[]): Readonly<Record<string, string>> {
  const object = objects.find(
    (o) => o.metadata.name === w.name && o.kind !== "Service" && o.metadata.namespace === w.namespace,
  );
  type Template = { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
  type Spec = {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec: { readonly template: Template } };
  };
  if (object === undefined) throw new Error(`${w.name} is not among the objects`);
  if (object.kind === "Pod") return object.metadata.labels ?? {};
  const spec = object["spec"] as Spec;
  const labels = (spec.template ?? spec.jobTemplate?.spec.template)?.metadata?.labels ?? {};
  return object.kind === "Job" ? { ...labels, "batch.kubernetes.io/job-name": w.name } : labels;
}

function drawAttempt(d: Dice, program: TrafficProgram, ends: readonly End[]): Attempt {
  const ours = ends.filter((e) => e.kind === "pod" && e.workload !== undefined);
  const self = ours.length > 0 ? d.pick(ours) : d.pick(ends);
  const other = d.chance(0.5) ? d.pick(ends) : d.pick(ours.length > 0 ? ours : ends);
  const [from, to] = d.chance(0.5) ? [self, other] : [other, self];
  const [protocol, port] = drawPort(d, program, to);
  return { from, to, protocol, port };
}

/** Mostly ports that something is said about, and their neighbours. */
function drawPort(d: Dice, program: TrafficProgram, to: End): readonly [Protocol, number] {
  const own: readonly NamedPort[] = to.kind === "pod" ? to.ports : [];
  if (own.length > 0 && d.chance(0.5)) {
    const port = d.pick(own);
    return [d.chance(0.9) ? port.protocol : d.pick(PROTOCOLS), port.number];
  }
  const said = program.sentences.flatMap((s) => (s.kind === "isolate" ? [] : s.on));
  const numbers = said.flatMap((p) =>
    typeof p.port === "number" ? [p.port - 1, p.port, p.end ?? p.port, (p.end ?? p.port) + 1] : [],
  );
  const port = d.pick([...numbers, 53, 53, 443, 6443, 80, 8000, 9090, 12_345]);
  return [d.chance(0.7) ? "TCP" : d.pick(PROTOCOLS), Math.min(Math.max(port, 1), 65_535)];
}
