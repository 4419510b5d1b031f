// Whether two ranges of addresses share an address. It must not know who has the addresses.

/** `a` and `b` are canonical ranges (`10.0.0.0/8`) or `internet`, which shares an address with every range. */
export function rangesOverlap(a: string, b: string): boolean {
  if (a === "internet" || b === "internet") return true;
  const [x, y] = [bitsOf(a), bitsOf(b)];
  return x.family === y.family && (x.bits.startsWith(y.bits) || y.bits.startsWith(x.bits));
}

/** The prefix as a text of zeros and ones. */
function bitsOf(range: string): { readonly family: 4 | 6; readonly bits: string } {
  const [address = "", length = "0"] = range.split("/");
  const family = address.includes(":") ? 6 : 4;
  const groups = family === 4 ? address.split(".").map(Number) : expand(address);
  const bits = groups.map((g) => g.toString(2).padStart(family === 4 ? 8 : 16, "0")).join("");
  return { family, bits: bits.slice(0, Number(length)) };
}

function expand(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const parts = (text: string) => (text === "" ? [] : text.split(":"));
  if (tail === undefined) return parts(head).map((g) => Number.parseInt(g, 16));
  const missing = 8 - parts(head).length - parts(tail).length;
  return [...parts(head), ...Array.from({ length: missing }, () => "0"), ...parts(tail)].map((g) =>
    Number.parseInt(g, 16),
  );
}
