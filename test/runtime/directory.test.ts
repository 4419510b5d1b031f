// The directory target end to end: files that GitOps tools can read, hands on them seen as drift, and nobody else's file touched.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { KubernetesObject } from "../../compiler/index.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { statusOf } from "../../runtime/status.ts";
import { objectFile, objectOf, objectText } from "../../runtime/targets/directory-files.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply, configMap, deployment, objectsOf, planOf, type Wanted } from "./memory-world.ts";

let root: string;
let world: World;
const paris = (...path: string[]): string => join(root, ".placet", "clusters", "paris", ...path);
const wanted: Wanted = { paris: { "shop/web": [deployment("web", 2), configMap("settings", { a: "yes" })] } };
const plan = (w: Wanted = wanted) => planOf(world, ["paris"], w);
const status = async (w?: Wanted) =>
  statusOf(await observeClusters([{ name: "paris" }], world), world, w === undefined ? undefined : objectsOf(w));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "placet-directory-"));
  world = realWorld(root, { env: {}, now: () => performance.now(), signal: new AbortController().signal });
});
afterEach(() => rmSync(root, { recursive: true }));

const files = (): string[] => readdirSync(paris(), { recursive: true, encoding: "utf8" }).sort();

describe("the files", () => {
  it("are one an object, beside an inventory that no GitOps tool reads", async () => {
    expect(await apply(await plan(), world)).toMatchObject({ outcome: "done", created: 2 });
    expect(files()).toEqual([
      ".inventory",
      "default",
      "default/configmap_settings.yaml",
      "default/deployment.apps_web.yaml",
    ]);
    expect(parse(readFileSync(paris("default", "deployment.apps_web.yaml"), "utf8"))).toEqual(deployment("web", 2));
    expect((await plan()).changes.map((c) => c.action)).toEqual(["none", "none"]);
  });

  it("say the same to readers of YAML 1.1 and 1.2, whatever the values", () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "yes",
        "no",
        "on",
        "off",
        "y",
        "012",
        "0o14",
        "1:30",
        "1e3",
        "null",
        "~",
        "",
        "-",
        "*a",
        "&a",
        "!x",
        "a: b",
        "#",
        "2026-01-01",
        "0x1F",
        "=",
        "<<",
        ".inf",
      ),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), text), fc.string({ unit: "binary" }), (data, note) => {
        const object: KubernetesObject = {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "x", annotations: { note } },
          data,
        };
        const written = objectText(object);
        const plainData = JSON.parse(JSON.stringify(object)) as unknown;
        expect(objectOf(written)).toEqual(plainData);
        expect(parse(written, { version: "1.1" })).toEqual(plainData);
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it("have names that never meet, also where case does not count, and never leave their folder", () => {
    const name = fc.string({ minLength: 1, maxLength: 260 });
    const ref = fc.record({
      namespace: fc.oneof(fc.constant(""), name),
      name,
      kind: fc.constantFrom("Role", "ConfigMap"),
    });
    fc.assert(
      fc.property(ref, ref, (a, b) => {
        const [one, two] = [a, b].map((r) =>
          objectFile({ apiVersion: r.kind === "Role" ? "rbac.authorization.k8s.io/v1" : "v1", ...r }),
        );
        expect(one?.toLowerCase() === two?.toLowerCase()).toBe(
          a.namespace === b.namespace && a.name === b.name && a.kind === b.kind,
        );
        for (const part of one?.split("/") ?? []) {
          expect(part === "." || part === ".." || part === "").toBe(false);
          expect(Buffer.byteLength(part)).toBeLessThan(256);
        }
        expect(one?.split("/")).toHaveLength(2);
      }),
      { seed: 12, numRuns: 500 },
    );
  });
});

describe("a hand on the files", () => {
  it("is drift, is told, and is undone by the next apply", async () => {
    await apply(await plan(), world);
    expect(await status(wanted)).toMatchObject({
      clusters: [{ cluster: "paris", state: "known", generation: 1, objects: 2 }],
      workloads: [{ app: "shop", workload: "web", replicas: 2, health: "written" }],
      drift: [],
    });
    writeFileSync(paris("default", "configmap_settings.yaml"), objectText(configMap("settings", { a: "by hand" })));
    expect((await status()).drift).toMatchObject([{ kind: "changed", object: { name: "settings" } }]);
    expect((await status(wanted)).drift).toEqual([
      {
        object: expect.objectContaining({ name: "settings" }),
        kind: "changed",
        fields: [{ path: "/data/a", before: "by hand", after: "yes" }],
      },
    ]);
    // What the intents themselves changed since is no drift.
    const next: Wanted = { paris: { "shop/web": [deployment("web", 3), configMap("settings", { a: "yes" })] } };
    expect((await status(next)).drift.map((d) => d.object.name)).toEqual(["settings"]);
    expect(await apply(await plan(), world)).toMatchObject({ outcome: "done", updated: 1 });
    rmSync(paris("default", "deployment.apps_web.yaml"));
    expect(await status()).toMatchObject({
      workloads: [{ health: "missing" }],
      drift: [{ kind: "missing", object: { name: "web" } }],
    });
    expect(await apply(await plan(), world)).toMatchObject({ outcome: "done", created: 1 });
    expect((await status(wanted)).drift).toEqual([]);
  });

  it("that leaves no object behind is drift too", async () => {
    await apply(await plan(), world);
    for (const text of ["{ broken", "- a list", "kind: Nothing", "", "a: &a [*a]"]) {
      writeFileSync(paris("default", "configmap_settings.yaml"), text);
      const next = await plan();
      expect(next.changes.filter((c) => c.action !== "none")).toMatchObject([{ name: "settings", action: "update" }]);
      expect(await apply(next, world)).toMatchObject({ outcome: "done", updated: 1 });
    }
  });

  it("between plan and apply makes the plan stale", async () => {
    await apply(await plan(), world);
    const next = await plan({ paris: { "shop/web": [deployment("web", 3), configMap("settings", { a: "no" })] } });
    writeFileSync(paris("default", "configmap_settings.yaml"), objectText(configMap("settings", { a: "by hand" })));
    const stale = await apply(next, world);
    expect(stale).toMatchObject({ outcome: "stale" });
    expect(stale.diagnostics[0]?.message).toContain("ConfigMap default/settings has changed");
  });
});

