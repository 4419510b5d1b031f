// The directory target and the in-memory twin keep what every target promises; the Kubernetes target does in test/kubernetes/.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import type { KubernetesObject } from "../../compiler/index.ts";
import { refKey, refOf } from "../../runtime/inventory.ts";
import { objectFile } from "../../runtime/targets/directory-files.ts";
import { directoryTarget } from "../../runtime/targets/directory.ts";
import { memoryCluster, memoryTarget, putForeign } from "../../runtime/targets/memory.ts";
import { realWorld } from "../../runtime/world.ts";
import { targetConformance } from "./target-suite.ts";

const root = mkdtempSync(join(tmpdir(), "placet-target-"));
const world = realWorld(root, { env: {}, now: () => performance.now(), signal: new AbortController().signal }, "suite");

const pathOf = (object: KubernetesObject): string =>
  join(root, ".placet", "clusters", "paris", objectFile(refOf(object)));

targetConformance(
  "directory",
  async () => ({
    open: async () => directoryTarget(world, "paris"),
    putForeign: async (object) => {
      mkdirSync(dirname(pathOf(object)), { recursive: true });
      writeFileSync(pathOf(object), stringify(object));
    },
    edit: async (object, field, value) => {
      const live = parse(readFileSync(pathOf(object), "utf8")) as { data: Record<string, string> };
      live.data[field] = value;
      writeFileSync(pathOf(object), stringify(live));
    },
    exists: async (object) => existsSync(pathOf(object)),
  }),
  async () => rmSync(root, { recursive: true }),
);

const cluster = memoryCluster("one");

targetConformance(
  "memory",
  async () => ({
    open: async () => memoryTarget(world, "paris", cluster),
    putForeign: async (object) => void putForeign(cluster, object),
    edit: async (object, field, value) => {
      const key = refKey(refOf(object));
      const found = cluster.objects.get(key);
      if (found === undefined) throw new Error(`there is no ${key}`);
      const data = { ...(found.live.object["data"] as Record<string, string>), [field]: value };
      const live = { ...found.live, object: { ...found.live.object, data }, resourceVersion: `${++cluster.counter}` };
      cluster.objects.set(key, { ...found, live });
    },
    exists: async (object) => cluster.objects.has(refKey(refOf(object))),
  }),
  async () => undefined,
);
