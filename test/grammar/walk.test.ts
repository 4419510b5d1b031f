// Riding the productions at random gives sentences that the parser reads: what completion offers and what errors expect is the language.
import * as fc from "fast-check";
import type { TokenType } from "chevrotain";
import { describe, expect, it } from "vitest";
import { parse } from "../../grammar/index.ts";
import { newWalker } from "../../grammar/walk.ts";
import * as t from "../../grammar/tokens.ts";

/** What a rule finds wrong beyond the shape of its tokens. */
const beyondShape = new Set(
  ["mixed-stop", "not-a-workload", "object-reference", "port-number", "except-of-nothing"].map((c) => `grammar/${c}`),
);

const leaves = new Map<TokenType, readonly string[]>([
  [t.NameLike, ["amf", "5gc", '"run"', "$p", "12", "gateway"]],
  [t.Key, ["cpu", '"odd key"', "x.y/z"]],
  [t.Value, ["eu-west", "3", "16Gi", "-1", "70%", "10.0.0.1", "$cluster.k", '"a"']],
  [t.Figure, ["8", "500m", "$p"]],
  [t.NumberLike, ["3", "-1", "0.5", "$p"]],
  [t.DurationLike, ["10ms", "5m", "$p"]],
  [t.RateLike, ["1Gbps"]],
  [t.PercentLike, ["10%"]],
  [t.PathLike, ['"a/b.yaml"', "$p"]],
  [t.PortLike, ["443", "sbi", "80/udp", "1-2"]],
  [t.AddressLike, ["10.0.0.0/8", "fd00::1", "$cluster.a"]],
  [t.Address, ["10.0.0.0/8"]],
  [t.Count, ["x3", "x$p"]],
  [t.CompareSign, ["!=", "<", ">="]],
]);

/** A sentence of the grammar: at each place one of the ways on, until it may end. */
function sentence(draw: (below: number) => number): string {
  const walker = newWalker();
  let walk = walker.begin();
  const words: string[] = [];
  for (;;) {
    if (walk.complete && (walk.steps.length === 0 || draw(3) === 0)) return words.join(" ");
    // A long sentence takes the first way out: closers come last among the ways on.
    const { type, next } = words.length > 60 ? walk.steps.at(-1)! : walk.steps[draw(walk.steps.length)]!;
    const label = type.LABEL ?? "";
    const texts = leaves.get(type) ?? [label.slice(1, -1)];
    words.push(texts[draw(texts.length)]!);
    walk = walker.reach([next]);
    if (words.length > 400) return "";
  }
}

describe("the walk along the productions", () => {
  it("makes sentences that the parser reads", () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (stream) => {
        const text = sentence((below) => stream.next().value % below);
        const wrong = parse("w.intent", text).diagnostics.filter((d) => !beyondShape.has(d.code));
        expect({ text, wrong }).toEqual({ text, wrong: [] });
      }),
      { seed: 20261123, numRuns: 800 },
    );
  });
});
