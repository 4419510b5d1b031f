// Our evaluator of policies, and the sets of addresses and ports that the generator counts with. The evaluator's verdicts on random
// policies are compared with an independent reading; the sets with plain membership.
import { BlockList } from "node:net";
import { describe, expect, test } from "vitest";
import type { PortIr, Protocol } from "../../compiler/index.ts";
import { canReach, podOf, reachability, type ReachPod } from "../../planner/action/index.ts";
import { edgesOf, holdsBlock, outermost, readBlock, showBlock } from "../../planner/action/traffic/address.ts";
import { includes, policyPorts, portsOf, split, unite, type Ports } from "../../planner/action/traffic/ports.ts";
import { workload } from "../kit/ir.ts";
import { dice, type Dice } from "../oracles/dice.ts";
import type { Attempt } from "../oracles/traffic-meaning.ts";
import { passes, type Policy } from "../oracles/traffic-policies.ts";

const policy = (spec: object, name = "p"): Policy & { apiVersion: string; kind: string } => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "one" },
  spec,
});

describe("reachability", () => {
  const pod = (namespace: string, labels: Record<string, string>, ip: string): ReachPod & { readonly id: string } => ({
    kind: "pod",
    id: `${namespace}/${ip}`,
    namespace,
    labels,
    ip,
    ports: [{ name: "http", number: 80, protocol: "TCP" }],
  });
  const ends = [
    pod("one", { app: "a" }, "10.0.0.1"),
    pod("one", { app: "b", tier: "x" }, "10.0.0.2"),
    pod("two", { app: "a" }, "10.0.0.3"),
    { kind: "address", ip: "192.0.2.1" } as const,
    { kind: "address", ip: "2001:db8::1" } as const,
  ];

  function drawPolicy(d: Dice, index: number): Policy {
    const selector = () =>
      d.pick([
        {},
        { matchLabels: { app: d.pick(["a", "b"]) } },
        { matchExpressions: [{ key: "tier", operator: d.pick(["Exists", "DoesNotExist"]) }] },
        { matchExpressions: [{ key: "app", operator: d.pick(["In", "NotIn"]), values: ["a"] }] },
      ]);
    const peer = () =>
      d.pick([
        { podSelector: selector() },
        { namespaceSelector: {} },
        { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "two" } }, podSelector: selector() },
        { ipBlock: { cidr: "10.0.0.0/24", except: ["10.0.0.2/32"] } },
        { ipBlock: { cidr: "2001:db8::/32" } },
      ]);
    const port = () =>
      d.pick([
        { port: 80 },
        { port: "http" },
        { port: 79, endPort: 81 },
        { protocol: "UDP" },
        { protocol: "UDP", port: 80 },
      ]);
    const many = <T>(draw: () => T, most: number): T[] => Array.from({ length: d.between(0, most) }, draw);
    const rule = (end: string) => ({
      ...(d.chance(0.8) ? { [end]: many(peer, 2) } : {}),
      ...(d.chance(0.6) ? { ports: many(port, 2) } : {}),
    });
    return policy(
      {
        podSelector: selector(),
        ...(d.chance(0.7) ? { policyTypes: d.pick([["Ingress"], ["Egress"], ["Ingress", "Egress"]]) } : {}),
        ...(d.chance(0.7) ? { ingress: many(() => rule("from"), 2) } : {}),
        ...(d.chance(0.7) ? { egress: many(() => rule("to"), 2) } : {}),
      },
      `p${index}`,
    );
  }

  test("agrees with an independent reading of the documentation on random policies", () => {
    const wrong: string[] = [];
    const seen = { yes: 0, no: 0 };
    for (let seed = 0; seed < 4000 && wrong.length === 0; seed++) {
      const d = dice(seed);
      const policies = Array.from({ length: d.between(1, 3) }, (_, i) => drawPolicy(d, i));
      const ask = reachability(policies as never);
      for (let i = 0; i < 20; i++) {
        const [from, to] = [d.pick(ends), d.pick(ends)];
        if (from === to) continue;
        const attempt = { from, to, protocol: d.pick<Protocol>(["TCP", "UDP"]), port: d.pick([80, 81, 82]) };
        const expected = passes(policies, attempt as Attempt);
        seen[expected ? "yes" : "no"] += 1;
        if (ask(attempt).allowed !== expected) wrong.push(`seed ${seed}: ${JSON.stringify([attempt, policies])}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(5000);
  });

  test("says which policies refuse, and where", () => {
    const [a, b] = [podOf(workload("one/a")), podOf(workload("one/b"))];
    const closed = [policy({ podSelector: { matchLabels: { app: "b" } }, policyTypes: ["Ingress"] })] as never;
    const query = { from: a, to: b, protocol: "TCP", port: 80 } as const;
    expect(reachability(closed)(query)).toEqual({ allowed: false, direction: "ingress", closedBy: ["one/p"] });
    expect(canReach(closed, { ...query, from: b, to: a })).toBe(true);
  });

  test("lets a pod reach itself, a node its own pods, and never sees a pod on the host's network", () => {
    const closed = [policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })] as never;
    const self = { ...podOf(workload("one/a")), name: "a-1", node: "n1" };
    const twin = { ...self, name: "a-2" };
    const ask = (from: object, to: object) => canReach(closed, { from, to, protocol: "TCP", port: 80 } as never);
    expect(ask(self, { ...self })).toBe(true);
    expect(ask(twin, self)).toBe(false);
    expect(ask({ kind: "address", ip: "192.0.2.1", node: "n1" }, self)).toBe(true);
    expect(ask({ kind: "address", ip: "192.0.2.1", node: "n2" }, self)).toBe(false);
    expect(ask({ kind: "address", ip: "192.0.2.1" }, { ...self, hostNetwork: true })).toBe(true);
  });

  test("knows the labels of Namespaces among the objects", () => {
    const from = podOf(workload("two/a"));
    const peers = [{ namespaceSelector: { matchLabels: { team: "ran" } } }];
    const open = policy({ podSelector: {}, policyTypes: ["Ingress"], ingress: [{ from: peers }] });
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "two", labels: { team: "ran" } } };
    const query = { from, to: podOf(workload("one/b")), protocol: "TCP", port: 80 } as const;
    expect(canReach([open, namespace] as never, query)).toBe(true);
    expect(canReach([open] as never, query)).toBe(false);
  });
});

describe("addresses", () => {
  test.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3", "10.1.2.3/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1/128"],
    ["::ffff:192.0.2.1/120", "::ffff:c000:200/120"],
    ["fe80::/10", "fe80::/10"],
    ["::", "::/128"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1/128"],
  ])("%s is %s", (text, canonical) => {
    expect(showBlock(readBlock(text)!)).toBe(canonical);
  });

  test.each([
    "10.0.0",
    "10.0.0.256",
    "10.0.0.0/33",
    "1.2.3.4/",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "a.b.c.d",
    "",
  ])("%s is none", (text) => {
    expect(readBlock(text)).toBeUndefined();
  });

  test("a block holds what Node's BlockList says it does, and its edges are its first and last", () => {
    const d = dice(7);
    for (let i = 0; i < 500; i++) {
      const address = () => Array.from({ length: 4 }, () => d.pick([0, 1, 127, 128, 255, 10])).join(".");
      const [base, bits] = [address(), d.between(1, 32)];
      const list = new BlockList();
      list.addSubnet(base, bits, "ipv4");
      const block = readBlock(`${base}/${bits}`)!;
      const inside = (a: string) => holdsBlock(block, readBlock(a)!);
      for (let j = 0; j < 10; j++) {
        const other = address();
        expect(inside(other)).toBe(list.check(other, "ipv4"));
      }
      const edges = edgesOf(block).map((e) => showBlock(e).replace("/32", ""));
      expect(edges.filter(inside)).toHaveLength(2);
    }
  });

  test("of nested blocks the outermost are kept", () => {
    const blocks = ["10.1.0.0/16", "10.0.0.0/8", "::1", "10.0.0.0/8", "11.0.0.0/8"].map((t) => readBlock(t)!);
    expect(outermost(blocks).map(showBlock)).toEqual(["10.0.0.0/8", "11.0.0.0/8", "::1/128"]);
  });
});

describe("ports", () => {
  const NAMES: Readonly<Record<string, number>> = { sbi: 3, n4: 7 };
  const resolve = ({ name }: { readonly name: string }) => (name in NAMES ? [NAMES[name]!] : undefined);
  const drawPorts = (d: Dice): Ports =>
    portsOf(
      Array.from({ length: d.between(0, 4) }, (): PortIr => {
        const protocol = d.pick<Protocol>(["TCP", "UDP"]);
        if (d.chance(0.2)) return { port: d.pick(["sbi", "n4"]), protocol };
        const from = d.between(1, 10);
        return d.chance(0.5) ? { port: from, protocol } : { port: from, end: d.between(from, 12), protocol };
      }),
    );
  const has = (ports: Ports, protocol: Protocol, n: number): boolean =>
    ports.every ||
    ports.ranges.some((r) => r.protocol === protocol && r.from <= n && n <= r.to) ||
    ports.names.some((p) => p.protocol === protocol && NAMES[p.name] === n);

  test("are split, united and compared as sets of numbers", () => {
    for (let seed = 0; seed < 2000; seed++) {
      const d = dice(seed);
      const [a, b] = [drawPorts(d), drawPorts(d)];
      const { both, left, unknown } = split(a, b, resolve);
      expect(unknown).toBe(false);
      const all = unite(a, b);
      let part = true;
      for (const protocol of ["TCP", "UDP", "SCTP"] as const) {
        for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 65_535]) {
          const [inA, inB] = [has(a, protocol, n), has(b, protocol, n)];
          if (inA && !inB) part = false;
          const found = [has(both, protocol, n), has(left, protocol, n), has(all, protocol, n)];
          expect(found, `seed ${seed}, ${n}`).toEqual([inA && inB, inA && !inB, inA || inB]);
        }
      }
      // A name and its number are one port, but the same words are needed for one rule to make another needless.
      expect(part || !includes(b, a), `seed ${seed}`).toBe(true);
    }
  });

  test("a name that nobody can resolve may be any number", () => {
    const named = portsOf([{ port: "metrics", protocol: "TCP" }]);
    const unresolved = () => undefined;
    expect(split(named, portsOf([{ port: 80, protocol: "TCP" }]), unresolved).unknown).toBe(true);
    expect(split(named, portsOf([{ port: 80, protocol: "UDP" }]), unresolved).unknown).toBe(false);
    expect(split(named, named, unresolved)).toEqual({
      both: named,
      left: { every: false, ranges: [], names: [] },
      unknown: false,
    });
  });

  test("are written with their protocol, and with an end where there is more than one", () => {
    const written = portsOf([
      { port: 80, end: 81, protocol: "TCP" },
      { port: 443, end: 443, protocol: "UDP" },
      { port: "sbi", protocol: "SCTP" },
    ]);
    expect(policyPorts(written)).toEqual([
      { protocol: "SCTP", port: "sbi" },
      { protocol: "TCP", port: 80, endPort: 81 },
      { protocol: "UDP", port: 443 },
    ]);
  });

  test("are never written as an empty list, which would be every port", () => {
    expect(policyPorts(portsOf([]))).toBeUndefined();
    expect(() => policyPorts({ every: false, ranges: [], names: [] })).toThrow("every port");
  });
});
