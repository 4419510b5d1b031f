// Joins address ranges that are halves of a larger one. It must not know clusters.

interface Range {
  readonly bits: 32 | 128;
  readonly start: bigint;
  readonly length: number;
}

/** The fewest ranges that cover exactly the same addresses, sorted; what is no CIDR is left out. */
export function joinRanges(cidrs: readonly string[]): string[] {
  let ranges = unique(cidrs.flatMap((cidr) => parse(cidr) ?? []));
  for (;;) {
    const joined = unique(
      ranges
        .filter((range) => !ranges.some((other) => other !== range && contains(other, range)))
        .map((range, _, all) => (hasTwin(range, all) ? parent(range) : range)),
    );
    if (joined.length === ranges.length) return joined.map(show);
    ranges = joined;
  }
}

const size = (range: Range): bigint => 1n << BigInt(range.bits - range.length);
const parent = (range: Range): Range => {
  const length = range.length - 1;
  return { ...range, length, start: (range.start >> BigInt(range.bits - length)) << BigInt(range.bits - length) };
};
const contains = (outer: Range, inner: Range): boolean =>
  outer.bits === inner.bits &&
  outer.length < inner.length &&
  outer.start <= inner.start &&
  inner.start < outer.start + size(outer);

function hasTwin(range: Range, all: readonly Range[]): boolean {
  if (range.length === 0) return false;
  const twin = range.start ^ size(range);
  return all.some((other) => other.bits === range.bits && other.length === range.length && other.start === twin);
}

function unique(ranges: readonly Range[]): Range[] {
  const byText = new Map(ranges.map((range) => [show(range), range]));
  return [...byText.values()].sort(
    (a, b) => a.bits - b.bits || (a.start < b.start ? -1 : a.start > b.start ? 1 : a.length - b.length),
  );
}

function parse(cidr: string): Range | undefined {
  const [address = "", suffix = ""] = cidr.trim().split("/");
  const length = Number(suffix);
  const bits = address.includes(":") ? 128 : 32;
  const value = bits === 128 ? parseV6(address) : parseV4(address);
  if (value === undefined || suffix === "" || !Number.isInteger(length) || length < 0 || length > bits)
    return undefined;
  const rest = BigInt(bits - length);
  return { bits, length, start: (value >> rest) << rest };
}

function parseV4(address: string): bigint | undefined {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parseV6(address: string): bigint | undefined {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups =
    tail === undefined
      ? before
      : [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
  if (groups.length !== 8 || groups.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

function show({ bits, start, length }: Range): string {
  if (bits === 32) return `${[24n, 16n, 8n, 0n].map((shift) => (start >> shift) & 255n).join(".")}/${length}`;
  const groups = Array.from({ length: 8 }, (_, index) => ((start >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const text = groups.join(":").replace(/(?:^|:)0(?::0)+$/, "::");
  return `${text}/${length}`;
}
