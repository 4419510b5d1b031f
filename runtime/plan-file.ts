// Plans as files: written whole and for the owner only, without any Secret value; read back and verified. It must not know commands.
import { randomUUID, scryptSync } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import type { KubernetesObject } from "../compiler/index.ts";
import type { Diagnostic } from "../grammar/index.ts";
import type { Objects, Plan } from "../planner/index.ts";
import { runtimeDiagnostics } from "./diagnostics.ts";
import { canonicalJson, refKey, refOf } from "./inventory.ts";
import { isSecret, redactObject } from "./redact.ts";

const largestPlan = 512 * 1024 * 1024;

/**
 * The plan without any Secret value. One slow digest (scrypt, salted with the plan's inputs) over all of them together stays, so that what is
 * read again can be verified, while a guess would have to be right for every value at once. The same plan gives the same bytes.
 */
export function redactPlan(plan: Plan): Plan {
  if (plan.secrets !== undefined) return plan;
  const secrets = secretsOf(plan);
  const manifests = Object.fromEntries(
    Object.entries(plan.manifests).map(([cluster, objects]) => [cluster, objects.map(redactObject)]),
  );
  return { ...plan, manifests, ...(secrets.length === 0 ? {} : { secrets: slowDigest(secrets, plan.inputs) }) };
}

/**
 * The saved plan with the Secrets of `objects` (expanded again from what the plan's request names) put back. Refused when one of them is
 * missing or any value differs from what was planned.
 */
export function restoreSecrets(
  plan: Plan,
  objects: Objects,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostic: Diagnostic } {
  if (plan.secrets === undefined) return { ok: true, plan };
  const missing: string[] = [];
  const manifests = Object.fromEntries(
    Object.entries(plan.manifests).map(([cluster, planned]) => {
      const read = new Map((objects[cluster] ?? []).map(({ object }) => [refKey(refOf(object)), object]));
      return [
        cluster,
        planned.map((object) => {
          if (!isSecret(object)) return object;
          const found = read.get(refKey(refOf(object)));
          if (found === undefined) missing.push(`${object.metadata.name} for ${cluster}`);
          return found ?? object;
        }),
      ];
    }),
  );
  const refuse = (detail: string) => ({
    ok: false as const,
    diagnostic: runtimeDiagnostics.make["secrets-changed"](undefined, [detail]),
  });
  if (missing.length > 0) return refuse(`${missing.join(", ")} is no longer there`);
  const { secrets, ...whole } = { ...plan, manifests };
  if (slowDigest(secretsOf(whole), plan.inputs) !== secrets) return refuse("a value is not the one that was planned");
  return { ok: true, plan: whole };
}

function secretsOf(plan: Plan): unknown[] {
  return Object.entries(plan.manifests)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([cluster, objects]) =>
      objects
        .filter(isSecret)
        .map((object): [string, string, KubernetesObject] => [cluster, refKey(refOf(object)), object]),
    )
    .sort(([c1, k1], [c2, k2]) => (`${c1}\0${k1}` < `${c2}\0${k2}` ? -1 : 1));
}

const slowDigest = (secrets: readonly unknown[], salt: string): string =>
  `scrypt:${scryptSync(canonicalJson(secrets), salt, 32, { N: 16384, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }).toString("hex")}`;

/** Saves a plan for `placet apply FILE`: redacted, readable by its owner only, whole or not at all. `file` is relative to `cwd`. */
export async function writePlanFile(file: string, plan: Plan, cwd: string): Promise<void> {
  const path = resolve(cwd, file);
  const beside = `${path}.${randomUUID().slice(0, 8)}.new`;
  const handle = openSync(beside, "wx", 0o600);
  try {
    writeSync(handle, `${JSON.stringify(redactPlan(plan), null, 1)}\n`);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Reads a saved plan; says in one sentence why a file is none. */
export async function readPlanFile(
  file: string,
  cwd: string,
): Promise<{ readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostic: Diagnostic }> {
  const refuse = (problem: string) => ({
    ok: false as const,
    diagnostic: runtimeDiagnostics.make["plan-file"](undefined, [file, problem]),
  });
  try {
    const path = resolve(cwd, file);
    const found = statSync(path);
    if (!found.isFile()) return refuse("it is not a regular file");
    if (found.size > largestPlan) return refuse(`it has ${found.size} bytes; at most ${largestPlan}`);
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    const problem = planProblem(value);
    return problem === undefined ? { ok: true, plan: value as Plan } : refuse(problem);
  } catch (error) {
    if (error instanceof SyntaxError) return refuse("it is not JSON, or was cut off");
    return refuse(
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message,
    );
  }
}

function planProblem(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "it is not an object";
  const plan = value as Readonly<Record<string, unknown>>;
  if (plan["format"] !== "placet.plan/v1") {
    return `its format is \`${String(plan["format"])}\`; this version reads \`placet.plan/v1\``;
  }
  const lists = ["placements", "changes", "clusters"].find((name) => !Array.isArray(plan[name]));
  if (lists !== undefined) return `it has no \`${lists}\``;
  const records = ["manifests", "order", "request"].find(
    (name) => typeof plan[name] !== "object" || plan[name] === null,
  );
  if (records !== undefined) return `it has no \`${records}\``;
  if (typeof plan["inputs"] !== "string") return "it does not say what it was made from";
  const changes = plan["changes"] as readonly unknown[];
  const texts = ["cluster", "action", "apiVersion", "kind", "namespace", "name"];
  const broken = changes.findIndex(
    (c) =>
      typeof c !== "object" || c === null || texts.some((t) => typeof (c as Record<string, unknown>)[t] !== "string"),
  );
  return broken === -1 ? undefined : `change ${broken + 1} is incomplete`;
}
