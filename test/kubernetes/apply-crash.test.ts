// kill -9 at every request that changes something: before the server has seen it, and after it took effect but before its answer came. Then
// the next apply must find everything that is ours listed, finish the work, and leave nothing behind.
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type Server } from "node:http";
import { request as httpsRequest } from "node:https";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { destroyPlan } from "../../runtime/destroy.ts";
import { marksOf } from "../../runtime/clusters/marks.ts";
import { observeClusters } from "../../runtime/observe.ts";
import { realWorld, type World } from "../../runtime/world.ts";
import { apply, configMap, deployment, planOf, type Wanted } from "../runtime/memory-world.ts";
import { clusterTools, nodes, startClusters, toolsAvailable, type Cluster, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);

/** Stands between the applying process and the API server, and ends the process at the n-th change. */
class Executioner {
  readonly #server: Server;
  readonly #cluster: Cluster;
  changes = 0;
  victim: ChildProcess | undefined;
  deadAt = Infinity;
  when: "before" | "after" = "before";

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const counts = request.method !== "GET" && !(request.url ?? "").includes("dryRun");
        const fatal = counts && ++this.changes === this.deadAt;
        if (this.changes > this.deadAt) return; // whatever else was under way is never seen
        if (fatal && this.when === "before") return this.#kill();
        const forward = httpsRequest(
          `${cluster.url}${request.url}`,
          { method: request.method, headers: request.headers, ca: cluster.ca },
          (answer) => {
            const body: Buffer[] = [];
            answer.on("data", (part: Buffer) => body.push(part));
            answer.on("end", () => {
              if (fatal) return this.#kill();
              response.writeHead(answer.statusCode ?? 502, {
                "content-type": answer.headers["content-type"] ?? "application/json",
              });
              response.end(Buffer.concat(body));
            });
          },
        );
        forward.on("error", () => response.destroy());
        forward.end(Buffer.concat(parts));
      });
    });
  }

  #kill(): void {
    this.victim?.kill("SIGKILL");
  }

  async kubeconfig(file: string): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const name = this.#cluster.context;
    const config = {
      clusters: [{ name, cluster: { server, "insecure-skip-tls-verify": true } }],
      users: [{ name, user: { token: this.#cluster.token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    };
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

describe.skipIf(!tools.available)(
  `an apply that is killed${tools.available ? "" : ` (skipped: ${tools.reason})`}`,
  () => {
    let clusters: Clusters;
    let world: World;
    let executioner: Executioner;
    let through: string;
    const contexts = { paris: "paris" };
    const before: Wanted = {
      paris: { "shop/web": [deployment("web", 1), configMap("old"), configMap("settings", { a: "1" })] },
    };
    const after: Wanted = {
      paris: { "shop/web": [deployment("web", 2), configMap("new"), configMap("settings", { a: "2" })] },
    };

    beforeAll(async () => {
      clusters = await startClusters({ names: ["paris"], nodes: { paris: nodes("node", 1) } });
      const paris = clusters.get("paris");
      through = join(clusters.directory, "through-the-executioner");
      executioner = new Executioner(paris);
      await executioner.kubeconfig(through);
      world = realWorld(
        clusters.directory,
        {
          env: { KUBECONFIG: clusters.kubeconfig },
          now: () => performance.now(),
          signal: new AbortController().signal,
        },
        "crash",
      );
    });
    afterAll(async () => {
      executioner?.close();
      await world?.close();
      await clusters?.stop();
    });

    const plan = (wanted: Wanted) => planOf(world, ["paris"], wanted, {}, contexts);

    /** Runs one apply in a process of its own; gives its outcome, or undefined when it was killed. */
    async function run(deadAt: number, when: "before" | "after"): Promise<string | undefined> {
      const file = join(clusters.directory, "plan.json");
      writeFileSync(file, JSON.stringify(await plan(after)));
      Object.assign(executioner, { changes: 0, deadAt, when });
      const child = spawn(process.execPath, [join(import.meta.dirname, "apply-child.ts"), file, through, "crash"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      executioner.victim = child;
      let said = "";
      child.stdout.on("data", (part: Buffer) => (said += part.toString("utf8")));
      await new Promise((resolve) => child.on("close", resolve));
      return child.signalCode === "SIGKILL" ? undefined : said;
    }

    /** Names of what carries our mark, and of what our inventory lists. */
    async function marked(): Promise<{ there: string[]; listed: string[] }> {
      const paris = clusters.get("paris");
      const text = await paris.kubectl([
        "get",
        "configmaps,deployments",
        "-n",
        "default",
        "-l",
        marksOf("crash").selector,
        "-o",
        "name",
      ]);
      const [observed] = await observeClusters([{ name: "paris", context: "paris" }], world);
      const objects = observed?.state === "known" ? observed.inventory.objects : [];
      return {
        there: text.split("\n").filter((line) => line !== ""),
        listed: objects.map((o) => (o.kind === "ConfigMap" ? `configmap/${o.name}` : `deployment.apps/${o.name}`)),
      };
    }

    it.each(["before", "after"] as const)(
      "converges when run again, wherever it died (%s the request)",
      async (when) => {
        let deaths = 0;
        for (let n = 1; ; n++) {
          expect(await apply(await plan(before), world)).toMatchObject({ outcome: "done" });
          const outcome = await run(n, when);
          if (outcome !== undefined) {
            expect(outcome).toBe("done");
            break;
          }
          deaths += 1;
          const { there, listed } = await marked();
          for (const name of there) expect(listed, `what is there after dying at change ${n}`).toContain(name);
          const resumed = await apply(await plan(after), world);
          expect(resumed, `the apply after dying at change ${n}`).toMatchObject({
            outcome: "done",
            failed: 0,
            skipped: 0,
          });
          expect((await marked()).there.sort()).toEqual(["configmap/new", "configmap/settings", "deployment.apps/web"]);
          const rest = await plan(after);
          expect(rest.changes.filter((c) => c.action !== "none")).toEqual([]);
          expect(rest.diagnostics).toEqual([]);
        }
        // The lock, the journal, three writes, one deletion, the inventory, the lock again.
        expect(deaths).toBeGreaterThanOrEqual(7);
        expect(
          await apply(destroyPlan(await observeClusters([{ name: "paris", context: "paris" }], world)), world),
        ).toMatchObject({ outcome: "done" });
        expect(await marked()).toEqual({ there: [], listed: [] });
      },
    );
  },
);
