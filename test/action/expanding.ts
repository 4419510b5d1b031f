// Expands sentences about three workloads on two clusters: what the tests of the traffic controller share. It must not know what they
// expect.
import type { NetworkPolicy } from "kubernetes-types/networking/v1.js";
import { expect } from "vitest";
import { compile, memoryHost } from "../../compiler/index.ts";
import { expand, type PlacedReplicas } from "../../planner/action/index.ts";

/** What a test gives beside its sentences. Placed is all on paris unless told. */
export interface Given {
  readonly placed?: PlacedReplicas;
  readonly fleet?: string;
  readonly files?: readonly object[];
  /** Entries of the app's block. */
  readonly inApp?: string;
}

const PARIS = `cluster paris { pods 10.1.0.0/16  api 10.0.0.1, 10.0.0.2  nodes general x4 { cpu 16 memory 64Gi } }`;
const LYON = `cluster lyon { pods 10.2.0.0/16  api 10.0.0.9  nodes general x4 { cpu 16 memory 64Gi } }`;
export const EVERYWHERE = { "core/amf": { paris: 1 }, "core/smf": { paris: 1 }, "core/upf": { paris: 1 } };

export const deployment = (name: string, labels: object = { app: name }, selector: object = labels) => ({
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
export const AMF_SMF_UPF = [deployment("amf"), deployment("smf"), deployment("upf")];

export function expanded(
  sentences: string,
  { placed = EVERYWHERE, fleet = "", files = AMF_SMF_UPF, inApp = "" }: Given = {},
) {
  const host = memoryHost({
    "main.intent": `${PARIS} ${LYON} ${fleet} app core { manifests "core.yaml" ${inApp} } ${sentences}`,
    "core.yaml": files.map((o) => JSON.stringify(o)).join("\n---\n"),
  });
  const compiled = compile(["main.intent"], host, { set: {} });
  expect(compiled.diagnostics.filter((d) => d.severity === "error")).toEqual([]);
  return expand(compiled.value, placed);
}

/** Policies of paris by name. */
export function policies(sentences: string, given?: Given): Readonly<Record<string, NetworkPolicy>> {
  const { objects, diagnostics } = expanded(sentences, given);
  expect(diagnostics).toEqual([]);
  const made = (objects["paris"] ?? []).map((p) => p.object).filter((o) => o.kind === "NetworkPolicy");
  return Object.fromEntries(made.map((o) => [o.metadata.name, o as unknown as NetworkPolicy]));
}

export const specs = (sentences: string, given?: Given) =>
  Object.fromEntries(Object.entries(policies(sentences, given)).map(([name, { spec }]) => [name, spec]));

export const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });
