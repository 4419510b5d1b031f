// Which objects of a rendered chart are Helm's own business. It must not know charts or how they are rendered.
// Source: https://helm.sh/docs/topics/charts_hooks/
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import { showObject } from "../objects.ts";
import { say } from "./diagnostics.ts";
import type { SourceObject } from "./source-object.ts";

const isTest = (hook: string): boolean => hook.startsWith("test");
const CREATING: readonly string[] = ["pre-install", "post-install", "pre-upgrade", "post-upgrade", "crd-install"];

/** The hooks that an object names; none when it is an ordinary one. */
function hooksOf(source: SourceObject): readonly string[] {
  const value = source.object.metadata.annotations?.["helm.sh/hook"];
  return typeof value === "string"
    ? value
        .split(",")
        .map((hook) => hook.trim())
        .filter((hook) => hook !== "")
    : [];
}

/**
 * Leaves out tests, and hooks for deleting and rolling back, which would do harm as ordinary objects. Hooks of installing and
 * upgrading stay as ordinary objects: what they create is needed, and an app without them would not start.
 */
export function withoutHooks(objects: readonly SourceObject[]): Phase<readonly SourceObject[]> {
  const diagnostics: Diagnostic[] = [];
  const tests: SourceObject[] = [];
  const kept: SourceObject[] = [];
  for (const source of objects) {
    const hooks = hooksOf(source);
    const shown = [showObject(source.object), hooks.join(",")] as const;
    if (hooks.length === 0) kept.push(source);
    else if (hooks.some((hook) => CREATING.includes(hook))) {
      kept.push(source);
      diagnostics.push(say["helm-hook-kept"](source.span, [...shown]));
    } else if (hooks.every(isTest)) tests.push(source);
    else diagnostics.push(say["helm-hook-left-out"](source.span, [...shown]));
  }
  const [first] = tests;
  if (first !== undefined) {
    const names = tests.map((test) => `\`${showObject(test.object)}\``);
    const listed = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
    diagnostics.push(say["helm-tests-left-out"](first.span, [tests.length, listed]));
  }
  return { value: kept, diagnostics };
}
