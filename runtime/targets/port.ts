// The port behind which every place lies that a cluster's objects are sent to. One conformance suite runs against all of them.
// It must not know plans: it reads, compares, writes and deletes single objects, and keeps an inventory and a lock.
import type { KubernetesObject } from "../../compiler/index.ts";
import type { Inventory, InventoryEntry, ObjectRef } from "../inventory.ts";

export interface Live {
  readonly ref: ObjectRef;
  readonly object: KubernetesObject;
  /** Absent where objects have none (files). */
  readonly uid?: string;
  readonly resourceVersion: string;
}

export interface Reached {
  /** What tells this cluster from every other: the uid of its kube-system namespace. Absent for a directory. */
  readonly identity?: string;
  /** `v1.36.3`; absent for a directory. */
  readonly version?: string;
}

export interface StoredInventory {
  /** Undefined when there is none. */
  readonly inventory: Inventory | undefined;
  /** Opaque; changes with every write; `none` when there is none. */
  readonly version: string;
  /** Found by their marks when the inventory was lost; else empty. */
  readonly recovered: readonly Live[];
}

/** What writing an object would do. */
export type Preview =
  | { readonly kind: "create" }
  /** Can not be told before its namespace or its kind is there. */
  | { readonly kind: "deferred"; readonly missing: "namespace" | "kind" }
  | { readonly kind: "same"; readonly live: Live }
  | { readonly kind: "update"; readonly live: Live; readonly after: KubernetesObject; readonly adopts: boolean }
  /** A field that can not change in place: the object has to go and come again. */
  | { readonly kind: "replace"; readonly live: Live; readonly after: KubernetesObject; readonly path: string };

/** What must be true for a write to happen. */
export type Expected =
  { readonly kind: "absent" } | { readonly kind: "present"; readonly uid?: string; readonly adopts: boolean };

export type Removal =
  | { readonly kind: "gone" }
  /** Accepted, but something (a finalizer) holds it. */
  | { readonly kind: "going"; readonly held: readonly string[] }
  /** Kept, because it is not ours any more, or others live in it. */
  | { readonly kind: "kept"; readonly reason: string };

export interface LockHolder {
  readonly host: string;
  /** Tells a machine, as long as it runs, from every other that may have the same name. */
  readonly machine: string;
  readonly pid: number;
  readonly user: string;
  readonly since: string;
}

export interface Lock {
  /** Aborted when the lock was lost: no further write may begin. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export type LockResult =
  { readonly kind: "held"; readonly lock: Lock } | { readonly kind: "busy"; readonly holder: LockHolder | undefined };

/**
 * One cluster's target, for one project. Every method rejects with a `Refusal` and nothing else, within a bounded time. `known` is what
 * the inventory says of an object; it decides, with the marks on the object itself, whether the object is ours.
 */
export interface Target {
  readonly cluster: string;
  readonly kind: "directory" | "kubernetes";
  /** Whether objects have a life of their own after the write, so that there is a readiness to wait for. */
  readonly runs: boolean;
  reach(): Promise<Reached>;
  readInventory(): Promise<StoredInventory>;
  /** Compare and swap: refused as `moved` when the stored version is not `expected`. `undefined` removes it. Gives the new version. */
  writeInventory(inventory: Inventory | undefined, expected: string): Promise<string>;
  /** The live objects among `known`, and whatever else of `kinds` carries our mark. What can not be read is in `unread`. */
  readOurs(
    known: readonly InventoryEntry[],
    kinds: readonly Pick<ObjectRef, "apiVersion" | "kind">[],
  ): Promise<{ readonly live: readonly Live[]; readonly unread: readonly string[] }>;
  /** One live object, whoever owns it; undefined when it is not there. */
  read(ref: ObjectRef): Promise<Live | undefined>;
  /** Says what `write` would do, and refuses what it would refuse. */
  preview(
    object: KubernetesObject,
    ref: ObjectRef,
    known: InventoryEntry | undefined,
    options: PreviewOptions,
  ): Promise<Preview>;
  write(object: KubernetesObject, ref: ObjectRef, expected: Expected, options: WriteOptions): Promise<Live>;
  /**
   * Deletes the object that `entry` names, if it is still that one and still ours. `withPods`: it is there until everything that it owns is gone.
   */
  remove(entry: InventoryEntry, options?: { readonly withPods: boolean }): Promise<Removal>;
  /** Pods that a workload asks for and that have no node yet; 0 where objects have no life of their own. */
  unscheduled(object: KubernetesObject, ref: ObjectRef): Promise<number>;
  /** Takes our marks off, and leaves the object to whoever has it. */
  release(entry: InventoryEntry): Promise<void>;
  /** Waits up to so many milliseconds for whoever holds the lock. */
  lock(milliseconds: number): Promise<LockResult>;
  /** Who wants to know when a request is made again after a pause, and why; the last one who asks is told. */
  onRetry(tell: (reason: string, milliseconds: number) => void): void;
  close(): Promise<void>;
}

export interface WriteOptions {
  /** An autoscaler of the plan sets this object's replicas: where it has done so, its count stays. */
  readonly autoscaled: boolean;
}

export interface PreviewOptions extends WriteOptions {
  /** Take over what exists and is not ours. */
  readonly adopt: boolean;
  /** The live object as it was read a moment ago; else it is read. */
  readonly live?: Live;
}
