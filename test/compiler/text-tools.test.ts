// The small tools below the phases, each against another way to the same answer: edit distance, CSV, addresses, sets of ports.
import { BlockList, isIP } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCsv } from "../../compiler/fleet/csv.ts";
import type { PortIr, Protocol } from "../../compiler/index.ts";
import { createSuggest, distance } from "../../compiler/near-names.ts";
import { canonicalRange } from "../../compiler/reading/words.ts";
import { portsOverlap, withoutPorts } from "../../compiler/traffic/port-sets.ts";
import { rangesOverlap } from "../../compiler/traffic/ranges.ts";

const SEED = 99;

describe("edit distance", () => {
  /** The definition, word for word, exponential. */
  const defined = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    const swap =
      a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1)
        ? 1 + defined(a.slice(0, -2), b.slice(0, -2))
        : Infinity;
    return Math.min(
      1 + defined(a.slice(0, -1), b),
      1 + defined(a, b.slice(0, -1)),
      defined(a.slice(0, -1), b.slice(0, -1)) + (a.at(-1) === b.at(-1) ? 0 : 1),
      swap,
    );
  };
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 5 });

  it("is the definition, up to its bound", () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 5 }), (a, b, most) => {
        const exact = defined(a, b);
        expect(distance(a, b, most)).toBe(exact > most ? most + 1 : exact);
      }),
      { numRuns: 300, seed: SEED },
    );
  });

  it("proposes the nearest, the first of equals, and nothing far", () => {
    const suggest = createSuggest();
    expect(suggest("regoin", ["zone", "region", "regions"])).toBe("region");
    expect(suggest("amfx", ["amfz", "amfa"])).toBe("amfa");
    expect(suggest("nrf", ["amf", "paris"])).toBeUndefined();
    expect(suggest("a", ["b"])).toBeUndefined();
  });

  it("stops proposing when its budget is spent", () => {
    const suggest = createSuggest();
    const many = Array.from({ length: 1000 }, (_, i) => `far-away-${i}`);
    for (let i = 0; i < 1000; i++) suggest("regoin", many);
    expect(suggest("regoin", ["region"])).toBeUndefined();
  });
});

describe("CSV", () => {
  const field = fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "\n", " ", "é"), maxLength: 6 });
  const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const plain = (text: string) => /^[ab\u00e9]+$/.test(text);

  it("reads back what was written", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { maxLength: 5 }),
        fc.constantFrom("\n", "\r\n"),
        (rows, end) => {
          const text = rows.map((row) => row.map((f) => (plain(f) ? ` ${f} ` : quote(f))).join(",")).join(end);
          const read = readCsv(text);
          expect(read.problems).toEqual([]);
          expect(read.rows.map((row) => row.map((f) => f.text))).toEqual(rows);
          for (const [i, row] of read.rows.entries())
            for (const [j, f] of row.entries())
              expect(text.slice(f.start, f.end)).toBe(
                plain(rows[i]?.[j] ?? "") ? rows[i]?.[j] : quote(rows[i]?.[j] ?? ""),
              );
        },
      ),
      { numRuns: 300, seed: SEED },
    );
  });
});