describe("what others put there", () => {
  it("is refused, left alone, and survives destroy", async () => {
    mkdirSync(paris("default"), { recursive: true });
    writeFileSync(paris("default", "configmap_settings.yaml"), "theirs: true\n");
    writeFileSync(paris("README.md"), "ours to read\n");
    expect((await plan()).diagnostics.map((d) => d.code)).toEqual(["runtime/not-ours"]);
    rmSync(paris("default", "configmap_settings.yaml"));
    writeFileSync(paris("default", "other.yaml"), "theirs: true\n");
    await apply(await plan(), world);
    const gone = await apply(destroyPlan(await observeClusters([{ name: "paris" }], world)), world);
    expect(gone).toMatchObject({ outcome: "done", deleted: 2 });
    expect(files()).toEqual(["README.md", "default", "default/other.yaml"]);
  });

  it("as a link that leads elsewhere is not followed", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "placet-elsewhere-"));
    mkdirSync(paris(), { recursive: true });
    symlinkSync(elsewhere, paris("default"));
    const outcome = await apply(await plan(), world);
    expect(outcome).toMatchObject({ outcome: "partial", created: 0, failed: 1 });
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });

  it("in place of the inventory makes the cluster unknown, not empty", async () => {
    await apply(await plan(), world);
    writeFileSync(paris(".inventory"), "{}");
    const blind = await plan({});
    expect(blind.clusters).toMatchObject([{ state: "unknown" }]);
    expect(blind.changes).toEqual([]);
    expect(existsSync(paris("default", "deployment.apps_web.yaml"))).toBe(true);
  });
});

it("remembers what ran on a cluster, and survives a memory that is broken", () => {
  const seen = { identity: "uid", placed: { "shop/web": 2 } };
  world.lastSeen.remember("paris/../x", seen);
  expect(world.lastSeen.recall("paris/../x")).toEqual(seen);
  expect(readdirSync(join(root, ".placet", "seen"))).toEqual(["paris%2F..%2Fx.json"]);
  writeFileSync(join(root, ".placet", "seen", "paris%2F..%2Fx.json"), '{"placed":{"a":"b"}}');
  expect(world.lastSeen.recall("paris/../x")).toBeUndefined();
  expect(world.lastSeen.recall("nowhere")).toBeUndefined();
});

describe("the lock", () => {
  const lockFile = (): string => paris(".lock");
  const holder = { host: "elsewhere", machine: "another", pid: 1, user: "ann", since: "today" };

  it("of a process of this machine that is gone is taken over at once", async () => {
    mkdirSync(paris(), { recursive: true });
    writeFileSync(
      lockFile(),
      JSON.stringify({ ...holder, host: world.holder.host, machine: world.holder.machine, pid: 2 ** 22 + 1 }),
    );
    expect(await apply(await plan(), world)).toMatchObject({ outcome: "done" });
    expect(existsSync(lockFile())).toBe(false);
  });

  it("of another machine is respected as long as it is renewed, and taken over only when it was seen unrenewed for its whole time", async () => {
    mkdirSync(paris(), { recursive: true });
    writeFileSync(lockFile(), JSON.stringify(holder));
    let now = 0;
    let renews = true;
    // Its clock may be an hour off: only that the file changes counts.
    const sleepy: World = {
      ...world,
      clock: () => now,
      sleep: async (milliseconds) => {
        now += milliseconds;
        if (renews) utimesSync(lockFile(), new Date(0), new Date(now - 3_600_000));
      },
    };
    const target = (await import("../../runtime/targets/directory.ts")).directoryTarget(sleepy, "paris");
    expect(await target.lock(60_000)).toMatchObject({ kind: "busy", holder });
    renews = false;
    const before = now;
    const taken = await target.lock(60_000);
    expect(taken.kind).toBe("held");
    expect(now - before).toBeGreaterThanOrEqual(20_000);
  });
});
