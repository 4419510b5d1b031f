// Saved plans hold no Secret value, are whole or not there, and come back only with the very Secrets that they were made with.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { readPlanFile, redactPlan, restoreSecrets, writePlanFile } from "../../runtime/plan-file.ts";
import { redactFields, redactObject } from "../../runtime/redact.ts";
import { apply, availableStatus, configMap, memoryWorld, objectsOf, planOf, type Wanted } from "./memory-world.ts";

const directory = mkdtempSync(join(tmpdir(), "placet-plan-"));
afterAll(() => rmSync(directory, { recursive: true }));

const secret = (password: string): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: {
    name: "login",
    namespace: "default",
    annotations: { "kubectl.kubernetes.io/last-applied-configuration": `{"data":"${password}"}` },
  },
  data: { password: Buffer.from(password).toString("base64") },
  stringData: { user: `user-${password}` },
});
const wanted = (password: string): Wanted => ({ paris: { shop: [secret(password), configMap("open", { a: "1" })] } });
const values = (password: string): string[] => [password, Buffer.from(password).toString("base64")];

function world() {
  const made = memoryWorld(["paris"]);
  for (const cluster of made.clusters.values()) cluster.react = availableStatus;
  return made;
}

describe("a saved plan", () => {
  it("holds no Secret value, and everything else", async () => {
    const here = world();
    await apply(await planOf(here, ["paris"], wanted("hunter-1")), here);
    const plan = await planOf(here, ["paris"], wanted("hunter-2"));
    await writePlanFile("plan.json", plan, directory);
    const text = readFileSync(join(directory, "plan.json"), "utf8");
    for (const value of [...values("hunter-1"), ...values("hunter-2")]) expect(text).not.toContain(value);
    expect(text).toContain('"password": "(redacted)"');
    expect(statSync(join(directory, "plan.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["plan.json"]);
    const read = await readPlanFile("plan.json", directory);
    expect(read).toEqual({ ok: true, plan: redactPlan(plan) });
    expect(redactPlan(plan)).toEqual(redactPlan(plan));
  });

  it("is applied with the Secrets that were planned, and with no others", async () => {
    const here = world();
    const plan = await planOf(here, ["paris"], wanted("hunter-2"));
    const saved = redactPlan(plan);
    const restored = restoreSecrets(saved, objectsOf(wanted("hunter-2")));
    if (!restored.ok) throw new Error(restored.diagnostic.message);
    expect(restored.plan).toEqual(plan);
    expect(await apply(restored.plan, here)).toMatchObject({ outcome: "done", created: 2 });
    for (const other of [wanted("hunter-3"), { paris: { shop: [configMap("open")] } }]) {
      const refused = restoreSecrets(saved, objectsOf(other));
      expect(refused).toMatchObject({ ok: false, diagnostic: { code: "runtime/secrets-changed" } });
    }
  });

  it("without Secrets needs none", async () => {
    const plan = await planOf(world(), ["paris"], { paris: { shop: [configMap("open")] } });
    expect(redactPlan(plan)).toEqual(plan);
    expect(restoreSecrets(plan, {})).toEqual({ ok: true, plan });
  });

  it.each([
    ["nothing", undefined, "there is no such file"],
    ["no JSON", "{", "it is not JSON, or was cut off"],
    ["another format", '{"format":"terraform"}', "its format is `terraform`; this version reads `placet.plan/v1`"],
    ["half of a plan", '{"format":"placet.plan/v1","placements":[],"changes":[]}', "it has no `clusters`"],
    [
      "a broken change",
      '{"format":"placet.plan/v1","placements":[],"changes":[{}],"clusters":[],"manifests":{},"order":{},"request":{},"inputs":""}',
      "change 1 is incomplete",
    ],
  ])("that is %s is refused", async (_, text, problem) => {
    if (text !== undefined) writeFileSync(join(directory, "broken.json"), text);
    else rmSync(join(directory, "broken.json"), { force: true });
    const read = await readPlanFile("broken.json", directory);
    expect(read.ok ? "" : read.diagnostic.message).toBe(`\`broken.json\` is not a plan: ${problem}`);
  });
});

describe("what is shown", () => {
  it("has no Secret value, in lists and in differences too", () => {
    const list = { apiVersion: "v1", kind: "List", metadata: { name: "" }, items: [secret("hunter-2")] };
    for (const shown of [redactObject(secret("hunter-2")), redactObject(list)]) {
      for (const value of values("hunter-2")) expect(JSON.stringify(shown)).not.toContain(value);
    }
    const fields = redactFields(secret("a"), [
      { path: "/data/password", before: "a", after: "b" },
      { path: "/data", after: { password: "b" } },
      { path: "/type", before: "Opaque", after: "tls" },
    ]);
    expect(fields).toEqual([
      { path: "/data/password", before: "(redacted)", after: "(redacted)" },
      { path: "/data", after: "(redacted)" },
      { path: "/type", before: "Opaque", after: "tls" },
    ]);
  });

  it("is unchanged for everything else", () => {
    expect(redactObject(configMap("open", { password: "public" }))).toEqual(configMap("open", { password: "public" }));
  });
});
