// Whether objects of several apps that would be one object in a cluster are the same. It must not know where anything runs.
import { showKey } from "../../compiler/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import type { Offer } from "./base.ts";
import { actionDiagnostics } from "./diagnostics.ts";
import { isMap } from "./edit.ts";

/** Asks of each pair once, and collects what it finds. */
export function sameObjects() {
  const diagnostics: Diagnostic[] = [];
  const asked = new Set<string>();
  return {
    diagnostics,
    check(kept: Offer, other: Offer, cluster: string): void {
      const pair = `${kept.rank} ${other.rank}`;
      if (asked.has(pair)) return;
      asked.add(pair);
      const path = differenceOf(kept.object, other.object, "");
      if (path === undefined) return;
      diagnostics.push(
        actionDiagnostics.make["object-differs"](
          other.from.origin.span,
          [showKey(other.from.key), kept.app.name, other.app.name, path, cluster],
          { related: [{ message: `the other one, of app \`${kept.app.name}\``, span: kept.from.origin.span }] },
        ),
      );
    },
  };
}

/** The path of the first difference, as a JSON pointer; undefined when both say the same (the order of keys does not matter). */
function differenceOf(a: unknown, b: unknown, path: string): string | undefined {
  if (a === b) return undefined;
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return path || "/";
    for (let i = 0; i < a.length; i++) {
      const found = differenceOf(a[i], b[i], `${path}/${i}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isMap(a) && isMap(b)) {
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      const found = differenceOf(a[key], b[key], `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return path || "/";
}