describe("addresses", () => {
  const v4 = fc.ipV4();
  // An IPv4 address inside of an IPv6 one (`::ffff:10.0.0.1`) is refused; its plain form says the same.
  const v6 = fc.ipV6().filter((address) => !address.includes("."));

  it("become the range that node's block list means", () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6), fc.integer({ min: 0, max: 128 }), fc.oneof(v4, v6), (address, length, other) => {
        const family = isIP(address) === 4 ? "ipv4" : "ipv6";
        const most = family === "ipv4" ? 32 : 128;
        const range = canonicalRange(`${address}/${length}`);
        expect(range === undefined).toBe(length > most);
        if (range === undefined) return;
        const list = new BlockList();
        list.addSubnet(address, length, family);
        const [base = "", bits] = range.split("/");
        expect(Number(bits)).toBe(length);
        expect(isIP(base)).toBe(family === "ipv4" ? 4 : 6);
        expect(list.check(base, family)).toBe(true);
        expect(canonicalRange(range)).toBe(range);
        const same = new BlockList();
        same.addSubnet(base, length, family);
        const otherFamily = isIP(other) === 4 ? "ipv4" : "ipv6";
        expect(same.check(other, otherFamily)).toBe(list.check(other, otherFamily));
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it("are refused where node refuses them", () => {
    const almost = fc.string({
      unit: fc.constantFrom("0", "1", "25", "255", "256", "01", ".", ":", "a", "g", "::"),
      maxLength: 9,
    });
    fc.assert(
      fc.property(almost, (text) => {
        expect(canonicalRange(text) !== undefined).toBe(isIP(text) !== 0 && !/:.*\./.test(text));
      }),
      { numRuns: 1000, seed: SEED },
    );
  });

  it("are written as RFC 5952 asks", () => {
    expect(canonicalRange("2001:DB8:0:0:1:0:0:1")).toBe("2001:db8::1:0:0:1/128");
    expect(canonicalRange("::/0")).toBe("::/0");
    expect(canonicalRange("fd00:0:1:0:0:0:0:0/64")).toBe("fd00:0:1::/64");
    expect(canonicalRange("10.1.2.3/8")).toBe("10.0.0.0/8");
  });

  it("overlap when one holds the other's first address", () => {
    const range = fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([a, l]) => canonicalRange(`${a}/${l}`) ?? "");
    fc.assert(
      fc.property(range, range, (a, b) => {
        const holds = (x: string, y: string) => {
          const list = new BlockList();
          list.addSubnet(x.split("/")[0] ?? "", Number(x.split("/")[1]));
          return list.check(y.split("/")[0] ?? "");
        };
        expect(rangesOverlap(a, b)).toBe(holds(a, b) || holds(b, a));
      }),
      { numRuns: 300, seed: SEED },
    );
    expect(rangesOverlap("10.0.0.0/8", "::/0")).toBe(false);
    expect(rangesOverlap("internet", "::/0")).toBe(true);
  });
});

describe("sets of ports", () => {
  const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];
  const port: fc.Arbitrary<PortIr> = fc.oneof(
    fc.record({ port: fc.integer({ min: 1, max: 12 }), protocol: fc.constantFrom(...PROTOCOLS) }),
    fc.record({
      port: fc.integer({ min: 1, max: 6 }),
      end: fc.integer({ min: 6, max: 12 }),
      protocol: fc.constantFrom(...PROTOCOLS),
    }),
    fc.record({ port: fc.constantFrom("web", "sbi"), protocol: fc.constantFrom(...PROTOCOLS) }),
  );
  /** Every single port that a list means: the low numbers, one far away for the rest, and the names. */
  const members = (ports: readonly PortIr[]): ReadonlySet<string> => {
    const all = PROTOCOLS.flatMap((p) => [...Array.from({ length: 14 }, (_, i) => `${i + 1}/${p}`), `65535/${p}`]);
    if (ports.length === 0) return new Set([...all, ...PROTOCOLS.flatMap((p) => [`web/${p}`, `sbi/${p}`])]);
    const has = (text: string) => {
      const [number = "", protocol] = text.split("/");
      return ports.some(
        (p) =>
          p.protocol === protocol &&
          (typeof p.port === "number"
            ? Number(number) >= p.port && Number(number) <= (p.end ?? p.port)
            : p.port === number),
      );
    };
    return new Set([...all, ...PROTOCOLS.flatMap((p) => [`web/${p}`, `sbi/${p}`])].filter(has));
  };

  it("lose exactly what is taken out", () => {
    fc.assert(
      fc.property(fc.array(port, { maxLength: 4 }), fc.array(port, { maxLength: 4 }), (a, b) => {
        const rest = withoutPorts(a, b);
        // Every port without some numbers is every number without them; a name is then only another word for a number.
        const names = a.length === 0 && b.length > 0;
        const left = [...members(a).difference(members(b))].filter((m) => !names || /^\d/.test(m)).sort();
        expect(rest === undefined ? [] : [...members(rest)].sort()).toEqual(left);
        expect(portsOverlap(a, b)).toBe(members(a).intersection(members(b)).size > 0);
      }),
      { numRuns: 500, seed: SEED },
    );
  });
});
