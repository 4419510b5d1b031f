// What the traffic controller refuses, and what it must not refuse: files that open more than the intents, ends that no policy can name.
import type { NetworkPolicy } from "kubernetes-types/networking/v1.js";
import { describe, expect, test } from "vitest";
import { expand } from "../../planner/action/index.ts";
import { allow, cluster, irOf, workload } from "../kit/ir.ts";
import { AMF_SMF_UPF, EVERYWHERE, expanded, pods, specs, type Given } from "./expanding.ts";

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
    const port = withFile({
      podSelector: smf,
      policyTypes: ["Ingress"],
      ingress: [{ from: [pods("amf")], ports: [{ port: 8000, endPort: 8011 }] }],
    });
    expect(refusals("allow amf -> smf on 8000-8010", port)).toEqual([
      ["action/policy-opens-more", "`NetworkPolicy/chart` lets `amf` on 8011/tcp reach `smf`, which no intent allows"],
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

  test("not a policy of a file for a way that only it closes: it and the intents add up", () => {
    const out = withFile({
      podSelector: pods("amf").podSelector,
      policyTypes: ["Egress"],
      egress: [{ to: [pods("upf")] }],
    });
    expect(refusals("allow amf -> smf on 8000", out)).toEqual([]);
  });

  test("not DNS, also where a file closes the server", () => {
    const server = withFile({ podSelector: smf, policyTypes: ["Ingress"] });
    const made = specs("isolate amf egress", { ...server, fleet: "fleet { dns smf }" });
    expect(made["placet-smf-ingress"]?.ingress).toEqual([
      {
        from: [pods("amf")],
        ports: [
          { protocol: "TCP", port: 53 },
          { protocol: "UDP", port: 53 },
        ],
      },
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
