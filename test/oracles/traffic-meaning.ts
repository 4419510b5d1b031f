// The meaning of `allow`, `deny` and `isolate`, written from LANGUAGE.md alone: from the sentences that people write to yes or no for one
// connection. It must not know NetworkPolicies, the compiler or the generator, and shares no code with them.
import { BlockList, isIPv6 } from "node:net";

export type Protocol = "TCP" | "UDP" | "SCTP";

export interface NamedPort {
  readonly name?: string;
  readonly number: number;
  readonly protocol: Protocol;
}

/** A workload as its author wrote it. A Service's port leads to ports of the pod. */
export interface Ours {
  readonly app: string;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly NamedPort[];
  readonly services: readonly { readonly name?: string; readonly number: number; readonly target: NamedPort }[];
}

export type Named =
  | { readonly kind: "workload"; readonly name: string }
  | { readonly kind: "app"; readonly app: string; readonly except: readonly string[] }
  | { readonly kind: "anywhere" | "internet" | "kubernetes" }
  | { readonly kind: "range"; readonly cidr: string }
  | { readonly kind: "pods"; readonly labels: Readonly<Record<string, string>>; readonly namespace: string };

/** `sbi`, `443`, `8805/udp`, `8000-8010`. */
export interface SaidPort {
  readonly port: string | number;
  readonly end?: number;
  readonly protocol?: Protocol;
}

export type Sentence =
  | {
      readonly kind: "allow" | "deny";
      readonly from: readonly Named[];
      readonly to: readonly Named[];
      /** `<->` */
      readonly both: boolean;
      readonly on: readonly SaidPort[];
    }
  | { readonly kind: "isolate"; readonly who: readonly Named[]; readonly way: "both" | "ingress" | "egress" };

/** One cluster of a fleet, with what decides who is meant there. */
export interface Scene {
  readonly ours: readonly Ours[];
  /** Of every cluster of the fleet. */
  readonly podRanges: readonly string[];
  readonly apiAddresses: readonly string[];
  readonly dns: readonly Named[];
  readonly sentences: readonly Sentence[];
}

export type End =
  | {
      readonly kind: "pod";
      readonly id: string;
      readonly namespace: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly ip: string;
      readonly ports: readonly NamedPort[];
      /** The workload of ours that it is a pod of. */
      readonly workload?: string;
    }
  /** `runs`: a node, with the pods on it. */
  | { readonly kind: "address"; readonly ip: string; readonly runs?: readonly string[] };

export interface Attempt {
  readonly from: End;
  readonly to: End;
  readonly protocol: Protocol;
  readonly port: number;
}

/** What the intents say of one direction of a connection: `open` where they leave it as it was. */
export type Word = "open" | "yes" | "no";

