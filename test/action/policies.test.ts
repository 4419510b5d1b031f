// The NetworkPolicies of single sentences, as people would read them, and what is refused. Objects are typed with Kubernetes' own types.
import type { NetworkPolicy } from "kubernetes-types/networking/v1.js";
import { describe, expect, test } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { expand, type PlacedReplicas } from "../../planner/action/index.ts";
import { allow, cluster, irOf, workload } from "../kit/ir.ts";

interface Given {
  readonly placed?: PlacedReplicas;
  readonly fleet?: string;
  readonly files?: readonly object[];
  /** Entries of the app's block. */
  readonly inApp?: string;
}

const PARIS = `cluster paris { pods 10.1.0.0/16  api 10.0.0.1, 10.0.0.2  nodes general x4 { cpu 16 memory 64Gi } }`;
const LYON = `cluster lyon { pods 10.2.0.0/16  api 10.0.0.9  nodes general x4 { cpu 16 memory 64Gi } }`;
const EVERYWHERE = { "core/amf": { paris: 1 }, "core/smf": { paris: 1 }, "core/upf": { paris: 1 } };

const deployment = (name: string, labels: object = { app: name }, selector: object = labels) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: selector },
    template: {
      metadata: { labels },
      spec: { containers: [{ name, image: `example/${name}:1`, ports: [{ name: "sbi", containerPort: 8000 }] }] },
    },
  },
});
const AMF_SMF_UPF = [deployment("amf"), deployment("smf"), deployment("upf")];

function expanded(sentences: string, { placed = EVERYWHERE, fleet = "", files = AMF_SMF_UPF, inApp = "" }: Given = {}) {
  const host = memoryHost({
    "main.intent": `${PARIS} ${LYON} ${fleet} app core { manifests "core.yaml" ${inApp} } ${sentences}`,
    "core.yaml": files.map((o) => JSON.stringify(o)).join("\n---\n"),
  });
  const compiled = compile(["main.intent"], host, { set: {} });
  expect(compiled.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
  return expand(compiled.value, placed);
}

/** Policies of paris by name. */
function policies(sentences: string, given?: Given): Readonly<Record<string, NetworkPolicy>> {
  const { objects, diagnostics } = expanded(sentences, given);
  expect(diagnostics).toEqual([]);
  const made = (objects["paris"] ?? []).map((p) => p.object).filter((o) => o.kind === "NetworkPolicy");
  return Object.fromEntries(made.map((o) => [o.metadata.name, o as unknown as NetworkPolicy]));
}

const specs = (sentences: string, given?: Given) =>
  Object.fromEntries(Object.entries(policies(sentences, given)).map(([name, { spec }]) => [name, spec]));

const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });

