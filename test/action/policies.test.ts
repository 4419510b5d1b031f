// The NetworkPolicies of single sentences, as people would read them. Objects are typed with Kubernetes' own types.
import type { NetworkPolicy } from "kubernetes-types/networking/v1.js";
import { describe, expect, test } from "vitest";
import { AMF_SMF_UPF, deployment, expanded, pods, policies, specs } from "./expanding.ts";

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

  const batch = (kind: "Job" | "CronJob", name: string, labels: object) => {
    const template = {
      metadata: { labels },
      spec: { restartPolicy: "Never", containers: [{ name, image: `example/${name}:1` }] },
    };
    const spec = kind === "Job" ? { template } : { schedule: "0 0 * * *", jobTemplate: { spec: { template } } };
    return { apiVersion: "batch/v1", kind, metadata: { name }, spec };
  };

  test("know a Job's pods by the label that its controller gives them, and leave its template alone", () => {
    const files = [deployment("amf"), batch("Job", "load", { app: "amf" })];
    const given = { files, placed: { "core/amf": { paris: 1 }, "core/load": { paris: 1 } } };
    const { objects } = expanded("allow amf -> load", given);
    const job = objects["paris"]!.find((p) => p.object.kind === "Job")!.object;
    expect(job["spec"]).toEqual(files[1]!.spec);
    const { podSelector } = specs("allow amf -> load", given)["placet-load-ingress"]!;
    expect(podSelector).toEqual({ matchLabels: { "batch.kubernetes.io/job-name": "load" } });
  });

  test("never select everything for a workload whose pods have no labels", () => {
    const given = { files: [batch("CronJob", "nightly", {})], placed: { "core/nightly": { paris: 1 } } };
    const { podSelector } = specs("isolate nightly", given)["placet-nightly-ingress"]!;
    expect(podSelector).toEqual({ matchLabels: { "placet.dev/workload": "nightly" } });
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
