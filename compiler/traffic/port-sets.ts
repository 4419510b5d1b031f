// Sets of ports as intervals for each protocol, so that a `deny` can be taken out of an `allow` exactly. It must not know peers.
import type { PortIr, Protocol } from "../ir.ts";
import { sortPorts } from "./ports.ts";

const PROTOCOLS: readonly Protocol[] = ["SCTP", "TCP", "UDP"];

type Interval = readonly [from: number, to: number];

/** An empty list of ports means every port of every protocol. Named ports are atoms of their own. */
interface PortSet {
  readonly numbers: Readonly<Record<Protocol, readonly Interval[]>>;
  readonly names: readonly PortIr[];
}

const EVERY: Interval = [1, 65_535];

function setOf(ports: readonly PortIr[]): PortSet {
  const of = (protocol: Protocol): readonly Interval[] =>
    ports.length === 0
      ? [EVERY]
      : ports.flatMap((p) =>
          p.protocol === protocol && typeof p.port === "number" ? [[p.port, p.end ?? p.port] as const] : [],
        );
  return {
    numbers: { TCP: of("TCP"), UDP: of("UDP"), SCTP: of("SCTP") },
    names: ports.filter((p) => typeof p.port === "string"),
  };
}

const isEvery = (ports: readonly PortIr[]): boolean => ports.length === 0;

/** Whether two rules can speak of one port. A name may be any number, so it overlaps only with the same name or with every port. */
export function portsOverlap(a: readonly PortIr[], b: readonly PortIr[]): boolean {
  if (isEvery(a) || isEvery(b)) return true;
  return a.some((x) => b.some((y) => x.protocol === y.protocol && share(x, y)));
}

function share(x: PortIr, y: PortIr): boolean {
  if (typeof x.port === "string" || typeof y.port === "string") return x.port === y.port;
  return x.port <= (y.end ?? y.port) && y.port <= (x.end ?? x.port);
}

/** The ports of `a` that are not in `b`; undefined when none is left. */
export function withoutPorts(a: readonly PortIr[], b: readonly PortIr[]): readonly PortIr[] | undefined {
  if (isEvery(b)) return undefined;
  const [left, right] = [setOf(a), setOf(b)];
  const names = left.names.filter((x) => !right.names.some((y) => x.port === y.port && x.protocol === y.protocol));
  const numbers = PROTOCOLS.flatMap((protocol) =>
    left.numbers[protocol]
      .flatMap((interval) => subtract(interval, right.numbers[protocol]))
      .map(([from, to]): PortIr => ({ port: from, ...(to === from ? {} : { end: to }), protocol })),
  );
  const rest = [...numbers, ...names];
  return rest.length === 0 ? undefined : sortPorts(rest);
}

function subtract(interval: Interval, taken: readonly Interval[]): readonly Interval[] {
  return taken.reduce<readonly Interval[]>(
    (rest, [from, to]) =>
      rest.flatMap(([f, t]): readonly Interval[] => {
        if (to < f || from > t) return [[f, t]];
        const before: readonly Interval[] = f < from ? [[f, from - 1]] : [];
        const after: readonly Interval[] = t > to ? [[to + 1, t]] : [];
        return [...before, ...after];
      }),
    [interval],
  );
}
