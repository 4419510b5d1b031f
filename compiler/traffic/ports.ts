// `on sbi`, `on 443`, `on 8805/udp`, `on 8000-8010` → ports of pods. A name is the container's, else that of a Service that selects the
// pod; a number that only such a Service has means its target port. It must not know who talks to whom.
import type { PortSpec } from "../../grammar/index.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { KubernetesObject, PortIr, Protocol, Workload } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import type { Say } from "../reading/words.ts";

const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

/** What the words of a rule say, before any workload is asked. */
interface Said {
  readonly spec: PortSpec;
  /** The port's name, or its first number. */
  readonly port: string;
  /** The port or range as it is written, for messages. */
  readonly text: string;
  readonly number: number | undefined;
  readonly end: number | undefined;
  readonly protocol: Protocol | undefined;
}

/** Ports that containers and Services of one workload have. */
export interface KnownPorts {
  readonly containers: Workload["ports"];
  /** Ports of Services, with the pod ports that they lead to. */
  readonly services: readonly {
    readonly name: string | undefined;
    readonly number: number;
    readonly targets: readonly PortIr[];
  }[];
}

export function knownPorts(workload: Workload, objects: ReadonlyMap<string, KubernetesObject>): KnownPorts {
  const services = workload.services.flatMap((key) => servicePorts(objects.get(key), workload));
  return { containers: workload.ports, services };
}

interface ServicePort {
  readonly name?: unknown;
  readonly port?: unknown;
  readonly targetPort?: unknown;
  readonly protocol?: unknown;
}

function servicePorts(service: KubernetesObject | undefined, workload: Workload): KnownPorts["services"] {
  const ports = (service?.["spec"] as { readonly ports?: unknown } | undefined)?.ports;
  if (!Array.isArray(ports)) return [];
  return (ports as readonly (ServicePort | null)[]).flatMap((p) => {
    if (typeof p !== "object" || p === null || typeof p.port !== "number") return [];
    const protocol = PROTOCOLS.find((known) => known === p.protocol) ?? "TCP";
    const target = p.targetPort ?? p.port;
    const targets =
      typeof target === "number"
        ? [{ port: target, protocol }]
        : workload.ports
            .filter((c) => c.name === target && c.protocol === protocol)
            .map((c) => ({ port: c.number, protocol }));
    return [{ name: typeof p.name === "string" ? p.name : undefined, number: p.port, targets }];
  });
}

/** Reads the words of `on …`; a port that can not be one is said and left out. */
export function readPorts(specs: readonly PortSpec[], say: Say): readonly Said[] {
  return specs.flatMap((spec) => {
    // A name and its protocol are one word to the lexer, since names may hold a slash.
    const joined = spec.protocol === undefined ? /^(.+)\/(tcp|udp|sctp)$/i.exec(spec.port.text) : null;
    const port = joined?.[1] ?? spec.port.text;
    const protocolText = joined?.[2] ?? spec.protocol?.text;
    const number = /^\d+$/.test(port) ? Number(port) : undefined;
    const end = spec.end === undefined ? undefined : /^\d+$/.test(spec.end.text) ? Number(spec.end.text) : Number.NaN;
    const protocol = PROTOCOLS.find((p) => p === protocolText?.toUpperCase());
    const text = `${port}${spec.end === undefined ? "" : `-${spec.end.text}`}`;
    const problem =
      protocolText !== undefined && protocol === undefined
        ? `\`${protocolText}\` is not tcp, udp or sctp`
        : badNumbers(number, end);
    if (problem === undefined) return [{ spec, port, text, number, end, protocol }];
    say(diagnose["bad-port"](spec.span, [text, problem]));
    return [];
  });
}

function badNumbers(number: number | undefined, end: number | undefined): string | undefined {
  if (number === undefined) return end === undefined ? undefined : "a range goes from a number to a number";
  if (number < 1 || number > 65_535) return "ports go from 1 to 65535";
  if (end === undefined) return undefined;
  if (!(end >= 1 && end <= 65_535)) return "ports go from 1 to 65535";
  return end < number ? "the range ends before it begins" : undefined;
}

/** The pod ports of one workload that the words mean, sorted; undefined (and said, unless `quiet`) when it has no such port. */
export function portsOf(
  said: Said,
  workload: Workload,
  known: KnownPorts,
  suggest: Suggest,
  say: Say,
): readonly PortIr[] | undefined {
  return said.number === undefined
    ? named(said, workload, known, suggest, say)
    : numbered(said, said.number, workload, known, say);
}