export function meaningOf(scene: Scene) {
  const { ours, sentences } = scene;
  const rules = sentences.filter((s) => s.kind !== "isolate");
  const isolates = sentences.filter((s) => s.kind === "isolate");
  const byName = new Map(ours.map((w) => [w.name, w]));

  const workloadsOf = (named: Named): readonly Ours[] => {
    if (named.kind === "workload") return [byName.get(named.name)].filter((w) => w !== undefined);
    if (named.kind !== "app") return [];
    return ours.filter((w) => w.app === named.app && !named.except.includes(w.name));
  };
  const isPod = (
    named: Extract<Named, { kind: "pods" }>,
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ) => namespace === named.namespace && Object.entries(named.labels).every(([key, value]) => labels[key] === value);

  /** Whether the end is one of those that are named. A range means addresses outside of the clusters' pods. */
  const isNamed = (named: Named, end: End): boolean => {
    switch (named.kind) {
      case "anywhere":
        return true;
      case "internet":
        return !inAny(scene.podRanges, end.ip);
      case "kubernetes":
        return end.kind === "address" && inAny(scene.apiAddresses, end.ip);
      case "range":
        return inAny([named.cidr], end.ip) && !inAny(scene.podRanges, end.ip);
      case "pods":
        return end.kind === "pod" && isPod(named, end.namespace, end.labels);
      default:
        return end.kind === "pod" && workloadsOf(named).some((w) => w.name === end.workload);
    }
  };

  /** Whether a workload has the port that is said, so that a rule to its app is about it too. */
  const has = (w: Ours, said: SaidPort) =>
    typeof said.port === "number" || [...w.ports, ...w.services].some((p) => p.name === said.port);

  /** Ports are pod ports: a container's, else those that a Service of that name or number leads to. */
  const isSaid = (said: SaidPort, to: End, target: Ours | undefined, protocol: Protocol, port: number): boolean => {
    const ports = target?.ports ?? (to.kind === "pod" ? to.ports : []);
    const services = target?.services ?? [];
    const right = (p: NamedPort) =>
      p.number === port && p.protocol === protocol && (said.protocol === undefined || said.protocol === protocol);
    if (typeof said.port === "string") {
      const own = ports.filter((p) => p.name === said.port);
      if (own.length > 0) return own.some(right);
      return services.some((s) => s.name === said.port && right(s.target));
    }
    const [first, last] = [said.port, said.end ?? said.port];
    const declared = target !== undefined && ports.some((p) => p.number >= first && p.number <= last);
    const served = said.end === undefined ? services.filter((s) => s.number === said.port) : [];
    if (!declared && served.length > 0) return served.some((s) => right(s.target));
    return port >= first && port <= last && protocol === (said.protocol ?? "TCP");
  };

  type Rule = (typeof rules)[number];
  const ways = (rule: Rule): readonly (readonly [readonly Named[], readonly Named[]])[] =>
    rule.both
      ? [
          [rule.from, rule.to],
          [rule.to, rule.from],
        ]
      : [[rule.from, rule.to]];

  const speaksOf = (rule: Rule, { from, to, protocol, port }: Attempt): boolean =>
    ways(rule).some(
      ([sources, targets]) =>
        sources.some((s) => isNamed(s, from)) &&
        targets.some((t) => {
          if (!isNamed(t, to)) return false;
          if (t.kind === "kubernetes" && rule.on.length === 0) return protocol === "TCP" && [443, 6443].includes(port);
          const mine = to.kind === "pod" ? byName.get(to.workload ?? "") : undefined;
          const target = t.kind === "workload" || t.kind === "app" ? mine : undefined;
          return rule.on.length === 0 || rule.on.some((said) => isSaid(said, to, target, protocol, port));
        }),
    );

  /** Whoever is the target of a rule has its ingress closed; to be one of `anywhere` does not make a target. */
  const closedIn = (w: Ours): boolean =>
    isolates.some((i) => i.way !== "egress" && i.who.some((n) => workloadsOf(n).includes(w))) ||
    rules.some((rule) =>
      ways(rule).some(([, targets]) =>
        targets.some((t) => {
          if (t.kind === "pods") return isPod(t, w.namespace, w.labels);
          const named = workloadsOf(t).includes(w);
          return named && (t.kind !== "app" || rule.on.length === 0 || rule.on.some((said) => has(w, said)));
        }),
      ),
    );
  const closedOut = (w: Ours): boolean =>
    isolates.some((i) => i.way !== "ingress" && i.who.some((n) => workloadsOf(n).includes(w)));

  /** DNS stays open to those whose way out is closed. */
  const isDns = ({ from, to, protocol, port }: Attempt): boolean =>
    port === 53 &&
    protocol !== "SCTP" &&
    from.kind === "pod" &&
    ours.some((w) => w.name === from.workload && closedOut(w)) &&
    scene.dns.some((named) => isNamed(named, to));

  const allowed = (attempt: Attempt): boolean =>
    !rules.some((rule) => rule.kind === "deny" && speaksOf(rule, attempt)) &&
    (isDns(attempt) || rules.some((rule) => rule.kind === "allow" && speaksOf(rule, attempt)));

  const word = (attempt: Attempt, self: End, closed: (w: Ours) => boolean): Word => {
    const mine = self.kind === "pod" ? byName.get(self.workload ?? "") : undefined;
    const yes = mine !== undefined && allowed(attempt);
    return mine !== undefined && closed(mine) ? (yes ? "yes" : "no") : "open";
  };

  return {
    /** A pod always reaches itself, and a node the pods that it runs. */
    always: ({ from, to }: Attempt): boolean =>
      from === to || (from.kind === "address" && to.kind === "pod" && (from.runs ?? []).includes(to.id)),
    ingress: (attempt: Attempt): Word => word(attempt, attempt.to, closedIn),
    egress: (attempt: Attempt): Word => word(attempt, attempt.from, closedOut),
    /** Whether some `allow` is about the connection and no `deny` is, whatever is closed. */
    allowed,
  };
}

const lists = new Map<string, BlockList>();

function inAny(ranges: readonly string[], ip: string): boolean {
  const family = isIPv6(ip) ? "ipv6" : "ipv4";
  return ranges.some((range) => {
    let list = lists.get(range);
    if (list === undefined) {
      lists.set(range, (list = new BlockList()));
      const [address = "", bits] = range.split("/");
      const kind = isIPv6(address) ? "ipv6" : "ipv4";
      list.addSubnet(address, bits === undefined ? (kind === "ipv6" ? 128 : 32) : Number(bits), kind);
    }
    return isIPv6(range.split("/")[0] ?? "") === isIPv6(ip) && list.check(ip, family);
  });
}
