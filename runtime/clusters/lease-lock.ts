// The lock of one project on one cluster: a Lease. It must not know what it protects.
import { randomUUID } from "node:crypto";
import type { KubernetesObject } from "../../compiler/index.ts";
import type { Lock, LockHolder, LockResult } from "../targets/port.ts";
import { Refusal } from "../targets/refusal.ts";
import type { World } from "../world.ts";
import type { ClusterClient } from "./client.ts";
import type { ApiResource } from "./discovery.ts";
import { homeNamespace, type Marks } from "./marks.ts";

const leases: ApiResource = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
  verbs: [],
};

/** The holder renews this often; who sees a Lease unchanged for its whole duration, on its own clock, may take it over. */
const renewMilliseconds = 5_000;
const durationSeconds = 20;
const pollMilliseconds = 500;
const releaseMilliseconds = 3_000;

const holderAnnotation = "placet.dev/holder";

type LeaseWorld = Pick<World, "clock" | "now" | "sleep" | "every" | "holder" | "isGone">;

/**
 * Takes the Lease, waiting up to `milliseconds`. No clock of another machine is believed: a holder counts as dead when its Lease did not change for
 * its duration as measured here, or when it ran on this very machine and its process is gone.
 */
export async function leaseLock(
  world: LeaseWorld,
  client: ClusterClient,
  marks: Marks,
  milliseconds: number,
): Promise<LockResult> {
  const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: homeNamespace, name: marks.name };
  const identity = `${world.holder.user}@${world.holder.host}:${world.holder.pid}:${randomUUID()}`;
  const deadline = world.clock() + milliseconds;
  let seen: { readonly version: string; readonly at: number } | undefined;
  for (;;) {
    const found = await client.get(leases, ref);
    if (found === undefined || isFree(found, world, seen) || specOf(found)["holderIdentity"] === identity) {
      const taken = await take(client, ref, leaseOf(world, marks, identity, found), found);
      if (taken !== undefined) return { kind: "held", lock: hold(world, client, ref, taken, identity) };
      continue;
    }
    const version = versionOf(found);
    if (seen?.version !== version) seen = { version, at: world.clock() };
    if (world.clock() >= deadline) return { kind: "busy", holder: holderOf(found) };
    await world.sleep(Math.min(pollMilliseconds, Math.max(1, deadline - world.clock())));
  }
}

type Ref = { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string };

const specOf = (lease: KubernetesObject): Readonly<Record<string, unknown>> =>
  (lease["spec"] as Record<string, unknown> | undefined) ?? {};
const versionOf = (lease: KubernetesObject): string =>
  `${String(lease.metadata["uid"])}/${String(lease.metadata["resourceVersion"])}`;

function isFree(
  lease: KubernetesObject,
  world: LeaseWorld,
  seen: { readonly version: string; readonly at: number } | undefined,
): boolean {
  if ((specOf(lease)["holderIdentity"] ?? "") === "") return true;
  const holder = holderOf(lease);
  if (holder !== undefined && world.isGone(holder)) return true;
  const duration = Number(specOf(lease)["leaseDurationSeconds"] ?? durationSeconds) * 1000;
  return seen?.version === versionOf(lease) && world.clock() - seen.at >= duration;
}

function holderOf(lease: KubernetesObject): LockHolder | undefined {
  try {
    const holder = JSON.parse(lease.metadata.annotations?.[holderAnnotation] ?? "") as LockHolder;
    return typeof holder.host === "string" && typeof holder.pid === "number" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function leaseOf(
  world: LeaseWorld,
  marks: Marks,
  identity: string,
  found: KubernetesObject | undefined,
): KubernetesObject {
  const now = world.now().toISOString();
  const version =
    found === undefined ? {} : { uid: found.metadata["uid"], resourceVersion: found.metadata["resourceVersion"] };
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: marks.name,
      namespace: homeNamespace,
      ...version,
      annotations: { [holderAnnotation]: JSON.stringify({ ...world.holder, since: now } satisfies LockHolder) },
    },
    spec: {
      holderIdentity: identity,
      leaseDurationSeconds: durationSeconds,
      acquireTime: micro(now),
      renewTime: micro(now),
    },
  };
}

/** Lease times are MicroTime: six digits. */
const micro = (iso: string): string => iso.replace("Z", "000Z");

/** Undefined when somebody else was faster. */
async function take(
  client: ClusterClient,
  ref: Ref,
  lease: KubernetesObject,
  found: KubernetesObject | undefined,
): Promise<KubernetesObject | undefined> {
  try {
    return found === undefined
      ? await client.create(leases, homeNamespace, lease)
      : await client.replace(leases, ref, lease);
  } catch (error) {
    if (error instanceof Refusal && ["moved", "foreign", "absent"].includes(error.kind)) return undefined;
    throw error;
  }
}

function hold(world: LeaseWorld, client: ClusterClient, ref: Ref, taken: KubernetesObject, identity: string): Lock {
  const lost = new AbortController();
  let current = taken;
  let renewedAt = world.clock();
  let renewing: Promise<void> | undefined;
  const renew = async (): Promise<void> => {
    try {
      const spec = { ...specOf(current), renewTime: micro(world.now().toISOString()) };
      current = await client.replace(leases, ref, { ...current, spec });
      renewedAt = world.clock();
    } catch (error) {
      // The answer to a renewal of ours may have been lost; then the Lease is still ours, with a newer version.
      const found =
        error instanceof Refusal && error.kind === "moved"
          ? await client.get(leases, ref).catch(() => undefined)
          : undefined;
      if (found !== undefined && specOf(found)["holderIdentity"] === identity) current = found;
      else if (error instanceof Refusal && ["moved", "absent"].includes(error.kind))
        lost.abort("somebody else took the lock");
      else if (world.clock() - renewedAt > durationSeconds * 1000) lost.abort("the lock could not be renewed");
    }
  };
  const stop = world.every(renewMilliseconds, () => {
    renewing ??= renew().finally(() => (renewing = undefined));
  });
  return {
    lost: lost.signal,
    release: async () => {
      stop();
      if (renewing !== undefined) await Promise.race([renewing, world.sleep(releaseMilliseconds)]);
      if (lost.signal.aborted) return;
      // Whoever waits for an apply to end does not wait long for a server that is gone: the Lease runs out by itself.
      const { uid, resourceVersion } = current.metadata;
      const version = { uid: String(uid), resourceVersion: String(resourceVersion) };
      await client.remove(leases, ref, version, "Background", releaseMilliseconds);
    },
  };
}
