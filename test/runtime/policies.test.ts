// While a workload moves, its peers' policies allow what they did and what they will, nothing more; and go after the pods that they protect.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { bothPolicies } from "../../runtime/apply/policies.ts";
import { apply, availableStatus, deployment, memoryWorld, planOf, type Wanted } from "./memory-world.ts";

interface Spec {
  readonly podSelector: object;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly { readonly from: readonly string[] }[];
  readonly egress?: readonly { readonly to: readonly string[] }[];
}

const policy = (spec: object): KubernetesObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "default" },
  spec,
});

/** What a policy allows of a peer, from the Kubernetes documentation: a direction that it does not name is open. Peers are plain names here. */
function allows(object: KubernetesObject, direction: "Ingress" | "Egress", peer: string): boolean {
  const spec = object["spec"] as Spec;
  const types =
    spec.policyTypes ?? (spec.egress === undefined || spec.egress.length === 0 ? ["Ingress"] : ["Ingress", "Egress"]);
  if (!types.includes(direction)) return true;
  const rules =
    direction === "Ingress" ? (spec.ingress ?? []).map((r) => r.from) : (spec.egress ?? []).map((r) => r.to);
  return rules.some((peers) => peers.length === 0 || peers.includes(peer));
}

const peers = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 });
const spec = fc.record(
  {
    podSelector: fc.constant({}),
    policyTypes: fc.constantFrom(["Ingress"], ["Egress"], ["Ingress", "Egress"]),
    ingress: fc.array(
      peers.map((from) => ({ from })),
      { maxLength: 3 },
    ),
    egress: fc.array(
      peers.map((to) => ({ to })),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: ["podSelector"] },
);

describe("the policy of both", () => {
  it("allows exactly what either allows", () => {
    fc.assert(
      fc.property(spec, spec, (was, is) => {
        const [before, after] = [policy(was), policy(is)];
        const both = bothPolicies(before, after);
        if (both === undefined) throw new Error("the same pods have a common policy");
        for (const direction of ["Ingress", "Egress"] as const) {
          for (const peer of ["a", "b", "c", "d", "other"]) {
            expect(allows(both, direction, peer)).toBe(
              allows(before, direction, peer) || allows(after, direction, peer),
            );
          }
        }
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it("does not exist for different pods", () => {
    expect(
      bothPolicies(policy({ podSelector: { matchLabels: { app: "a" } } }), policy({ podSelector: {} })),
    ).toBeUndefined();
  });
});

describe("a move", () => {
  const peerPolicy = (...from: string[]): KubernetesObject =>
    policy({
      podSelector: {},
      policyTypes: ["Ingress"],
      ingress: from.map((app) => ({ from: [{ podSelector: { matchLabels: { app } } }] })),
    });
  const before: Wanted = { paris: { "shop/amf": [deployment("amf")], shop: [peerPolicy("amf", "webui")] } };
  const after: Wanted = { paris: { shop: [peerPolicy("webui")] }, lyon: { "shop/amf": [deployment("amf")] } };

  function moving() {
    const world = memoryWorld(["paris", "lyon"]);
    for (const cluster of world.clusters.values()) cluster.react = availableStatus;
    const [paris, lyon] = [world.clusters.get("paris"), world.clusters.get("lyon")];
    if (paris === undefined || lyon === undefined) throw new Error("no clusters");
    const ingress = (): number =>
      ((paris.objects.get("NetworkPolicy.networking.k8s.io/default/web")?.live.object["spec"] as Spec).ingress ?? [])
        .length;
    return { world, paris, lyon, ingress };
  }

  it("closes what the old copy used only when it is gone", async () => {
    const { world, paris, ingress } = moving();
    await apply(await planOf(world, ["paris", "lyon"], before), world);
    const atRemoval: number[] = [];
    paris.before = (request) => void (request === "remove" && atRemoval.push(ingress()));
    expect(await apply(await planOf(world, ["paris", "lyon"], after), world)).toMatchObject({
      outcome: "done",
      updated: 1,
      deleted: 1,
    });
    expect(atRemoval).toEqual([2]);
    expect(ingress()).toBe(1);
    expect((await planOf(world, ["paris", "lyon"], after)).changes.filter((c) => c.action !== "none")).toEqual([]);
  });

  it("keeps it open, and its policies there, as long as the old copy has to stay", async () => {
    const { world, paris, lyon, ingress } = moving();
    await apply(await planOf(world, ["paris", "lyon"], before), world);
    lyon.react = (object) => object;
    const stuck = await apply(await planOf(world, ["paris", "lyon"], after), world, { readyTimeout: 5_000 });
    expect(stuck).toMatchObject({ outcome: "partial", deleted: 0 });
    expect(ingress()).toBe(2);
    const without: Wanted = { lyon: { "shop/amf": [deployment("amf")] } };
    expect(await apply(await planOf(world, ["paris", "lyon"], without), world, { readyTimeout: 5_000 })).toMatchObject({
      outcome: "partial",
      deleted: 0,
    });
    expect([...paris.objects.keys()].sort()).toEqual([
      "Deployment.apps/default/amf",
      "NetworkPolicy.networking.k8s.io/default/web",
    ]);
    for (const [key, found] of lyon.objects)
      lyon.objects.set(key, { ...found, live: { ...found.live, object: availableStatus(found.live.object) } });
    expect(await apply(await planOf(world, ["paris", "lyon"], without), world)).toMatchObject({
      outcome: "done",
      deleted: 2,
    });
  });
});
