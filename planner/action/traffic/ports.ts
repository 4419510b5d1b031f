// Sets of ports: every port, or ranges of numbers and names, each with its protocol. It must not know who has them.
import type { PortIr, Protocol } from "../../../compiler/index.ts";

export interface PortRange {
  readonly protocol: Protocol;
  readonly from: number;
  readonly to: number;
}

export interface PortName {
  readonly protocol: Protocol;
  readonly name: string;
}

/** Ranges are sorted and do not overlap; names are sorted. `every` also stands for what has no ports at all. */
export type Ports =
  | { readonly every: true }
  | { readonly every: false; readonly ranges: readonly PortRange[]; readonly names: readonly PortName[] };

export const EVERY_PORT: Ports = { every: true };
const PROTOCOLS: readonly Protocol[] = ["SCTP", "TCP", "UDP"];
const WHOLE: readonly PortRange[] = PROTOCOLS.map((protocol) => ({ protocol, from: 1, to: 65_535 }));

/** The numbers behind a name at the end that listens; undefined where they can not be known. */
export type ResolveName = (name: PortName) => readonly number[] | undefined;

/** Ports of a statement; none written means every port. */
export function portsOf(written: readonly PortIr[]): Ports {
  if (written.length === 0) return EVERY_PORT;
  const ranges: PortRange[] = [];
  const names: PortName[] = [];
  for (const { port, end, protocol } of written) {
    if (typeof port === "string") names.push({ protocol, name: port });
    else ranges.push({ protocol, from: port, to: end ?? port });
  }
  return { every: false, ranges: normal(ranges), names: normalNames(names) };
}

export function unite(a: Ports, b: Ports): Ports {
  if (a.every || b.every) return EVERY_PORT;
  return { every: false, ranges: normal([...a.ranges, ...b.ranges]), names: normalNames([...a.names, ...b.names]) };
}

export const isNone = (ports: Ports): boolean => !ports.every && ports.ranges.length === 0 && ports.names.length === 0;

/** Whether all of `inner` is said by `outer` too, names taken as they are written. */
export function includes(outer: Ports, inner: Ports): boolean {
  if (outer.every) return true;
  if (inner.every) return false;
  return (
    inner.names.every((n) => outer.names.some((o) => o.name === n.name && o.protocol === n.protocol)) &&
    inner.ranges.every((r) => outer.ranges.some((o) => o.protocol === r.protocol && o.from <= r.from && o.to >= r.to))
  );
}

/**
 * What is in both and what is left of `a`. A name meets the numbers that `resolve` gives for it. `unknown`: a name that can not be
 * resolved may or may not be one of the other's numbers.
 */
export function split(a: Ports, b: Ports, resolve: ResolveName): { both: Ports; left: Ports; unknown: boolean } {
  if (b.every) return { both: a, left: NONE, unknown: false };
  if (a.every && b.names.length === 0) {
    return { both: b, left: { every: false, ranges: without(WHOLE, b.ranges), names: [] }, unknown: false };
  }
  if (!a.every && a.names.length === 0 && b.names.length === 0) return splitRanges(a.ranges, b.ranges, []);
  const [left, right] = [a.every ? { ranges: WHOLE, names: [] } : resolved(a, resolve), resolved(b, resolve)];
  const same = (n: PortName, others: readonly PortName[]) =>
    others.some((o) => o.name === n.name && o.protocol === n.protocol);
  const result = splitRanges(
    left.ranges,
    right.ranges,
    left.names.filter((n) => same(n, right.names)),
  );
  const apart = left.names.filter((n) => !same(n, right.names));
  const protocols = (ports: typeof left) => new Set([...ports.ranges, ...ports.names].map((p) => p.protocol));
  const unknown =
    apart.some((n) => protocols(right).has(n.protocol)) ||
    right.names.some((n) => !same(n, left.names) && protocols(left).has(n.protocol));
  return { both: result.both, left: addNames(result.left, apart), unknown };
}

const NONE: Ports = { every: false, ranges: [], names: [] };

function splitRanges(a: readonly PortRange[], b: readonly PortRange[], bothNames: readonly PortName[]) {
  const left = without(a, b);
  const both: Ports = { every: false, ranges: without(a, left), names: bothNames };
  return { both, left: { every: false, ranges: left, names: [] } as Ports, unknown: false };
}

const addNames = (ports: Ports, names: readonly PortName[]): Ports => (ports.every ? ports : { ...ports, names });

/** Names that can be resolved become numbers. */
function resolved(ports: Extract<Ports, { every: false }>, resolve: ResolveName) {
  const ranges = [...ports.ranges];
  const names: PortName[] = [];
  for (const name of ports.names) {
    const numbers = resolve(name);
    if (numbers === undefined) names.push(name);
    else ranges.push(...numbers.map((n) => ({ protocol: name.protocol, from: n, to: n })));
  }
  return { ranges: normal(ranges), names };
}

function without(ranges: readonly PortRange[], taken: readonly PortRange[]): readonly PortRange[] {
  return ranges.flatMap((range) => {
    let rest = [range];
    for (const hole of taken) {
      if (hole.protocol !== range.protocol) continue;
      rest = rest.flatMap((piece) => {
        if (hole.to < piece.from || hole.from > piece.to) return [piece];
        const before = { ...piece, to: hole.from - 1 };
        const after = { ...piece, from: hole.to + 1 };
        return [before, after].filter((p) => p.from <= p.to);
      });
    }
    return rest;
  });
}

/** Sorted by protocol and number, overlapping ones joined. Neighbours stay apart, as they were written. */
function normal(ranges: readonly PortRange[]): readonly PortRange[] {
  const sorted = [...ranges].sort(
    (a, b) => (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0) || a.from - b.from || b.to - a.to,
  );
  const result: PortRange[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last === undefined || last.protocol !== range.protocol || last.to < range.from) result.push(range);
    else if (range.to > last.to) result[result.length - 1] = { ...last, to: range.to };
  }
  return result;
}

function normalNames(names: readonly PortName[]): readonly PortName[] {
  const known = new Map(names.map((n) => [`${n.protocol} ${n.name}`, n]));
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, n]) => n);
}

/** NetworkPolicy's form; undefined (the field left out) is every port. Never an empty list: that would be every port too. */
export function policyPorts(ports: Ports): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (ports.every) return undefined;
  if (isNone(ports)) throw new Error("a rule without ports would allow every port");
  return [
    ...ports.names.map(({ protocol, name }) => ({ protocol, port: name })),
    ...ports.ranges.map(({ protocol, from, to }) => ({ protocol, port: from, ...(to > from ? { endPort: to } : {}) })),
  ];
}
