// Ranges of IP addresses, IPv4 and IPv6: reading, writing, and which lies in which. It must not know policies.

/** A CIDR block: `base` has no bit set beyond the first `bits`. */
export interface Block {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly bits: number;
}

const WIDTH = { 4: 32, 6: 128 } as const;

/** Reads `10.0.0.0/8`, `10.0.0.1`, `2001:db8::/32`; undefined when it is none. Bits beyond the prefix are cleared. */
export function readBlock(text: string): Block | undefined {
  const [address = "", length, ...more] = text.trim().split("/");
  const family = address.includes(":") ? 6 : 4;
  const value = family === 6 ? readSix(address) : readFour(address);
  const bits = length === undefined ? WIDTH[family] : /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (value === undefined || more.length > 0 || bits < 0 || bits > WIDTH[family]) return undefined;
  const rest = BigInt(WIDTH[family] - bits);
  return { family, base: (value >> rest) << rest, bits };
}

function readFour(text: string): bigint | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function readSix(text: string): bigint | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => groupsOf(half));
  const [head, tail] = groups;
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const zeros = 8 - head.length - (tail?.length ?? 0);
  if (halves.length === 2 ? zeros < 1 : zeros !== 0) return undefined;
  const all = [...head, ...Array<bigint>(halves.length === 2 ? zeros : 0).fill(0n), ...(tail ?? [])];
  return all.reduce((value, group) => (value << 16n) | group, 0n);
}

/** 16-bit groups of one half of an IPv6 address; its end may be an IPv4 address. */
function groupsOf(half: string): bigint[] | undefined {
  if (half === "") return [];
  const parts = half.split(":");
  const last = parts.at(-1) ?? "";
  const four = last.includes(".") ? readFour(last) : undefined;
  if (last.includes(".") && four === undefined) return undefined;
  const plain = four === undefined ? parts : parts.slice(0, -1);
  if (!plain.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part))) return undefined;
  const groups = plain.map((part) => BigInt(`0x${part}`));
  return four === undefined ? groups : [...groups, four >> 16n, four & 0xffffn];
}

/** The canonical text (RFC 5952 for IPv6), always with the length of the prefix. */
export function showBlock({ family, base, bits }: Block): string {
  return `${family === 4 ? showFour(base) : showSix(base)}/${bits}`;
}

const showFour = (value: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");

function showSix(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === "0") length += 1;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(":");
  return `${groups.slice(0, best.start).join(":")}::${groups.slice(best.start + best.length).join(":")}`;
}

/** Whether every address of `inner` is in `outer`. Two blocks are nested or have nothing in common. */
export function holdsBlock(outer: Block, inner: Block): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  const rest = BigInt(WIDTH[outer.family] - outer.bits);
  return outer.base >> rest === inner.base >> rest;
}

export const sameBlock = (a: Block, b: Block): boolean => a.bits === b.bits && holdsBlock(a, b);

/** The first and the last address of a block, and its neighbours just outside, as blocks of one address each. */
export function edgesOf(block: Block): readonly Block[] {
  const width = WIDTH[block.family];
  const size = 1n << BigInt(width - block.bits);
  const candidates = [block.base - 1n, block.base, block.base + size - 1n, block.base + size];
  return candidates
    .filter((base) => base >= 0n && base >> BigInt(width) === 0n)
    .map((base) => ({ family: block.family, base, bits: width }));
}

/** Sorted, without blocks that lie in others. */
export function outermost(blocks: readonly Block[]): readonly Block[] {
  const sorted = [...blocks].sort((a, b) => a.family - b.family || compare(a.base, b.base) || a.bits - b.bits);
  const kept: Block[] = [];
  for (const block of sorted) {
    const last = kept.at(-1);
    if (last === undefined || !holdsBlock(last, block)) kept.push(block);
  }
  return kept;
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