/** Whether any of the workload's ports has the name; a number is had by all. */
export const hasPort = (said: Said, known: KnownPorts): boolean =>
  said.number !== undefined ||
  known.containers.some((c) => c.name === said.port) ||
  known.services.some((s) => s.name === said.port);

function named(
  said: Said,
  workload: Workload,
  known: KnownPorts,
  suggest: Suggest,
  say: Say,
): readonly PortIr[] | undefined {
  const name = said.port;
  const own = known.containers.filter((c) => c.name === name).map((c) => ({ port: c.number, protocol: c.protocol }));
  const found = own.length > 0 ? own : known.services.filter((s) => s.name === name).flatMap((s) => s.targets);
  if (found.length === 0) {
    const names = [...new Set([...known.containers.map((c) => c.name), ...known.services.map((s) => s.name)])]
      .filter((n) => n !== undefined)
      .sort();
    const near = suggest(name, names);
    const numbers = known.containers
      .filter((c) => c.name === undefined)
      .map((c) => `${c.number}/${c.protocol.toLowerCase()}`);
    say(
      diagnose["unknown-port"](
        said.spec.span,
        [name, workload.name, [...names, ...numbers]],
        near === undefined ? {} : propose(said.spec.port, near),
      ),
    );
    return undefined;
  }
  return ofProtocol(said, workload, found, said.protocol, say);
}

function numbered(
  said: Said,
  number: number,
  workload: Workload,
  known: KnownPorts,
  say: Say,
): readonly PortIr[] | undefined {
  const { end } = said;
  const literal: PortIr = {
    port: number,
    ...(end === undefined || end === number ? {} : { end }),
    protocol: said.protocol ?? "TCP",
  };
  const declared = known.containers.filter((c) => c.number >= number && c.number <= (end ?? number));
  if (declared.length > 0) {
    const right = ofProtocol(
      said,
      workload,
      declared.map((c) => ({ port: c.number, protocol: c.protocol })),
      literal.protocol,
      say,
    );
    return right === undefined ? undefined : [literal];
  }
  const targets = end === undefined ? known.services.filter((s) => s.number === number).flatMap((s) => s.targets) : [];
  return targets.length > 0 ? ofProtocol(said, workload, targets, said.protocol, say) : [literal];
}

/** The ports with the protocol that is said; none of them is a mistake, since nothing listens there. */
function ofProtocol(
  said: Said,
  workload: Workload,
  found: readonly PortIr[],
  protocol: Protocol | undefined,
  say: Say,
): readonly PortIr[] | undefined {
  const right = protocol === undefined ? found : found.filter((p) => p.protocol === protocol);
  if (right.length > 0) return right;
  const declared = [...new Set(found.map((p) => p.protocol))].sort();
  const meant = `${said.text}/${declared[0]?.toLowerCase() ?? ""}`;
  const edits = [{ span: said.spec.span, text: meant }];
  say(
    diagnose["other-protocol"](said.spec.span, [said.text, workload.name, declared, protocol ?? "TCP"], {
      help: `write \`${meant}\``,
      fix: { title: `write \`${meant}\``, edits },
    }),
  );
  return undefined;
}

/** Ports of peers that are not ours: numbers as they are; names only where pods have them. */
export function foreignPorts(said: readonly Said[], pods: boolean, say: Say): readonly PortIr[] {
  return said.flatMap(({ spec, port, number, end, protocol }): readonly PortIr[] => {
    if (number !== undefined)
      return [{ port: number, ...(end === undefined || end === number ? {} : { end }), protocol: protocol ?? "TCP" }];
    if (pods) return [{ port, protocol: protocol ?? "TCP" }];
    say(diagnose["port-name-outside"](spec.span, [port]));
    return [];
  });
}

export type { Said as SaidPort };

/** Sorted, each once. */
export function sortPorts(ports: readonly PortIr[]): readonly PortIr[] {
  const keyed = new Map(
    ports.map((p) => [
      `${typeof p.port === "number" ? String(p.port).padStart(5, "0") : `~${p.port}`}-${p.end ?? ""}/${p.protocol}`,
      p,
    ]),
  );
  return keyed.size < 2 ? [...keyed.values()] : [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
}
