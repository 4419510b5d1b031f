// Faults in the middle of an apply: a server that freezes while objects are written, an apply that is told to stop, admission that refuses, quota.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { marksOf } from "../../runtime/clusters/marks.ts";
import { destroyPlan } from "../../runtime/destroy.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply, configMap, deployment, planOf, type Wanted } from "../runtime/memory-world.ts";
import { clusterTools, nodes, startClusters, toolsAvailable, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);
const names = ["paris", "lyon"];
const contexts = Object.fromEntries(names.map((name) => [name, name]));

describe.skipIf(!tools.available)(
  `faults during an apply${tools.available ? "" : ` (skipped: ${tools.reason})`}`,
  () => {
    let clusters: Clusters;
    let world: World;
    const open = (project: string): World =>
      realWorld(
        clusters.directory,
        {
          env: { KUBECONFIG: clusters.kubeconfig },
          now: () => performance.now(),
          signal: new AbortController().signal,
        },
        project,
      );
    const plan = (wanted: Wanted) => planOf(world, names, wanted, {}, contexts);
    const destroy = async () =>
      apply(
        destroyPlan(
          await observeClusters(
            names.map((name) => ({ name, context: name })),
            world,
          ),
        ),
        world,
      );

    beforeAll(async () => {
      clusters = await startClusters({
        names,
        nodes: Object.fromEntries(names.map((name) => [name, nodes("node", 1)])),
      });
      world = open("faults");
    });
    afterAll(async () => {
      await world?.close();
      await clusters?.stop();
    });

    it("one server freezes: the other finishes, and the next apply completes what was cut off", async () => {
      const many = (name: string) => Array.from({ length: 150 }, (_, i) => configMap(`${name}-${i}`, { a: `${i}` }));
      const wanted: Wanted = { paris: { shop: many("paris") }, lyon: { shop: many("lyon") } };
      const whole = await plan(wanted);
      let seen = 0;
      const outcome = await apply(whole, world, {
        emit: (event) => {
          if (event.type === "change-done" && event.object.cluster === "lyon" && ++seen === 20)
            clusters.get("lyon").pause();
        },
      });
      clusters.get("lyon").resume();
      expect(outcome.clusters).toMatchObject([
        { cluster: "lyon", outcome: "failed" },
        { cluster: "paris", outcome: "done" },
      ]);
      await world.close();
      world = open("faults");
      const rest = await plan(wanted);
      expect(rest.diagnostics.map((d) => d.code)).toEqual(["runtime/interrupted"]);
      // The frozen holder's Lease could not be given back; this process is alive, so it counts only once it has run out.
      expect(await apply(rest, world, { lockTimeout: 40_000 })).toMatchObject({ outcome: "done" });
      const there = await clusters
        .get("lyon")
        .kubectl(["get", "configmaps", "-l", marksOf("faults").selector, "-o", "name"]);
      expect(there.trim().split("\n")).toHaveLength(150);
      expect((await plan(wanted)).changes.every((c) => c.action === "none")).toBe(true);
      expect(await destroy()).toMatchObject({ outcome: "done", deleted: 300 });
    });

    it("what admission refuses is known when planning, and holds nothing else up", async () => {
      const paris = clusters.get("paris");
      const rule: KubernetesObject = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicy",
        metadata: { name: "no-latest" },
        spec: {
          failurePolicy: "Fail",
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: [""],
                apiVersions: ["v1"],
                operations: ["CREATE", "UPDATE", "DELETE"],
                resources: ["configmaps"],
              },
            ],
          },
          matchConditions: [{ name: "named", expression: "request.name == 'forbidden'" }],
          validations: [{ expression: "false", message: "not this one" }],
        },
      };
      const binding: KubernetesObject = {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingAdmissionPolicyBinding",
        metadata: { name: "no-latest" },
        spec: { policyName: "no-latest", validationActions: ["Deny"] },
      };
      const wanted: Wanted = { paris: { shop: [configMap("forbidden"), configMap("fine")] } };
      expect(await apply(await plan(wanted), world)).toMatchObject({ outcome: "done", created: 2 });
      await paris.kubectl(["apply", "-f", "-"], {
        input: JSON.stringify({ apiVersion: "v1", kind: "List", items: [rule, binding] }),
      });
      const changed: Wanted = { paris: { shop: [configMap("forbidden", { a: "1" }), configMap("fine", { a: "1" })] } };
      // Policies take a moment to be in force.
      let refused = await plan(changed);
      for (let i = 0; i < 60 && refused.diagnostics.length === 0; i++) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        refused = await plan(changed);
      }
      expect(refused.diagnostics[0]?.message).toContain("not this one");
      expect(refused.changes.map((c) => c.name)).toEqual(["fine"]);
      // A deletion that is refused stays listed, and is tried again.
      const denied = await destroy();
      expect(denied).toMatchObject({ outcome: "partial", deleted: 1, failed: 1 });
      await paris.kubectl([
        "delete",
        "validatingadmissionpolicybinding/no-latest",
        "validatingadmissionpolicy/no-latest",
      ]);
      let last = await destroy();
      for (let i = 0; i < 60 && last.outcome !== "done"; i++) {
        await new Promise((resolve) => setTimeout(resolve, 250));
        last = await destroy();
      }
      expect(last).toMatchObject({ outcome: "done", deleted: 1 });
    });

    it("a stop lets what is under way end, writes down what was reached, and gives the lock back", async () => {
      const wanted: Wanted = {
        paris: { "shop/web": [deployment("web"), ...Array.from({ length: 80 }, (_, i) => configMap(`c-${i}`))] },
      };
      const stop = new AbortController();
      const stopped = await apply(await plan(wanted), world, {
        signal: stop.signal,
        emit: (event) => void (event.type === "change-done" && stop.abort()),
      });
      expect(stopped.outcome).toBe("stopped");
      expect(stopped.created + stopped.skipped).toBe(81);
      expect(stopped.created).toBeGreaterThan(0);
      const rest = await plan(wanted);
      expect(rest.diagnostics).toEqual([]);
      expect(rest.changes.filter((c) => c.action === "create")).toHaveLength(stopped.skipped);
      expect(await apply(rest, world)).toMatchObject({ outcome: "done", created: stopped.skipped });
      expect(await destroy()).toMatchObject({ outcome: "done" });
    });

    it("of two applies at the same time, one is told who has the lock", async () => {
      const wanted: Wanted = { paris: { shop: Array.from({ length: 120 }, (_, i) => configMap(`both-${i}`)) } };
      const file = join(clusters.directory, "both.json");
      writeFileSync(file, JSON.stringify(await plan(wanted)));
      const run = (): Promise<string> =>
        new Promise((resolve) => {
          const child = spawn(
            process.execPath,
            [join(import.meta.dirname, "apply-child.ts"), file, clusters.kubeconfig, "faults"],
            { stdio: ["ignore", "pipe", "inherit"] },
          );
          let said = "";
          child.stdout.on("data", (part: Buffer) => (said += part.toString("utf8")));
          child.on("close", () => resolve(said));
        });
      const outcomes = (await Promise.all([run(), run(), run()])).sort();
      // Who comes while it runs finds the lock, who comes after it finds that the plan has been applied.
      expect(outcomes.filter((one) => one === "done")).toEqual(["done"]);
      expect(outcomes.every((one) => ["done", "locked", "stale"].includes(one))).toBe(true);
      expect((await plan(wanted)).changes.every((c) => c.action === "none")).toBe(true);
      expect(await destroy()).toMatchObject({ outcome: "done", deleted: 120 });
    });
  },
);
