// `allow`, `deny` and `isolate` → rules between single peers, with ports of pods. It must not know policies or clusters.
import type { Diagnostic, Phase, Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Ir, IsolateIr, KubernetesObject, PeerIr, PortIr, TrafficIr } from "../ir.ts";
import type { Declarations, StatementOf } from "../reading/declare.ts";
import { bySpan, inOrder } from "../placement/order.ts";
import { resolveTarget } from "../reading/targets.ts";
import type { Names } from "../reading/targets.ts";
import type { Say } from "../reading/words.ts";
import { takeDenied } from "./denies.ts";
import { resolvePeers } from "./peers.ts";
import type { ResolvedPeer, ResolvedPeers } from "./peers.ts";
import { foreignPorts, hasPort, knownPorts, portsOf, readPorts, sortPorts } from "./ports.ts";
import type { KnownPorts, SaidPort } from "./ports.ts";

type Rule = StatementOf<"allow"> | StatementOf<"deny">;

export interface Traffic extends Pick<Ir, "traffic" | "isolates"> {}

/** A rule between two peers with the texts that index it. */
export interface Pair {
  readonly rule: TrafficIr;
  readonly from: string;
  readonly to: string;
}

export function resolveTraffic(
  declarations: Declarations,
  names: Names,
  objects: ReadonlyMap<string, KubernetesObject>,
): Phase<Traffic> {
  const diagnostics: Diagnostic[] = [];
  const say = (d: Diagnostic) => void diagnostics.push(d);
  const known = new Map<string, KnownPorts>();
  const portsKnownOf = (id: string): KnownPorts => {
    const before = known.get(id);
    const workload = names.workloads.get(id);
    if (before !== undefined || workload === undefined) return before ?? { containers: [], services: [] };
    const ports = knownPorts(workload, objects);
    known.set(id, ports);
    return ports;
  };
  const seen = new Map<string, Pair>();
  // `allow … over` is refused elsewhere; half of it must not become a rule of the first network.
  const allows = declarations.of("allow").filter((s) => s.over === undefined);
  for (const statement of [...allows, ...declarations.of("deny")].sort((a, b) => bySpan(a.span, b.span))) {
    const pairs = expand(statement, names, portsKnownOf, say);
    const fresh = pairs.filter((pair) => !seen.has(keyOf(pair)));
    const [first] = pairs;
    const before = first === undefined ? undefined : seen.get(keyOf(first));
    if (fresh.length === 0 && before !== undefined && before.rule.span !== statement.span)
      say(
        diagnose["rule-repeated"](statement.span, [], {
          related: [{ message: "the other one", span: before.rule.span }],
        }),
      );
    for (const pair of fresh) seen.set(keyOf(pair), pair);
  }
  const taken = takeDenied(
    [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pair]) => pair),
    names,
  );
  return {
    value: { traffic: taken.value, isolates: resolveIsolates(declarations, names, say) },
    diagnostics: [...diagnostics, ...taken.diagnostics],
  };
}

const keyOf = ({ rule, from, to }: Pair): string =>
  `${from} ${to} ${rule.kind} ${rule.ports.length === 0 ? "" : JSON.stringify(rule.ports)} ${rule.namesBoth}`;

function expand(statement: Rule, names: Names, known: (id: string) => KnownPorts, say: Say): readonly Pair[] {
  const from = resolvePeers(statement.from, names, say);
  const to = resolvePeers(statement.to, names, say);
  const said = readPorts(statement.ports, say);
  if (said.length < statement.ports.length) return [];
  const { peers: sources } = from;
  if (sources.length === 0 || to.peers.length === 0) return [];
  const ours = (peers: readonly ResolvedPeer[]) => peers.some((p) => p.peer.kind === "workload");
  if (!ours(sources) && !ours(to.peers)) {
    say(diagnose["nothing-of-ours"](statement.span, []));
    return [];
  }
  const oneWay = pairsOf(statement, from, to, said, names, known, say);
  return statement.both ? [...oneWay, ...pairsOf(statement, to, from, said, names, known, say)] : oneWay;
}

function pairsOf(
  statement: Rule,
  from: ResolvedPeers,
  to: ResolvedPeers,
  said: readonly SaidPort[],
  names: Names,
  known: (id: string) => KnownPorts,
  say: Say,
): readonly Pair[] {
  const namesBoth = from.single && to.single;
  const pairs: Pair[] = [];
  for (const [target, ports] of portsByPeer(to, said, names, known, say)) {
    for (const source of from.peers) {
      const touches = isOurs(source.peer) || isOurs(target.peer);
      if (touches)
        pairs.push({
          rule: { kind: statement.kind, from: source.peer, to: target.peer, ports, namesBoth, span: statement.span },
          from: source.key,
          to: target.key,
        });
    }
  }
  return pairs;
}

const isOurs = (peer: PeerIr): boolean => peer.kind === "workload";

/** The ports of each peer that the rule leads to. An app's workload without a named port is left out, unless all are. */
function portsByPeer(
  to: ResolvedPeers,
  said: readonly SaidPort[],
  names: Names,
  known: (id: string) => KnownPorts,
  say: Say,
): readonly (readonly [ResolvedPeer, readonly PortIr[]])[] {
  const lacking: { readonly port: SaidPort; readonly app: string; readonly workload: string; readonly span: Span }[] =
    [];
  const found: (readonly [ResolvedPeer, readonly PortIr[]])[] = [];
  for (const target of to.peers) {
    const { peer, app, span } = target;
    if (peer.kind !== "workload") {
      found.push([target, sortPorts(foreignPorts(said, peer.kind === "pods", say))]);
      continue;
    }
    const workload = names.workloads.get(peer.workload);
    if (workload === undefined) continue;
    const ports: PortIr[] = [];
    for (const port of said) {
      if (app !== undefined && !hasPort(port, known(peer.workload)))
        lacking.push({ port, app, workload: workload.name, span });
      else ports.push(...(portsOf(port, workload, known(peer.workload), names.suggest, say) ?? []));
    }
    if (ports.length > 0 || said.length === 0) found.push([target, sortPorts(ports)]);
  }
  for (const ofPort of Map.groupBy(lacking, (l) => l.port).values()) {
    for (const [app, of] of Map.groupBy(ofPort, (l) => l.app)) sayLacking(app, of, to, say);
  }
  return found;
}

function sayLacking(
  app: string,
  lacking: readonly { readonly port: SaidPort; readonly workload: string; readonly span: Span }[],
  to: ResolvedPeers,
  say: Say,
): void {
  const [first] = lacking;
  if (first === undefined) return;
  const { spec, text } = first.port;
  const all = to.peers.filter((p) => p.app === app).length;
  const without = lacking.map((l) => l.workload);
  const related = [{ message: "the app", span: first.span }];
  say(
    without.length === all
      ? diagnose["port-in-no-workload"](spec.span, [text, app])
      : diagnose["port-not-everywhere"](spec.span, [text, without], { related }),
  );
}

function resolveIsolates(declarations: Declarations, names: Names, say: Say): readonly IsolateIr[] {
  const isolates = declarations.of("isolate").flatMap(({ target, direction, span }) =>
    resolveTarget(target, names, say).ids.map((workload) => ({
      workload,
      ingress: direction !== "egress",
      egress: direction !== "ingress",
      span,
    })),
  );
  return inOrder(isolates);
}
