// Random statements of every kind, and programs of them. It must not know the parser.
import * as fc from "fast-check";
import type {
  AppEntry,
  CloudEntry,
  ClusterEntry,
  Expectation,
  FleetEntry,
  NetworkEntry,
  PoolEntry,
  RunClause,
  Scope,
  Statement,
  StatementKind,
  WorkloadEntry,
} from "../../grammar/index.ts";
import * as w from "./random-words.ts";
import { few, is, maybe, node, some } from "./random-words.ts";

const named = (text: string) => ({ form: "name" as const, text, span: { file: "", start: 0, end: 0 } });

const label = node<PoolEntry & { kind: "label" }>({ kind: is("label"), key: w.key, value: w.value });
const feature = node<PoolEntry & { kind: "feature" }>({ kind: is("feature"), name: w.word });
const resource = node<PoolEntry & { kind: "resource" }>({ kind: is("resource"), resource: w.word, amount: w.figure });
const effect = fc.constantFrom("NoSchedule", "PreferNoSchedule", "NoExecute").map(named);

const poolEntry: fc.Arbitrary<PoolEntry> = fc.oneof(
  label,
  feature,
  resource,
  node<PoolEntry>({ kind: is("taint"), key: w.word, value: maybe(w.value), effect: maybe(effect) }),
);

const clusterEntry: fc.Arbitrary<ClusterEntry> = fc.oneof(
  label,
  feature,
  node<ClusterEntry>({ kind: is("context"), context: w.name }),
  node<ClusterEntry>({ kind: is("cost"), prices: some(node({ resource: maybe(w.word), price: w.number })) }),
  node<ClusterEntry>({ kind: is("nodes"), name: w.name, count: maybe(w.count), entries: few(poolEntry) }),
  node<ClusterEntry>({ kind: is("networks"), names: some(w.name) }),
  node<ClusterEntry>({ kind: is("pods"), ranges: some(w.place) }),
  node<ClusterEntry>({ kind: is("api"), addresses: some(w.place) }),
  node<ClusterEntry>({ kind: is("accepts"), condition: w.condition }),
);

const fleetEntry: fc.Arbitrary<FleetEntry> = fc.oneof(
  node<FleetEntry>({ kind: is("connectivity"), mode: w.name }),
  node<FleetEntry>({ kind: is("reserve"), share: fc.oneof(w.percent, w.parameter) }),
  node<FleetEntry>({ kind: is("resource"), name: w.key, resource: w.name }),
  node<FleetEntry>({ kind: is("feature"), name: w.key, label: w.name }),
  node<FleetEntry>({ kind: is("dns"), peers: w.peers }),
);

const workloadEntry: fc.Arbitrary<WorkloadEntry> = fc.oneof(
  label,
  feature,
  resource,
  node<WorkloadEntry>({ kind: is("image"), image: w.name }),
  node<WorkloadEntry>({ kind: is("port"), name: w.name, number: w.number.filter((n) => /^\d+$/.test(n.text)) }),
  node<WorkloadEntry>({
    kind: is("port"),
    name: w.name,
    number: is({ ...named("38412"), form: "number" }),
    protocol: is(named("sctp")),
  }),
);

const appEntry: fc.Arbitrary<AppEntry> = fc.oneof(
  node<AppEntry>({ kind: is("workload"), name: w.name, entries: few(workloadEntry) }),
  node<AppEntry>({
    kind: is("named-workload"),
    name: w.key,
    objectKind: is(named("Deployment")),
    objectName: is(named("core-nrf")),
    needs: fc.oneof(is([]), w.amounts),
  }),
  node<AppEntry>({ kind: fc.constantFrom("manifests", "kustomization"), path: w.path }),
  node<AppEntry>({ kind: is("chart"), path: w.path, values: few(w.path) }),
);

const cloudEntry: fc.Arbitrary<CloudEntry> = fc.oneof(
  node<CloudEntry>({ kind: is("namespace"), name: w.name }),
  node<CloudEntry>({ kind: is("clusters"), condition: w.condition }),
  node<CloudEntry>({ kind: is("quota"), amounts: w.amounts }),
  node<CloudEntry>({ kind: fc.constantFrom("admin", "editor", "viewer"), names: some(w.name) }),
);

