// The judge of network policies against verdicts derived by hand from the Kubernetes documentation.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  startNetworkPolicyJudge,
  type Connection,
  type NetworkPolicyJudge,
  type PolicyCase,
} from "./network-policy-judge.ts";
import { toolsMissing } from "./tools.ts";

const world: Omit<PolicyCase, "networkPolicies" | "queries"> = {
  namespaces: [{ name: "shop" }, { name: "bank", labels: { team: "money" } }],
  pods: [
    {
      namespace: "shop",
      name: "web",
      labels: { app: "web" },
      ip: "10.0.0.1",
      ports: [
        { name: "http", port: 8080 },
        { name: "dns", port: 53, protocol: "UDP" },
      ],
    },
    { namespace: "shop", name: "db", labels: { app: "db" }, ip: "10.0.0.2", ports: [{ name: "http", port: 9090 }] },
    { namespace: "bank", name: "web", labels: { app: "web" }, ip: "10.0.1.1" },
    { namespace: "bank", name: "agent", labels: { app: "web" }, ip: "192.168.0.7", hostNetwork: true },
  ],
};

const policy = (spec: unknown, name: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "shop" },
  spec,
});
const everyPod = { podSelector: {} };
const web = { podSelector: { matchLabels: { app: "web" } } };
const inNamespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });

/** What the policies let through: each line is a connection, `from > to port[/protocol]`. */
interface Example {
  readonly title: string;
  readonly specs: readonly unknown[];
  readonly expected: Readonly<Record<string, boolean>>;
}

const ingress = (...rules: readonly unknown[]) => ({ policyTypes: ["Ingress"], ingress: rules });
const egress = (...rules: readonly unknown[]) => ({ policyTypes: ["Egress"], egress: rules });
const db = { podSelector: { matchLabels: { app: "db" } } };

const examples: readonly Example[] = [
  {
    title: "without a policy everything is allowed",
    specs: [],
    expected: { "bank/web > shop/web 1": true, "1.2.3.4 > shop/web 1": true, "shop/web > 1.2.3.4 1/SCTP": true },
  },
  {
    title: "a policy without rules denies its direction, and that only",
    specs: [{ ...everyPod, policyTypes: ["Ingress"] }],
    expected: {
      "bank/web > shop/web 80": false,
      "1.2.3.4 > shop/db 80": false,
      "shop/web > shop/db 80": false,
      "shop/web > bank/web 80": true,
    },
  },
  {
    title: "an empty list of rules is no rule; without policyTypes egress rules make it both directions",
    specs: [{ ...everyPod, ingress: [], egress: [{ to: [inNamespace("bank")] }] }],
    expected: { "bank/web > shop/web 80": false, "shop/web > bank/web 80": true, "shop/web > 1.2.3.4 80": false },
  },
  {
    title: "a pod always reaches itself",
    specs: [{ ...everyPod, policyTypes: ["Ingress", "Egress"] }],
    expected: { "shop/web > shop/web 8080": true, "shop/db > shop/web 8080": false },
  },
  {
    title: "a peer of pods is of the policy's own namespace",
    specs: [{ ...web, ...ingress({ from: [everyPod] }) }],
    expected: { "shop/db > shop/web 8080": true, "bank/web > shop/web 8080": false },
  },
  {
    title: "both ends must agree",
    specs: [
      { ...web, ...ingress({ from: [everyPod] }) },
      { ...everyPod, ...egress({ ports: [{ port: 9090 }] }) },
    ],
    expected: { "shop/db > shop/web 8080": false, "shop/db > shop/web 9090": true },
  },
  {
    title: "two selectors in one peer are both needed",
    specs: [{ ...web, ...ingress({ from: [{ ...inNamespace("bank"), ...db }] }) }],
    expected: { "bank/web > shop/web 80": false, "shop/db > shop/web 80": false },
  },
  {
    title: "of two peers either is enough",
    specs: [{ ...web, ...ingress({ from: [inNamespace("bank"), db] }) }],
    expected: { "bank/web > shop/web 80": true, "shop/db > shop/web 80": true, "1.2.3.4 > shop/web 80": false },
  },
  {
    title: "a namespace is selected by its own labels too",
    specs: [{ ...web, ...ingress({ from: [{ namespaceSelector: { matchLabels: { team: "money" } } }] }) }],
    expected: { "bank/web > shop/web 80": true, "shop/db > shop/web 80": false },
  },
  {
    title: "a named port is the destination's own, with its protocol",
    specs: [{ ...everyPod, ...ingress({ ports: [{ port: "http" }, { port: "dns", protocol: "UDP" }] }) }],
    expected: {
      "bank/web > shop/web 8080": true,
      "bank/web > shop/web 9090": false,
      "bank/web > shop/db 9090": true,
      "bank/web > shop/db 8080": false,
      "bank/web > shop/web 53/UDP": true,
      "bank/web > shop/web 53/TCP": false,
    },
  },
  {
    title: "a range of ports includes both of its ends; the protocol is TCP unless said",
    specs: [{ ...web, ...ingress({ ports: [{ port: 8000, endPort: 8005 }] }) }],
    expected: {
      "shop/db > shop/web 7999": false,
      "shop/db > shop/web 8000": true,
      "shop/db > shop/web 8005": true,
      "shop/db > shop/web 8006": false,
      "shop/db > shop/web 8003/UDP": false,
    },
  },
  {
    title: "SCTP is a protocol of its own",
    specs: [{ ...web, ...ingress({ ports: [{ port: 38412, protocol: "SCTP" }] }) }],
    expected: {
      "bank/web > shop/web 38412/SCTP": true,
      "bank/web > shop/web 38412/TCP": false,
      "bank/web > shop/web 38413/SCTP": false,
    },
  },
  {
    title: "an ipBlock without its exceptions",
    specs: [{ ...web, ...egress({ to: [{ ipBlock: { cidr: "1.2.0.0/16", except: ["1.2.3.0/24"] } }] }) }],
    expected: {
      "shop/web > 1.2.4.4 443": true,
      "shop/web > 1.2.3.4 443": false,
      "shop/web > 1.3.0.1 443": false,
    },
  },
  {
    title: "selectors never match a pod of the host's network",
    specs: [{ ...web, ...ingress({ from: [inNamespace("bank")] }) }],
    expected: { "bank/web > shop/web 80": true, "bank/agent > shop/web 80": false },
  },
  {
    title: "policies add up, and reach their own namespace only",
    specs: [
      { ...everyPod, policyTypes: ["Ingress"] },
      { ...web, ...ingress({ from: [everyPod] }) },
    ],
    expected: { "shop/db > shop/web 80": true, "shop/web > shop/db 80": false, "shop/db > bank/web 80": true },
  },
];

