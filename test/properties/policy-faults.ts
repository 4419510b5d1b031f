// Faults for the generator of network policies: each spoils the policies of a cluster in one way. It must not know the meaning of traffic.
import type { Policy } from "../oracles/traffic-policies.ts";

export interface PolicyFault {
  readonly name: string;
  readonly spoil: (policies: readonly Policy[]) => readonly Policy[];
}

type Spec = Policy["spec"];
type Rule = NonNullable<Spec["ingress"]>[number];
type Port = NonNullable<Rule["ports"]>[number];
type Peer = NonNullable<Rule["from"]>[number];

const specs = (change: (spec: Spec) => Spec) => (policies: readonly Policy[]) =>
  policies.map((policy) => ({ ...policy, spec: change(policy.spec) }));

/** Rules of both ways; a policy that opens a way to nobody has an empty list, one that leaves it open has none. */
const rules = (change: (rules: readonly Rule[]) => readonly Rule[]) =>
  specs((spec) => ({
    ...spec,
    ...(spec.ingress === undefined ? {} : { ingress: change(spec.ingress) }),
    ...(spec.egress === undefined ? {} : { egress: change(spec.egress) }),
  }));

const rule = (change: (rule: Rule) => Rule) => rules((all) => all.map(change));
const ports = (change: (port: Port) => Port) =>
  rule((r) => (r.ports === undefined ? r : { ...r, ports: r.ports.map(change) }));
const peers = (change: (peers: readonly Peer[]) => readonly Peer[]) =>
  rule((r) => ({
    ...r,
    ...(r.from === undefined ? {} : { from: change(r.from) }),
    ...(r.to === undefined ? {} : { to: change(r.to) }),
  }));
const peer = (change: (peer: Peer) => Peer) => peers((all) => all.map(change));
const without = <T extends object, K extends keyof T>(object: T, key: K): T => {
  const { [key]: _, ...rest } = object;
  return rest as T;
};

export const policyFaults: readonly PolicyFault[] = [
  { name: "writes no policies", spoil: () => [] },
  { name: "forgets its first policy", spoil: (policies) => policies.slice(1) },
  { name: "forgets the first rule", spoil: rules((all) => all.slice(1)) },
  { name: "forgets the last rule", spoil: rules((all) => all.slice(0, -1)) },
  { name: "opens everything where something is open", spoil: rules((all) => (all.length > 0 ? [{}] : all)) },
  { name: "opens what is closed to all", spoil: rules((all) => (all.length === 0 ? [{}] : all)) },
  {
    name: "forgets that egress is closed",
    spoil: specs((spec) => ({ ...spec, policyTypes: (spec.policyTypes ?? []).filter((type) => type !== "Egress") })),
  },
  {
    name: "forgets that ingress is closed",
    spoil: specs((spec) => ({ ...spec, policyTypes: (spec.policyTypes ?? []).filter((type) => type !== "Ingress") })),
  },
  { name: "closes egress unasked", spoil: specs((spec) => ({ ...spec, policyTypes: ["Ingress", "Egress"] })) },
  { name: "opens every port", spoil: rule((r) => without(r, "ports")) },
  {
    name: "is one port off",
    spoil: ports((port) => (typeof port.port === "number" ? { ...port, port: port.port + 1 } : port)),
  },
  {
    name: "widens a range by one",
    spoil: ports((port) => (port.endPort === undefined ? port : { ...port, endPort: port.endPort + 1 })),
  },
  { name: "takes a range for its first port", spoil: ports((port) => without(port, "endPort")) },
  {
    name: "takes UDP for TCP",
    spoil: ports((port) => (port.protocol === "UDP" ? { ...port, protocol: "TCP" } : port)),
  },
  { name: "opens a port for every protocol as TCP", spoil: ports((port) => ({ ...port, protocol: "TCP" })) },
  {
    name: "lets pods of any namespace in",
    spoil: peer((p) => (p.namespaceSelector === undefined ? p : { ...p, namespaceSelector: {} })),
  },
  {
    name: "lets every pod of the namespace in",
    spoil: peer((p) => (p.podSelector === undefined ? p : { ...p, podSelector: {} })),
  },
  {
    name: "looks for peers in its own namespace only",
    spoil: peer((p) => (p.podSelector === undefined ? p : without(p, "namespaceSelector"))),
  },
  { name: "forgets the first peer", spoil: peers((all) => (all.length > 1 ? all.slice(1) : all)) },
  {
    name: "forgets what a range leaves out",
    spoil: peer((p) => (p.ipBlock === undefined ? p : { ipBlock: without(p.ipBlock, "except") })),
  },
  {
    name: "widens a range of addresses",
    spoil: peer((p) =>
      p.ipBlock === undefined
        ? p
        : { ipBlock: { ...p.ipBlock, cidr: p.ipBlock.cidr.includes(":") ? "::/0" : "0.0.0.0/0" } },
    ),
  },
  { name: "forgets DNS", spoil: rules((all) => all.filter((r) => !(r.ports ?? []).some((port) => port.port === 53))) },
  { name: "selects every pod of the namespace", spoil: specs((spec) => ({ ...spec, podSelector: {} })) },
  {
    name: "gives each policy the rules of the next",
    spoil: (policies) =>
      policies.map((policy, i) => ({
        ...policy,
        spec: { ...policies[(i + 1) % policies.length]!.spec, podSelector: policy.spec.podSelector ?? {} },
      })),
  },
];