const unit = fc.constantFrom("cluster", "zone", "rack").map(named);
const topology = fc.oneof(w.name, is(named("cluster")));

const runClause: fc.Arbitrary<RunClause> = fc.oneof(
  node<RunClause>({ kind: is("where"), condition: w.condition }),
  node<RunClause>({ kind: is("on"), mode: is("each"), of: few(w.name) }),
  node<RunClause>({ kind: is("on"), mode: is("count"), count: w.count }),
  node<RunClause>({ kind: is("on"), mode: is("choices"), choices: some(some(w.name)) }),
  node<RunClause>({
    kind: is("on"),
    mode: is("shares"),
    shares: some(fc.record({ cluster: w.name, weight: w.number })),
  }),
  node<RunClause>({ kind: is("spread"), key: topology, max: maybe(w.count) }),
  node<RunClause>({ kind: is("near"), target: w.target, within: maybe(w.duration) }),
  node<RunClause>({ kind: is("with"), target: w.target }),
  node<RunClause>({ kind: is("apart"), target: w.target, by: maybe(topology) }),
  node<RunClause>({ kind: is("needs"), amounts: w.amounts }),
  node<RunClause>({ kind: is("container"), name: w.name }),
  node<RunClause>({ kind: is("survive"), count: w.count, unit, keeping: maybe(w.count) }),
  node<RunClause>({ kind: is("optional") }),
  node<RunClause>({ kind: is("priority"), value: w.weight }),
  node<RunClause>({ kind: is("prefer"), condition: w.condition, weight: maybe(w.weight) }),
  node<RunClause>({ kind: is("tolerates"), taints: some(w.name) }),
);

const networkEntry: fc.Arbitrary<NetworkEntry> = fc.oneof(
  node<NetworkEntry>({ kind: is("cidr"), cidr: w.place }),
  node<NetworkEntry>({ kind: is("driver"), driver: w.word, device: maybe(w.name) }),
  node<NetworkEntry>({ kind: is("vlan"), value: w.count }),
  node<NetworkEntry>({ kind: is("gateway"), value: w.place }),
  node<NetworkEntry>({ kind: is("routes"), routes: some(node({ to: w.place, via: maybe(w.place) })) }),
);

const expectation: fc.Arbitrary<Expectation> = fc.oneof(
  fc.record({ kind: is("placed-on" as const), target: w.target, negated: fc.boolean(), clusters: some(w.name) }),
  fc.record({ kind: is("near" as const), target: w.target, of: w.target, within: w.duration }),
  fc.record({ kind: is("reach" as const), from: w.peer, to: w.peer, negated: fc.boolean(), ports: w.ports }),
  fc.record({ kind: is("placed" as const), without: few(w.name) }),
  fc.record({ kind: is("placed" as const), target: w.target, without: few(w.name) }),
  fc.record({
    kind: is("objective" as const),
    term: fc.oneof(w.key, is(named("clusters"))),
    operator: fc.constantFrom("<=" as const, "=" as const),
    value: w.value,
  }),
);

const scope: fc.Arbitrary<Scope> = fc.oneof(
  node<Scope>({ clusters: some(w.name), condition: maybe(w.condition) }),
  node<Scope>({ clusters: is([]), condition: maybe(w.condition) }),
);
const scoped = maybe(scope);
const isNoKeyword = (text: string): boolean => text !== "except";

