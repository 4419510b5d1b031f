// In which order objects are written and deleted.
import { describe, expect, it } from "vitest";
import { creationBatches, deletionBatches, needs, rankOf, type Ordered } from "../../planner/order.ts";

const one = (
  apiVersion: string,
  kind: string,
  name = kind.toLowerCase(),
  namespace = "shop",
  workloads: readonly string[] = [],
): Ordered => ({
  apiVersion,
  kind,
  namespace,
  name,
  for: workloads,
});

const crd = one("apiextensions.k8s.io/v1", "CustomResourceDefinition", "slices.example.com", "");
const namespace = one("v1", "Namespace", "shop", "");
const policy = one("networking.k8s.io/v1", "NetworkPolicy");
const account = one("v1", "ServiceAccount");
const secret = one("v1", "Secret", "login", "shop", ["shop/web"]);
const service = one("v1", "Service");
const web = one("apps/v1", "Deployment", "web", "shop", ["shop/web"]);
const db = one("apps/v1", "StatefulSet", "db", "shop", ["shop/db"]);
const slice = one("example.com/v1", "Slice");
const webhook = one("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "v", "");
const all = [webhook, slice, db, web, service, secret, account, policy, namespace, crd];

describe("order", () => {
  it("writes what others need first: definitions, namespaces, policies before pods", () => {
    const kinds = creationBatches(all).map((batch) => batch.map((o) => o.kind));
    expect(kinds).toEqual([
      ["CustomResourceDefinition"],
      ["Namespace"],
      ["NetworkPolicy"],
      ["ServiceAccount"],
      ["Secret"],
      ["Service"],
      ["Deployment", "StatefulSet"],
      ["Slice"],
      ["ValidatingWebhookConfiguration"],
    ]);
  });

  it("deletes backwards, and is the same whatever order it is given", () => {
    const forwards = creationBatches(all);
    expect(deletionBatches([...all].reverse())).toEqual([...forwards].reverse());
    expect(creationBatches([...all].reverse())).toEqual(forwards);
  });

  it("creates workloads one after the other where an order is given", () => {
    const other = one("apps/v1", "Deployment", "other", "shop", ["shop/other"]);
    const names = creationBatches([web, db, other], ["shop/db", "shop/web"]).map((batch) => batch.map((o) => o.name));
    expect(names).toEqual([["db"], ["web"], ["other"]]);
  });

  it("ranks a kind alike in every version", () => {
    expect(rankOf({ apiVersion: "apps/v1beta1", kind: "Deployment" })).toBe(
      rankOf({ apiVersion: "apps/v1", kind: "Deployment" }),
    );
    expect(rankOf({ apiVersion: "example.com/v1", kind: "Deployment" })).not.toBe(rankOf(web));
  });
});

describe("what stands on what", () => {
  it.each([
    [web, namespace, true],
    [one("v1", "ConfigMap", "c", "elsewhere"), namespace, false],
    [slice, crd, true],
    [one("other.com/v1", "Slice"), crd, false],
    [web, policy, true],
    [one("apps/v1", "Deployment", "web", "elsewhere"), policy, false],
    [service, policy, false],
    [web, secret, true],
    [db, secret, false],
    [secret, web, false],
  ])("%j needs %j: %j", (later, failed, expected) => {
    expect(needs(later, failed)).toBe(expected);
  });
});
