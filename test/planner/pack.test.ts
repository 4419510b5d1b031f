// Packing node by node against plain enumeration: what fits is packed, what does not is called impossible, nothing is left open.
import { describe, expect, it } from "vitest";
import type { BoardNode, PodKind } from "../../planner/nodes/board.ts";
import { newBoard } from "../../planner/nodes/board.ts";
import { pack } from "../../planner/nodes/pack.ts";
import { noConstraints } from "../kit/ir.ts";
import { dice } from "../oracles/dice.ts";
import type { Dice } from "../oracles/dice.ts";

const HOST = "kubernetes.io/hostname";

function kind(id: string, demand: readonly number[], count: number, more: Partial<PodKind> = {}): PodKind {
  const all = new Set([0, 1]);
  return {
    id,
    namespace: "app",
    labels: { app: id },
    demand,
    pools: all,
    spreadPools: all,
    toleratedPools: all,
    perNode: false,
    count,
    pod: noConstraints,
    ...more,
  };
}

const node = (pool: number, shape: readonly number[], zone = "z"): BoardNode => ({ pool, shape, labels: { zone } });

const own = (id: string) => [{ key: "app", operator: "In" as const, values: [id] }];

/** Every way to deal every pod out, as plainly as can be: room, ports, and what keeps hosts or zones to itself. */
function enumerable(kinds: readonly PodKind[], nodes: readonly BoardNode[]): boolean {
  const pods = kinds.flatMap((of) => Array<PodKind>(of.count).fill(of));
  const at: (readonly [PodKind, number])[] = [];
  const domain = (key: string, n: number): string => (key === HOST ? String(n) : (nodes[n]!.labels["zone"] as string));
  const good = (pod: PodKind, n: number): boolean => {
    if (!pod.pools.has(nodes[n]!.pool)) return false;
    const here = [...at.filter(([, m]) => m === n).map(([other]) => other), pod];
    if (nodes[n]!.shape.some((room, r) => here.reduce((sum, other) => sum + other.demand[r]!, 0) > room)) return false;
    if (here.filter((other) => other.pod.hostPorts.length > 0).length > 1) return false;
    return at.every(([other, m]) =>
      [...pod.pod.podAntiAffinity, ...other.pod.podAntiAffinity].every(
        (term) => other.id !== pod.id || domain(term.topologyKey, m) !== domain(term.topologyKey, n),
      ),
    );
  };
  const deal = (p: number): boolean =>
    p === pods.length ||
    nodes.some((_, n) => {
      if (!good(pods[p]!, n)) return false;
      at.push([pods[p]!, n]);
      const rest = deal(p + 1);
      at.pop();
      return rest;
    });
  return deal(0);
}

function randomCase(roll: Dice) {
  const nodes = Array.from({ length: roll.between(1, 4) }, () =>
    node(roll.between(0, 1), [roll.between(4, 9), roll.between(4, 9)], roll.pick(["z1", "z2"])),
  );
  nodes.sort((a, b) => a.pool - b.pool);
  const shapes = new Map(nodes.map((n) => [n.pool, n]));
  const alike = nodes.map((n) => ({ ...(shapes.get(n.pool) as BoardNode) }));
  const kinds = Array.from({ length: roll.between(1, 3) }, (_, i) =>
    kind(`w${i}`, [roll.between(0, 5), roll.between(0, 5)], roll.between(1, 3), {
      pools: roll.chance(0.2) ? new Set([roll.between(0, 1)]) : new Set([0, 1]),
      pod: {
        ...noConstraints,
        podAntiAffinity: roll.chance(0.2)
          ? [{ selector: own(`w${i}`), namespaces: ["app"], topologyKey: roll.pick([HOST, "zone"]) }]
          : [],
        hostPorts: roll.chance(0.15) ? [{ port: 80, protocol: "TCP", ip: "" }] : [],
      },
    }),
  );
  return { kinds, nodes: alike };
}

describe("packing", () => {
  it("agrees with enumeration on 1,500 random clusters", () => {
    let packed = 0;
    for (let seed = 0; seed < 1500; seed++) {
      const { kinds, nodes } = randomCase(dice(seed));
      const fits = enumerable(kinds, nodes);
      if (fits) packed++;
      expect(pack(kinds, nodes, 1_000_000), `seed ${seed}`).toBe(fits ? "packed" : "impossible");
    }
    expect(packed).toBeGreaterThan(300);
    expect(packed).toBeLessThan(1300);
  });

  it("finds what large-first misses", () => {
    // 7 + 3 and 5 + 5 fill two nodes of 10; fullest-first alone would put 7 with nothing and 5 with 3.
    const kinds = [kind("a", [7], 1), kind("b", [5], 2), kind("c", [3], 1)];
    expect(pack(kinds, [node(0, [10]), node(0, [10])], 100_000)).toBe("packed");
  });

  it("says that it does not know when its steps run out", () => {
    const kinds = Array.from({ length: 6 }, (_, i) => kind(`w${i}`, [11 + i, 17 - i], 3));
    const nodes = Array.from({ length: 8 }, () => node(0, [31, 33]));
    expect(pack(kinds, nodes, 10)).not.toBe("impossible");
  });

  it("puts a DaemonSet's pod on every node that takes it", () => {
    const daemon = kind("log", [2], 1, { perNode: true });
    const nodes = [node(0, [10]), node(1, [4])];
    expect(pack([daemon, kind("a", [8], 1), kind("b", [2], 1)], nodes, 1000)).toBe("packed");
    expect(pack([daemon, kind("a", [8], 1), kind("b", [3], 1)], nodes, 1000)).toBe("impossible");
    expect(pack([{ ...daemon, demand: [5] }], nodes, 1000)).toBe("impossible");
  });

  it("gathers what is attracted to its like, and follows others", () => {
    const near = (id: string) => [{ selector: own(id), namespaces: ["app"], topologyKey: HOST }];
    const nodes = [node(0, [10]), node(0, [10])];
    const together = (count: number): PodKind =>
      kind("a", [4], count, { pod: { ...noConstraints, podAffinity: near("a") } });
    expect(pack([together(2)], nodes, 1000)).toBe("packed");
    expect(pack([together(3)], nodes, 1000)).toBe("impossible");
    const follower = kind("b", [6], 1, { pod: { ...noConstraints, podAffinity: near("a") } });
    expect(pack([kind("a", [4], 1), follower], nodes, 1000)).toBe("packed");
    expect(pack([kind("a", [5], 1), follower], nodes, 1000)).toBe("impossible");
  });

  it("spreads as topologySpreadConstraints ask, counting nodes that have no room", () => {
    const even = (maxSkew: number): PodKind =>
      kind("a", [4], 3, {
        pod: {
          ...noConstraints,
          spread: [
            { maxSkew, topologyKey: HOST, selector: own("a"), nodeAffinityPolicy: "Honor", nodeTaintsPolicy: "Ignore" },
          ],
        },
      });
    const nodes = [node(0, [12]), node(0, [12]), node(0, [2])];
    expect(pack([even(1)], nodes, 10_000)).toBe("impossible");
    expect(pack([even(2)], nodes, 10_000)).toBe("packed");
  });
});

describe("a board", () => {
  it("gives back what is taken away", () => {
    const board = newBoard([kind("a", [3], 2)], [node(0, [5])]);
    board.add(0, 0);
    expect(board.fits(0, 0)).toBe(false);
    board.add(0, 0, -1);
    expect(board.fits(0, 0)).toBe(true);
  });
});
