// A second reading of the NetworkPolicy documentation: which connections a set of policies lets through. Small and slow on purpose. It
// must not know Placet, and shares no code with its evaluator.
import { BlockList, isIPv6 } from "node:net";
import type { Attempt, End } from "./traffic-meaning.ts";

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Port {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly Port[];
}

/** What of a NetworkPolicy decides. */
export interface Policy {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

type Way = "ingress" | "egress";

/** Whether any of the policies selects the end and is for the direction. */
export const isClosed = (policies: readonly Policy[], end: End, way: Way): boolean =>
  policies.some((p) => selects(p, end, way));

/** Whether some policy that selects the end lets the attempt through in the direction. */
export function isLet(policies: readonly Policy[], attempt: Attempt, way: Way): boolean {
  const [self, other] = way === "ingress" ? [attempt.to, attempt.from] : [attempt.from, attempt.to];
  return policies.some(
    (p) =>
      selects(p, self, way) &&
      (p.spec[way] ?? []).some((rule) => {
        const peers = (way === "ingress" ? rule.from : rule.to) ?? [];
        const ports = rule.ports ?? [];
        const peerFits = peers.length === 0 || peers.some((peer) => fits(peer, other, p.metadata.namespace ?? ""));
        return peerFits && (ports.length === 0 || ports.some((port) => portFits(port, attempt)));
      }),
  );
}

export const passes = (policies: readonly Policy[], attempt: Attempt): boolean =>
  (["egress", "ingress"] as const).every((way) => {
    const self = way === "ingress" ? attempt.to : attempt.from;
    return !isClosed(policies, self, way) || isLet(policies, attempt, way);
  });

function selects({ metadata, spec }: Policy, end: End, way: Way): boolean {
  if (end.kind !== "pod" || end.namespace !== metadata.namespace) return false;
  const types = spec.policyTypes ?? ["Ingress", ...((spec.egress ?? []).length > 0 ? ["Egress"] : [])];
  return types.includes(way === "ingress" ? "Ingress" : "Egress") && selected(spec.podSelector ?? {}, end.labels);
}

function selected(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const has = key in labels;
      const listed = has && values.includes(labels[key] ?? "");
      return operator === "In" ? listed : operator === "NotIn" ? !listed : operator === "Exists" ? has : !has;
    })
  );
}

function fits({ ipBlock, podSelector, namespaceSelector }: Peer, end: End, namespace: string): boolean {
  if (ipBlock !== undefined)
    return inside(ipBlock.cidr, end.ip) && !(ipBlock.except ?? []).some((e) => inside(e, end.ip));
  if (end.kind !== "pod") return false;
  const right =
    namespaceSelector === undefined
      ? end.namespace === namespace
      : selected(namespaceSelector, { "kubernetes.io/metadata.name": end.namespace });
  return right && selected(podSelector ?? {}, end.labels);
}

function portFits({ protocol = "TCP", port, endPort }: Port, attempt: Attempt): boolean {
  if (protocol !== attempt.protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return attempt.port >= port && attempt.port <= (endPort ?? port);
  const { to } = attempt;
  return (
    to.kind === "pod" && to.ports.some((p) => p.name === port && p.number === attempt.port && p.protocol === protocol)
  );
}

const blocks = new Map<string, BlockList>();

function inside(cidr: string, ip: string): boolean {
  const [address = "", bits = "0"] = cidr.split("/");
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (family !== (isIPv6(ip) ? "ipv6" : "ipv4")) return false;
  let list = blocks.get(cidr);
  if (list === undefined) {
    blocks.set(cidr, (list = new BlockList()));
    list.addSubnet(address, Number(bits), family);
  }
  return list.check(ip, family);
}
