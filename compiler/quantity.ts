// Amounts as people and Kubernetes write them (`500m`, `16Gi`, `10ms`, `1Gbps`, `70%`), to whole base units and back.
// It must not know what the amounts are of, beyond which resources count milli-CPU, which bytes and which pieces.
// Format: https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity

/** A value, or why the text is not one, in words that can follow the text (`… is negative`). */
export type Reading<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

const good = <T>(value: T): Reading<T> => ({ ok: true, value });
const bad = (problem: string): Reading<never> => ({ ok: false, problem });

const NANO = 1_000_000_000n;
const MILLI = NANO / 1000n;

/** In nano, each exact: 1n is a billionth. */
const SUFFIXES: ReadonlyMap<string, bigint> = new Map([
  ["n", 1n],
  ["u", 1000n],
  ["m", MILLI],
  ["", NANO],
  ["k", 1000n * NANO],
  ["M", 1000n ** 2n * NANO],
  ["G", 1000n ** 3n * NANO],
  ["T", 1000n ** 4n * NANO],
  ["P", 1000n ** 5n * NANO],
  ["E", 1000n ** 6n * NANO],
  ["Ki", 1024n * NANO],
  ["Mi", 1024n ** 2n * NANO],
  ["Gi", 1024n ** 3n * NANO],
  ["Ti", 1024n ** 4n * NANO],
  ["Pi", 1024n ** 5n * NANO],
  ["Ei", 1024n ** 6n * NANO],
]);

const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The largest value that Kubernetes keeps: anything above is capped to it. */
const LARGEST = (2n ** 63n - 1n) * NANO;

const divideUp = (a: bigint, b: bigint): bigint => (a <= 0n ? a / b : (a + b - 1n) / b);

/**
 * A Kubernetes quantity as an exact whole number of nano-units (`500m` → 500_000_000n). As Kubernetes does, what is finer than a nano
 * is rounded away from zero and what is larger than 2⁶³−1 is capped.
 */
export function readQuantity(text: string): Reading<bigint> {
  if (text.length > 64) return bad("is too long for a quantity");
  const match = QUANTITY.exec(text);
  const whole = match?.[2] ?? "";
  const fraction = match?.[3] ?? "";
  if (match === null || whole + fraction === "") return bad("is not a quantity such as `500m`, `8` or `16Gi`");
  const digits = BigInt(whole + fraction);
  const exponent = Number(match[4] ?? 0);
  if (digits === 0n) return good(0n);
  if (exponent > 40) return good(match[1] === "-" ? -LARGEST : LARGEST);
  const unit = (SUFFIXES.get(match[5] ?? "") ?? NANO) * (exponent > 0 ? 10n ** BigInt(exponent) : 1n);
  const below = 10n ** BigInt(fraction.length + (exponent < 0 ? Math.min(-exponent, 100) : 0));
  const exact = divideUp(digits * unit, below);
  const magnitude = exact > LARGEST ? LARGEST : exact;
  return good(match[1] === "-" ? -magnitude : magnitude);
}

export type ResourceUnit = "milli" | "bytes" | "pieces";

/** What a Kubernetes resource is counted in: `cpu` in thousandths, memory and storage in bytes, all else in pieces. */
export function unitOf(resource: string): ResourceUnit {
  if (resource === "cpu") return "milli";
  return resource === "memory" ||
    resource === "ephemeral-storage" ||
    resource === "storage" ||
    resource.startsWith("hugepages-")
    ? "bytes"
    : "pieces";
}

/** Exact nano-units → base units of the resource, rounded up as the kube-scheduler does (`Quantity.MilliValue`, `Quantity.Value`). */
export const baseUnits = (resource: string, nano: bigint): bigint =>
  divideUp(nano, unitOf(resource) === "milli" ? MILLI : NANO);

/**
 * The amount of a resource in whole base units: `cpu` in milli-CPU and bytes rounded up, everything else must be whole. Refuses what
 * is negative and what is beyond 2⁵³−1 base units, so that sums of amounts stay exact.
 */
export function readAmount(resource: string, text: string): Reading<number> {
  const quantity = readQuantity(text);
  if (!quantity.ok) return quantity;
  if (quantity.value < 0n) return bad("is negative");
  if (unitOf(resource) === "pieces" && quantity.value % NANO !== 0n)
    return bad(`is not a whole number, and \`${resource}\` is counted in pieces`);
  const amount = baseUnits(resource, quantity.value);
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) return bad("is larger than anything that can be counted here");
  return good(Number(amount));
}

const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;

/** The canonical quantity for a manifest: exact, so that `readAmount(resource, manifestAmount(resource, n))` is n. */
export function manifestAmount(resource: string, amount: number): string {
  const unit = unitOf(resource);
  if (unit === "milli") return amount % 1000 === 0 ? String(amount / 1000) : `${amount}m`;
  if (unit === "pieces" || amount === 0) return String(amount);
  let power = 0;
  let rest = amount;
  while (rest % 1024 === 0 && power < BINARY.length - 1) {
    rest /= 1024;
    power += 1;
  }
  return `${rest}${BINARY[power] ?? ""}`;
}

