// Orange's free5GC, rendered: a real deployment of a real chart, read whole. Skipped where the shared manifests are not beside the
// project.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";

import { load } from "./kit.ts";

const file = resolve("..", "shared", "manifests", "free5gc.yaml");
const absent = !existsSync(file);
const title = absent ? " (skipped: ../shared/manifests/free5gc.yaml is not there)" : "";
const text = absent ? "" : readFileSync(file, "utf8");
const app = load(text);

const MiB = 2 ** 20;
const small = { cpu: 100, memory: 128 * MiB, pods: 1 };

describe(`free5gc${title}`, () => {
  it.skipIf(absent)("has 38 objects and 9 tests that are left out", () => {
    expect(app.objects).toHaveLength(38);
    expect(app.diagnostics.filter((d) => d.severity !== "hint")).toEqual([]);
    expect(app.diagnostics.map((d) => d.message)).toEqual([expect.stringMatching(/^9 Helm tests are left out: /)]);
    expect(app.loose).toEqual([]);
  });

  it.skipIf(absent)("goes through unchanged, to the byte", () => {
    // YAML 1.1, as kubectl reads it: the file's `mode: 0777` is 511, and would be refused by an API server as 777.
    const all = parseAllDocuments(text, { version: "1.1" })
      .map((d) => d.toJS() as { metadata: { annotations?: Record<string, string> } } | null)
      .filter((o) => o !== null);
    const kept = all.filter((o) => o.metadata.annotations?.["helm.sh/hook"] === undefined);
    expect(all).toHaveLength(47);
    expect(app.objects.map((o) => JSON.stringify(o.object))).toEqual(kept.map((o) => JSON.stringify(o)));
    expect(JSON.stringify(app.objects)).toContain('"mode":511');
  });

  it.skipIf(absent)("has twelve workloads, each with what it asks for and what travels with it", () => {
    const shown = app.workloads.map((w) => [
      w.name.replace(/^core-free5gc-[a-z]+-/, ""),
      w.demand,
      w.namespace,
      w.replicas,
      app.travels(w.name).map((t) => t.replace("core-free5gc-", "")),
    ]);
    expect(shown).toEqual([
      [
        "amf",
        { cpu: 150, memory: 128 * MiB, pods: 1 },
        "telco",
        1,
        ["ConfigMap/amf-configmap", "NetworkAttachmentDefinition/n2network-amf", "Service/amf-service"],
      ],
      ["ausf", small, "telco", 1, ["ConfigMap/ausf-configmap", "Service/ausf-service"]],
      ["dbpython", small, "telco", 1, []],
      ["nrf", small, "telco", 1, ["ConfigMap/nrf-configmap", "Service/nrf-nnrf"]],
      ["nssf", small, "telco", 1, ["ConfigMap/nssf-configmap", "Service/nssf-service"]],
      ["pcf", small, "telco", 1, ["ConfigMap/pcf-configmap", "Service/pcf-service"]],
      [
        "smf",
        small,
        "telco",
        1,
        ["ConfigMap/smf-configmap", "NetworkAttachmentDefinition/n4network-smf", "Service/smf-service"],
      ],
      ["udm", small, "telco", 1, ["ConfigMap/udm-configmap", "Service/udm-service"]],
      ["udr", small, "telco", 1, ["ConfigMap/udr-configmap", "Service/udr-service"]],
      [
        "upf",
        { cpu: 500, memory: 512 * MiB, pods: 1 },
        "telco",
        1,
        [
          "ConfigMap/upf-upf-configmap",
          "NetworkAttachmentDefinition/n3network-upf",
          "NetworkAttachmentDefinition/n4network-upf",
          "NetworkAttachmentDefinition/n6network-upf",
        ],
      ],
      ["webui", small, "telco", 1, ["ConfigMap/webui-configmap", "Service/webui-service"]],
      ["mongodb", { pods: 1 }, "free5gc", 1, ["Service/mongodb", "ServiceAccount/mongodb"]],
    ]);
  });

  it.skipIf(absent)("keeps the database where its claim is", () => {
    expect(app.workload("mongodb")).toMatchObject({
      kind: "StatefulSet",
      claims: ["free5gc/datadir-mongodb-0"],
      indivisible: "is a StatefulSet, whose pods have names and storage of their own",
    });
    expect(app.workloads.filter((w) => w.indivisible === undefined)).toHaveLength(11);
    expect(app.workloads.flatMap((w) => w.pod.unmodelled)).toEqual([]);
  });
});
