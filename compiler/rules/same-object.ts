// One object in two apps must be identical: both would write it.
import type { Diagnostic } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { App, AppObject } from "../ir.ts";
import { showKey } from "../objects.ts";
import type { Checked } from "./rule.ts";

export function* sameObject({ ir }: Checked): Generator<Diagnostic> {
  if (ir.apps.length < 2) return;
  const first = new Map<string, readonly [App, AppObject]>();
  for (const app of ir.apps) {
    for (const object of app.objects) {
      const before = first.get(object.key);
      if (before === undefined) first.set(object.key, [app, object]);
      else if (canonical(before[1].object) !== canonical(object.object)) {
        const related = [{ message: `in \`${before[0].name}\``, span: before[1].origin.span }];
        yield diagnose["object-differs"](object.origin.span, [showKey(object.key), before[0].name, app.name], {
          related,
        });
      }
    }
  }
}

/** The order of keys is no difference. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) =>
    typeof v === "object" && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
      : v,
  );
