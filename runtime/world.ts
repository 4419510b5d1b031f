// What the runtime may touch of the outside, injected: the clock, waiting, who we are, and the targets of clusters.
// It must not know plans, nor load a Kubernetes client before a cluster needs one.
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lastSeenIn, type LastSeen } from "./last-seen.ts";
import { directoryTarget } from "./targets/directory.ts";
import type { LockHolder, Target } from "./targets/port.ts";

export interface World {
  /** Absolute path of the project. */
  readonly root: string;
  /** Name of the project: what it owns on a cluster is told apart by it. */
  readonly project: string;
  /** Milliseconds that only grow; never compared with another machine's. */
  readonly clock: () => number;
  /** The time of day, for people only. */
  readonly now: () => Date;
  /** Resolves early when the signal aborts. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Calls again and again without keeping the process alive; gives the way to stop it. */
  readonly every: (milliseconds: number, run: () => void) => () => void;
  /** Aborted when the user wants to stop. */
  readonly signal: AbortSignal;
  readonly holder: Omit<LockHolder, "since">;
  /** Whether the holder of a lock ran on this machine and is no more; false when that can not be told. */
  readonly isGone: (holder: LockHolder) => boolean;
  /** Kubeconfig files, the first that names a context wins. */
  readonly kubeconfig: readonly string[];
  /** What ran on clusters when they last answered. */
  readonly lastSeen: LastSeen;
  /** The target of a cluster, opened once. */
  readonly open: (cluster: { readonly name: string; readonly context?: string }) => Promise<Target>;
  /** Closes every target that was opened. */
  readonly close: () => Promise<void>;
}

export interface WorldContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** The real world of a project at `root`, over this process. */
export function realWorld(root: string, context: WorldContext, project: string = basename(root)): World {
  const open = new Map<string, Promise<Target>>();
  const world: World = {
    root,
    project: projectName(project),
    clock: context.now,
    now: () => new Date(),
    sleep: async (milliseconds, signal) => {
      await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    },
    every: (milliseconds, run) => {
      const timer = setInterval(run, milliseconds).unref();
      return () => clearInterval(timer);
    },
    signal: context.signal,
    holder: { host: hostname(), machine: machine(), pid: process.pid, user: userName() },
    isGone: (holder) => holder.machine === machine() && holder.host === hostname() && !isAlive(holder.pid),
    kubeconfig: kubeconfigFiles(context.env),
    lastSeen: lastSeenIn(root),
    open: (cluster) => {
      const key = `${cluster.name}\0${cluster.context ?? ""}`;
      const target = open.get(key) ?? openTarget(world, cluster);
      open.set(key, target);
      return target;
    },
    close: async () => {
      const targets = [...open.values()];
      open.clear();
      await Promise.all(targets.map(async (target) => (await target).close()));
    },
  };
  return world;
}

async function openTarget(
  world: World,
  cluster: { readonly name: string; readonly context?: string },
): Promise<Target> {
  if (cluster.context === undefined) return directoryTarget(world, cluster.name);
  // The Kubernetes client costs more time to load than everything else together, so only a cluster with a context does.
  const { kubernetesTarget } = await import("./targets/kubernetes.ts");
  return kubernetesTarget(world, cluster.name, cluster.context);
}

function kubeconfigFiles(env: WorldContext["env"]): string[] {
  const named = env["KUBECONFIG"];
  if (named !== undefined && named !== "")
    return named.split(process.platform === "win32" ? ";" : ":").filter((file) => file !== "");
  const home = env["HOME"] ?? env["USERPROFILE"];
  return home === undefined ? [] : [`${home}/.kube/config`];
}

/** A name that Kubernetes takes as part of an object's name. */
function projectName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return name === "" ? "project" : name;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a user id without a name, as in many containers
  }
}

/** The kernel's own name for this start of the machine; where there is none, no two machines count as the same. */
function machine(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return `unknown-${process.pid}-${hostname()}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