/** At most two digits after the point, without trailing zeros. */
const short = (value: number): string => String(Number(value.toFixed(2)));

/**
 * The amount for people: `7.5`, `250m`, `16Gi`, `1.5Gi`. What two digits after the point do not tell is marked `~`, so that no
 * arithmetic that is shown looks wrong.
 */
export function formatAmount(resource: string, amount: number): string {
  const unit = unitOf(resource);
  if (unit === "pieces") return String(amount);
  if (unit === "milli") return Math.abs(amount) < 1000 && amount !== 0 ? `${amount}m` : String(amount / 1000);
  let power = 0;
  while (power < BINARY.length - 1 && Math.abs(amount) >= 1024 ** (power + 1)) power += 1;
  const value = amount / 1024 ** power;
  return `${Number(short(value)) === value ? "" : "~"}${short(value)}${BINARY[power] ?? ""}`;
}

/** One decimal number times a unit, exact, rounded up to whole units of one. */
function readScaled(text: string, units: ReadonlyMap<string, bigint>, example: string): Reading<number> {
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?([a-zA-Zµ]+)$/.exec(text);
  const unit = units.get(match?.[3] ?? "");
  if (match === null || unit === undefined) return bad(`is not ${example}`);
  const fraction = match[2] ?? "";
  const value = divideUp(BigInt((match[1] ?? "") + fraction) * unit, 10n ** BigInt(fraction.length));
  return value > BigInt(Number.MAX_SAFE_INTEGER)
    ? bad("is larger than anything that can be counted here")
    : good(Number(value));
}

const DURATIONS: ReadonlyMap<string, bigint> = new Map([
  ["us", 1n],
  ["µs", 1n],
  ["ms", 1000n],
  ["s", 1_000_000n],
  ["m", 60_000_000n],
  ["h", 3_600_000_000n],
  ["d", 86_400_000_000n],
]);

const RATES: ReadonlyMap<string, bigint> = new Map([
  ["bps", 1n],
  ["kbps", 1000n],
  ["Kbps", 1000n],
  ["Mbps", 1000n ** 2n],
  ["Gbps", 1000n ** 3n],
  ["Tbps", 1000n ** 4n],
]);

/** A duration (`10ms`, `1.5s`, `5m`, `1h30m`) in microseconds, rounded up. Here `m` is a minute. */
export function readDuration(text: string): Reading<number> {
  const parts = text.match(/\d+(?:\.\d+)?[a-zA-Zµ]+/g) ?? [];
  if (parts.length === 0 || parts.join("") !== text) return bad("is not a duration such as `10ms`, `30s` or `5m`");
  let total = 0;
  for (const part of parts) {
    const reading = readScaled(part, DURATIONS, "a duration such as `10ms`, `30s` or `5m`");
    if (!reading.ok) return reading;
    total += reading.value;
  }
  return Number.isSafeInteger(total) ? good(total) : bad("is larger than anything that can be counted here");
}

/** A rate (`10Gbps`, `2.5Mbps`) in bits a second. */
export const readRate = (text: string): Reading<number> =>
  readScaled(text, RATES, "a rate such as `100Mbps` or `10Gbps`");

/** A percentage (`70%`) as a share: 0.7. More than 100 % is a reading too; the place where it stands says whether that makes sense. */
export function readPercent(text: string): Reading<number> {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)%$/.exec(text);
  return match === null ? bad("is not a percentage such as `70%`") : good(Number(match[1]) / 100);
}

/** The largest unit in which two digits after the point suffice; else the smallest unit. */
function scaled(value: number, units: readonly (readonly [string, number])[]): string {
  for (const [name, size] of units) {
    if (value >= size && Number(short(value / size)) * size === value) return `${short(value / size)}${name}`;
  }
  const last = units.at(-1);
  return `${value}${last?.[0] ?? ""}`;
}

/** Microseconds for people and for `.intent` files: `10ms`, `1.5s`, `5m`. */
export const formatDuration = (microseconds: number): string =>
  scaled(microseconds, [
    ["h", 3_600_000_000],
    ["m", 60_000_000],
    ["s", 1_000_000],
    ["ms", 1000],
    ["us", 1],
  ]);

/** Bits a second for people and for `.intent` files: `10Gbps`. */
export const formatRate = (bitsPerSecond: number): string =>
  scaled(bitsPerSecond, [
    ["Tbps", 1e12],
    ["Gbps", 1e9],
    ["Mbps", 1e6],
    ["kbps", 1e3],
    ["bps", 1],
  ]);

/** A share as a percentage: 0.7 → `70%`, at most two digits after the point. */
export const formatPercent = (share: number): string => `${short(share * 100)}%`;