describe("policies", () => {
  test("are whole objects of Kubernetes' own shape, labelled as ours", () => {
    const expected: NetworkPolicy = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "placet-smf-ingress", namespace: "core", labels: { "app.kubernetes.io/managed-by": "placet" } },
      spec: {
        podSelector: { matchLabels: { app: "smf" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: [pods("amf")], ports: [{ protocol: "TCP", port: 8000 }] }],
      },
    };
    expect(policies("allow amf -> smf on sbi")).toEqual({ "placet-smf-ingress": expected });
  });

  test("say why they are there, and stand before the pods that they protect", () => {
    const { objects } = expanded("allow amf -> smf on sbi");
    const list = objects["paris"]!;
    const policy = list.findIndex((p) => p.object.kind === "NetworkPolicy");
    expect(list[policy]).toMatchObject({ because: "allow amf -> smf on 8000", for: ["core/smf"], app: "core" });
    expect(list.slice(0, policy).map((p) => p.object.kind)).toEqual(["Namespace"]);
  });

  test("close what nothing is allowed to reach without a rule, never with an empty one", () => {
    expect(specs("isolate amf ingress")).toEqual({
      "placet-amf-ingress": { podSelector: pods("amf").podSelector, policyTypes: ["Ingress"] },
    });
  });

  test("open both ends where the source is closed too, and DNS", () => {
    const dns = {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    };
    const made = specs("isolate amf egress  allow amf -> smf on 8000-8010, 38412/sctp");
    const ports = [
      { protocol: "SCTP", port: 38412 },
      { protocol: "TCP", port: 8000, endPort: 8010 },
    ];
    expect(made["placet-smf-ingress"]?.ingress).toEqual([{ from: [pods("amf")], ports }]);
    expect(made["placet-amf-egress"]).toEqual({
      podSelector: pods("amf").podSelector,
      policyTypes: ["Egress"],
      egress: [
        { to: [pods("smf")], ports },
        {
          to: [dns],
          ports: [
            { protocol: "TCP", port: 53 },
            { protocol: "UDP", port: 53 },
          ],
        },
      ],
    });
  });

  test("let everyone in only where everyone is said", () => {
    expect(specs("allow anywhere -> smf")["placet-smf-ingress"]?.ingress).toEqual([{}]);
    expect(specs("allow anywhere -> smf on 443")["placet-smf-ingress"]?.ingress).toEqual([
      { ports: [{ protocol: "TCP", port: 443 }] },
    ]);
    // What everyone may do need not be said of someone.
    expect(specs("allow anywhere -> smf on 443  allow amf -> smf on 443")["placet-smf-ingress"]?.ingress).toHaveLength(
      1,
    );
  });

  test("leave the fleet's pods out of the internet and of ranges", () => {
    const from = (sentence: string) => specs(sentence)["placet-smf-ingress"]?.ingress?.[0]?.from;
    expect(from("allow internet -> smf")).toEqual([
      { ipBlock: { cidr: "0.0.0.0/0", except: ["10.1.0.0/16", "10.2.0.0/16"] } },
      { ipBlock: { cidr: "::/0" } },
    ]);
    expect(from("allow 10.0.0.0/8 -> smf")).toEqual([
      { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "10.2.0.0/16"] } },
    ]);
    expect(from("allow 192.0.2.7 -> smf")).toEqual([{ ipBlock: { cidr: "192.0.2.7/32" } }]);
  });

  test("name the API server of their own cluster, at its own ports unless others are said", () => {
    const given = { placed: { "core/amf": { paris: 1, lyon: 1 } } };
    const { objects } = expanded("isolate amf egress  allow amf -> kubernetes", given);
    const rule = (cluster: string) => {
      const policy = objects[cluster]!.find((p) => p.object.kind === "NetworkPolicy")!
        .object as unknown as NetworkPolicy;
      return policy.spec?.egress?.find((r) => r.to?.some((peer) => peer.ipBlock !== undefined));
    };
    const ports = [
      { protocol: "TCP", port: 443 },
      { protocol: "TCP", port: 6443 },
    ];
    const block = (cidr: string) => ({ ipBlock: { cidr } });
    expect(rule("paris")).toEqual({ to: [block("10.0.0.1/32"), block("10.0.0.2/32")], ports });
    expect(rule("lyon")).toEqual({ to: [block("10.0.0.9/32")], ports });
  });

  test("name only who runs on the same cluster", () => {
    const placed = { "core/amf": { lyon: 1 }, "core/upf": { paris: 1 }, "core/smf": { paris: 1 } };
    const { podSelector } = pods("smf");
    expect(specs("allow amf -> smf", { placed })).toEqual({
      "placet-smf-ingress": { podSelector, policyTypes: ["Ingress"] },
    });
    expect(specs("allow amf, upf -> smf", { placed })["placet-smf-ingress"]?.ingress).toEqual([
      { from: [pods("upf")] },
    ]);
  });

  test("use a label of the pod template where a selector also matches others, and never change the selector", () => {
    const files = [
      deployment("amf", { app: "core", tier: "amf" }, { app: "core" }),
      deployment("smf", { app: "core", tier: "smf" }),
    ];
    const { objects } = expanded("allow smf -> amf", {
      files,
      placed: { "core/amf": { paris: 1 }, "core/smf": { paris: 1 } },
    });
    const find = (kind: string, name: string) =>
      objects["paris"]!.find((p) => p.object.kind === kind && p.object.metadata.name === name)!.object;
    const [amf, smf] = [find("Deployment", "amf"), find("Deployment", "smf")];
    expect(amf["spec"]).toMatchObject({
      selector: { matchLabels: { app: "core" } },
      template: { metadata: { labels: { app: "core", tier: "amf", "placet.dev/workload": "amf" } } },
    });
    expect(smf["spec"]).toEqual(files[1]!.spec);
    expect(find("NetworkPolicy", "placet-amf-ingress")["spec"]).toMatchObject({
      podSelector: { matchLabels: { "placet.dev/workload": "amf" } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "core", tier: "smf" } } }] }],
    });
  });

  test("have names that fit, whatever the workload is called", () => {
    const name = "a-network-function-with-a-name-of-sixty-three-characters-exactly";
    const long = name.slice(0, 63);
    const files = [deployment(long, { app: "x" }), deployment("amf")];
    const placed = { [`core/${long}`]: { paris: 1 }, "core/amf": { paris: 1 } };
    const [made] = Object.keys(specs(`allow amf -> ${long}`, { files, placed }));
    expect(made).toMatch(/^placet-a-network-function-with-[a-z0-9-]*[a-z0-9]$/);
    expect(made!.length).toBeLessThanOrEqual(63);
    expect(Object.keys(specs(`allow amf -> ${long}`, { files, placed }))).toEqual([made]);
  });

  test("do not take the name of a policy in a file", () => {
    const own = {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "placet-smf-ingress" },
      spec: { podSelector: pods("upf").podSelector, policyTypes: ["Egress"] },
    };
    const names = Object.keys(policies("allow amf -> smf", { files: [...AMF_SMF_UPF, own] }));
    expect(names).toHaveLength(2);
    expect(names).toContain("placet-smf-ingress");
  });

  test("are cut into several when they are huge, and lose nothing", () => {
    const sources = Array.from({ length: 2500 }, (_, i) => `198.51.${i >> 8}.${i & 255}`);
    const made = specs(`allow ${sources.join(", ")} -> smf on 443`);
    expect(Object.keys(made)).toEqual(["placet-smf-ingress", "placet-smf-ingress-2", "placet-smf-ingress-3"]);
    const all = Object.values(made).flatMap((spec) =>
      spec!.ingress!.flatMap((rule) => rule.from!.map((p) => p.ipBlock!.cidr)),
    );
    expect(all.sort()).toEqual(sources.map((s) => `${s}/32`).sort());
    expect(Object.values(made).every((spec) => spec!.ingress!.every((rule) => rule.ports?.length === 1))).toBe(true);
  });

  test("do not depend on the order of the sentences", () => {
    const sentences = [
      "allow amf -> smf on 80",
      "allow upf -> smf on 80",
      "isolate amf",
      "allow smf -> upf",
      "deny smf -> amf",
    ];
    const texts = [sentences, [...sentences].reverse()].map((s) => JSON.stringify(policies(s.join("\n"))));
    expect(texts[0]).toBe(texts[1]);
  });
});