/** A random statement of each kind. */
export const statements: Readonly<Record<StatementKind, fc.Arbitrary<Statement>>> = {
  use: node<Statement>({ kind: is("use"), path: w.path }),
  param: node<Statement>({ kind: is("param"), name: w.key, value: w.value }),
  cluster: node<Statement>({ kind: is("cluster"), name: w.name, entries: few(clusterEntry) }),
  "clusters-from": node<Statement>({ kind: is("clusters-from"), path: w.path }),
  group: fc.oneof(
    node<Statement>({ kind: is("group"), name: w.name, condition: w.condition, members: is([]) }),
    node<Statement>({ kind: is("group"), name: w.key, members: some(w.name) }),
  ),
  link: fc.oneof(
    node<Statement>({ kind: is("link"), a: w.name, b: w.name, latency: maybe(w.duration), rate: is(undefined) }),
    node<Statement>({
      kind: is("link"),
      a: w.name,
      b: w.name,
      latency: w.duration,
      rate: fc.oneof(w.rate, w.parameter),
    }),
    node<Statement>({ kind: is("link"), a: w.name, b: w.name, rate: w.rate }),
  ),
  fleet: node<Statement>({ kind: is("fleet"), entries: few(fleetEntry) }),
  app: node<Statement>({
    kind: is("app"),
    name: w.name,
    cloud: maybe(w.name),
    namespace: maybe(w.name),
    entries: few(appEntry),
  }),
  cloud: node<Statement>({ kind: is("cloud"), name: w.name, entries: few(cloudEntry) }),
  run: node<Statement>({ kind: is("run"), target: w.target, count: maybe(w.count), clauses: few(runClause) }),
  forbid: fc.oneof(
    node<Statement>({ kind: is("forbid"), target: w.target, condition: w.condition, clusters: few(w.name) }),
    node<Statement>({ kind: is("forbid"), target: w.target, clusters: some(w.name) }),
  ),
  minimize: node<Statement>({ kind: is("minimize"), terms: some(fc.oneof(w.name, is(named("clusters")))) }),
  move: node<Statement>({ kind: is("move"), target: w.target }),
  allow: node<Statement>({
    kind: is("allow"),
    from: w.peers,
    to: w.peers,
    both: fc.boolean(),
    ports: w.ports,
    over: maybe(w.name),
  }),
  deny: node<Statement>({ kind: is("deny"), from: w.peers, to: w.peers, both: fc.boolean(), ports: w.ports }),
  isolate: node<Statement>({
    kind: is("isolate"),
    target: w.target,
    direction: fc.constantFrom("both", "ingress", "egress"),
  }),
  network: node<Statement>({ kind: is("network"), name: w.name, entries: few(networkEntry) }),
  attach: node<Statement>({
    kind: is("attach"),
    target: w.target,
    network: w.name,
    address: maybe(w.place),
    interfaceName: maybe(w.name),
  }),
  chain: node<Statement>({ kind: is("chain"), stops: fc.array(w.peer, { minLength: 2, maxLength: 4 }) }),
  expose: node<Statement>({ kind: is("expose"), target: w.target, port: maybe(w.port), as: maybe(w.name) }),
  mesh: node<Statement>({ kind: is("mesh"), app: w.name, settings: few(node({ key: w.word, value: w.value })) }),
  connect: node<Statement>({ kind: is("connect"), from: some(w.name), to: some(w.name), encrypted: fc.boolean() }),
  set: node<Statement>({ kind: is("set"), target: w.target, key: w.key, value: w.value, scope: scoped }),
  configure: node<Statement>({ kind: is("configure"), target: w.target, path: w.path, from: w.path, scope: scoped }),
  patch: node<Statement>({ kind: is("patch"), target: w.target, data: w.dataBlock, scope: scoped }),
  object: node<Statement>({ kind: is("object"), path: w.path, scope: scoped }),
  scale: node<Statement>({ kind: is("scale"), target: w.target, min: w.count, max: w.count, metrics: w.amounts }),
  monitor: node<Statement>({ kind: is("monitor"), target: w.target, port: maybe(w.port), every: maybe(w.duration) }),
  start: node<Statement>({
    kind: is("start"),
    target: w.target,
    after: w.target,
    condition: w.name.filter((name) => isNoKeyword(name.text)),
  }),
  "roll-out": node<Statement>({ kind: is("roll-out"), target: maybe(w.target), count: w.count }),
  intent: node<Statement>({ kind: is("intent"), name: w.name, data: w.dataBlock }),
  expect: node<Statement>({ kind: is("expect"), expectation }),
};

/** A random program: any statements in any order. */
export const program: fc.Arbitrary<Statement[]> = fc.array(fc.oneof(...Object.values(statements)), { maxLength: 8 });
