// Where a directory target keeps what, and how it reads and writes single files safely. It must not know inventories or plans.
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join, sep } from "node:path";
import { parseDocument, stringify } from "yaml";
import type { KubernetesObject } from "../../compiler/index.ts";
import { groupKind } from "../../planner/index.ts";
import type { ObjectRef } from "../inventory.ts";
import { Refusal } from "./refusal.ts";

/** Where cluster `name` is kept, below the project's root. GitOps tools read it: only objects end in `.yaml`. */
export const clusterDirectory = (root: string, name: string): string =>
  join(root, ".placet", "clusters", fileName(name));

/** `core5g/deployment.apps_amf.yaml`; what is cluster-scoped lies in `_cluster`, which no namespace can be called. */
export function objectFile(ref: ObjectRef): string {
  const directory = ref.namespace === "" ? "_cluster" : fileName(ref.namespace);
  const [kind = "", ...group] = groupKind(ref).split(".");
  return `${directory}/${fileName([kind.toLowerCase(), ...group].join("."))}_${fileName(ref.name)}.yaml`;
}

// Lower case, digits, dot and dash stand for themselves; so no two names meet on a file system that ignores case, and none leaves its folder.
function fileName(name: string): string {
  const safe = name.replaceAll(/[^a-z0-9.-]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  const escaped = /^\.+$/.test(safe) ? safe.replaceAll(".", "%2e") : safe;
  if (escaped.length <= 150) return escaped;
  return `${escaped.slice(0, 130)}-${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;
}

/** YAML that a YAML 1.1 reader (kubectl, Flux, Argo CD) and a 1.2 reader understand alike: `"yes"`, `"012"` keep their quotes. */
export const objectText = (object: KubernetesObject): string =>
  stringify(object, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false, version: "1.2" });

/** The object in a file's text; undefined when it is not one object. */
export function objectOf(text: string): KubernetesObject | undefined {
  const document = parseDocument(text, { logLevel: "silent" });
  if (document.errors.length > 0) return undefined;
  const value: unknown = safely(() => document.toJS({ maxAliasCount: 100 }));
  if (typeof value !== "object" || value === null) return undefined;
  const { apiVersion, kind, metadata } = value as Record<string, unknown>;
  const named =
    typeof metadata === "object" && metadata !== null && typeof (metadata as { name?: unknown }).name === "string";
  return typeof apiVersion === "string" && typeof kind === "string" && named ? (value as KubernetesObject) : undefined;
}

function safely<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined; // an alias bomb
  }
}

export const versionOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** The text of a file; undefined when there is none. A symbolic link counts as what others put there, and is not followed. */
export function readText(path: string): string | undefined {
  return io(path, () => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    if (!found.isFile()) return "";
    return readFileSync(path, "utf8");
  });
}

/** Writes a file whole or not at all: beside it first, then renamed over it. `durable` waits until the disk has it. */
export function writeText(root: string, path: string, text: string, durable = false): void {
  io(path, () => {
    const directory = dirname(path);
    mkdirSync(directory, { recursive: true });
    staysBelow(root, directory);
    const beside = `${path}.${process.pid}.new`;
    const file = openSync(beside, "w", 0o600);
    try {
      writeSync(file, text);
      if (durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  });
}

/** Removes a file, and its directory when nothing is left in it. */
export function removeFile(root: string, path: string): void {
  io(path, () => {
    if (!existsSync(dirname(path))) return;
    staysBelow(root, dirname(path));
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) unlinkSync(path);
    removeIfEmpty(dirname(path));
  });
}

export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // something else lives in it
  }
}

/** A directory of ours that is a symbolic link to elsewhere would let us write anywhere. */
export function staysBelow(root: string, directory: string): void {
  const real = realpathSync(directory);
  const top = realpathSync(root);
  if (real !== top && !real.startsWith(top.endsWith(sep) ? top : top + sep)) {
    throw new Refusal("io", `\`${directory}\` is a link that leaves the project`, {
      help: "remove the symbolic link; placet writes only below the project's root",
    });
  }
}

function io<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Refusal("io", `\`${path}\`: ${code === "ENOSPC" ? "the disk is full" : message}`);
  }
}