describe("refused", () => {
  const refusals = (sentences: string, given?: Given) =>
    expanded(sentences, given).diagnostics.map((d) => [d.code, d.message]);
  const file = (spec: NetworkPolicy["spec"]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "chart" },
    spec,
  });
  const withFile = (spec: NonNullable<NetworkPolicy["spec"]>) => ({ files: [...AMF_SMF_UPF, file(spec)] });
  const smf = pods("smf").podSelector;

  test("a policy of a file that opens more than the intents", () => {
    const everyone = withFile({ podSelector: smf, policyTypes: ["Ingress"], ingress: [{}] });
    expect(refusals("allow amf -> smf on 8000", everyone)).toEqual([
      ["action/policy-opens-more", "`NetworkPolicy/chart` lets `amf` on 1/tcp reach `smf`, which no intent allows"],
    ]);
    const upf = withFile({ podSelector: smf, policyTypes: ["Ingress"], ingress: [{ from: [pods("upf")] }] });
    expect(refusals("allow amf -> smf", upf)).toEqual([
      ["action/policy-opens-more", "`NetworkPolicy/chart` lets `upf` on 1/tcp reach `smf`, which no intent allows"],
    ]);
    const range = withFile({
      podSelector: smf,
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ ipBlock: { cidr: "192.0.2.0/24", except: ["192.0.2.0/25"] } }] }],
    });
    expect(refusals("allow 192.0.2.128/26 -> smf", range)).toEqual([
      [
        "action/policy-opens-more",
        "`NetworkPolicy/chart` lets `192.0.2.192` on 1/tcp reach `smf`, which no intent allows",
      ],
    ]);
    const out = withFile({ podSelector: smf, policyTypes: ["Egress"], egress: [{ to: [pods("amf")] }] });
    expect(refusals("isolate smf egress", out)).toEqual([
      ["action/policy-opens-more", "`NetworkPolicy/chart` lets `smf` reach `amf` on 1/tcp, which no intent allows"],
    ]);
  });

  test("not one that opens no more, or speaks of what the intents leave open", () => {
    const less = {
      podSelector: smf,
      policyTypes: ["Ingress"],
      ingress: [{ from: [pods("amf")], ports: [{ port: 8000 }] }],
    };
    expect(refusals("allow amf -> smf on 8000-8010", withFile(less))).toEqual([]);
    expect(refusals("allow amf -> smf", withFile({ ...less, podSelector: pods("upf").podSelector }))).toEqual([]);
    expect(refusals("isolate smf egress", withFile(less))).toEqual([]);
    expect(refusals("allow amf -> smf", withFile({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }))).toEqual([]);
    // That amf does not run here does not make the file's word for it wrong.
    const placed = { "core/smf": { paris: 1 }, "core/amf": { lyon: 1 } };
    expect(refusals("allow amf -> smf on 8000", { ...withFile(less), placed })).toEqual([]);
  });

  test("a policy of a file that closes what the intents leave open is opened for what they allow", () => {
    const closed = withFile({ podSelector: pods("amf").podSelector, policyTypes: ["Egress"] });
    expect(specs("allow amf -> smf on 8000", closed)["placet-amf-egress"]?.egress).toEqual([
      { to: [pods("smf")], ports: [{ protocol: "TCP", port: 8000 }] },
    ]);
  });

  test("traffic across clusters, unless nothing crosses them anyway", () => {
    const placed = { "core/amf": { paris: 1, lyon: 1 }, "core/smf": { paris: 1 } };
    const flat = refusals("allow amf -> smf", { placed, fleet: "fleet { connectivity flat }" });
    expect(flat).toEqual([
      [
        "action/across-clusters",
        "`allow amf -> smf` across clusters is not supported yet: `amf` runs on `lyon`, `smf` on `paris`",
      ],
    ]);
    expect(refusals("allow amf -> smf", { placed })).toEqual([]);
  });

  test("a deny that would have to come out of a wider allow, also where no compiler has looked", () => {
    const [amf, smf] = [workload("core/amf"), workload("core/smf")];
    const wider = allow(amf, smf, { from: { kind: "anywhere" } });
    const denied = allow(amf, smf, { kind: "deny" });
    const ir = irOf({ clusters: [cluster("paris", [])], workloads: [amf, smf], traffic: [wider, denied] });
    expect(expand(ir, {}).diagnostics.map((d) => [d.code, d.message])).toEqual([
      [
        "action/deny-not-held",
        "`deny amf -> smf` can not be held: `allow anywhere -> smf` lets it through, and policies can not subtract it",
      ],
    ]);
  });

  test("not one of pods by labels, which takes the workload out that has them", () => {
    const [amf, smf, upf] = [workload("core/amf"), workload("core/smf"), workload("core/upf")];
    const denied = allow(amf, smf, { kind: "deny", from: { kind: "pods", labels: { app: "amf" }, namespace: "core" } });
    const listed = [amf, upf].map((from) => allow(from, smf, { namesBoth: false }));
    const ir = irOf({ clusters: [cluster("paris", [])], workloads: [amf, smf, upf], traffic: [...listed, denied] });
    const { objects, diagnostics } = expand(ir, EVERYWHERE);
    expect(diagnostics).toEqual([]);
    const policy = objects["paris"]?.find((p) => p.object.kind === "NetworkPolicy")?.object;
    expect(policy?.["spec"]).toMatchObject({ ingress: [{ from: [pods("upf")] }] });
  });

  test("a range of pods' addresses", () => {
    expect(refusals("allow 10.1.2.0/24 -> smf")).toEqual([
      ["action/range-of-pods", "`10.1.2.0/24` are addresses of pods of `paris`: name the pods themselves"],
    ]);
  });

  const firewall = (labels: object) => ({
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "firewall" },
    spec: { template: { metadata: { labels } } },
  });
  const inApp = "workload fw = VirtualMachine/firewall needs cpu 1";
  const placed = { ...EVERYWHERE, "core/fw": { paris: 1 } };

  test("a workload of a foreign kind whose pods no label tells", () => {
    expect(refusals("allow amf -> fw", { files: [...AMF_SMF_UPF, firewall({})], inApp, placed })).toEqual([
      [
        "action/pods-not-written",
        "the traffic of `fw` can not be ruled: the labels of a VirtualMachine's pods are not in its manifest",
      ],
    ]);
  });

  test("not one whose pods have labels of their own", () => {
    const made = specs("allow amf -> fw", { files: [...AMF_SMF_UPF, firewall({ vm: "fw" })], inApp, placed });
    expect(made["placet-fw-ingress"]?.podSelector).toEqual({ matchLabels: { vm: "fw" } });
  });
});