/** Refused as an API server refuses it, never guessed. */
const refused = [
  { spec: { ...everyPod, ingress: [{ _from: [] }] }, because: /unknown field/ },
  { spec: { ...everyPod, ingress: [{ ports: [{ port: "http", endPort: 9 }] }] }, because: /endPort/ },
  { spec: { ...everyPod, ingress: [{ from: [{}] }] }, because: /selectors or an ipBlock/ },
];

describe.skipIf(toolsMissing("network-policy-judge"))("the network policy judge", () => {
  let judge: NetworkPolicyJudge;
  beforeAll(() => void (judge = startNetworkPolicyJudge()));
  afterAll(() => judge?.stop());

  test.each(examples)("$title", async ({ specs, expected }) => {
    const networkPolicies = specs.map((spec, index) => policy(spec, `policy-${index}`));
    const lines = Object.keys(expected);
    const verdicts = await judge.judge({ ...world, networkPolicies, queries: lines.map(connection) });
    expect(Object.fromEntries(lines.map((line, index) => [line, verdicts[index]]))).toEqual(expected);
  });

  test.each(refused)("$spec.ingress is refused", async ({ spec, because }) => {
    await expect(judge.judge({ ...world, networkPolicies: [policy(spec, "p")], queries: [] })).rejects.toThrow(because);
  });

  test("two thousand cases take seconds", async () => {
    const queries = Array.from({ length: 20 }, (_, port) => connection(`bank/web > shop/web ${port + 1}`));
    const spec = { ...web, ...ingress({ from: [inNamespace("bank")] }) };
    const one = { ...world, networkPolicies: [policy(spec, "p")], queries };
    const before = performance.now();
    const verdicts = await Promise.all(Array.from({ length: 2000 }, () => judge.judge(one)));
    const seconds = (performance.now() - before) / 1000;
    console.log(`2000 cases of 20 connections each: ${seconds.toFixed(1)} s`);
    expect(verdicts.flat()).toEqual(Array.from({ length: 40_000 }, () => true));
    expect(seconds).toBeLessThan(30);
  });
});

function connection(line: string): Connection {
  const [, from = "", to = "", port = "", protocol = "TCP"] = /^(\S+) > (\S+) (\d+)(?:\/(\w+))?$/.exec(line) ?? [];
  return {
    ...(from.includes("/") ? { fromPod: from } : { fromIP: from }),
    ...(to.includes("/") ? { toPod: to } : { toIP: to }),
    port: Number(port),
    protocol: protocol === "UDP" || protocol === "SCTP" ? protocol : "TCP",
  };
}
