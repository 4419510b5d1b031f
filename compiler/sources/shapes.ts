// Fields of an object that are read to know what it belongs to and have another shape than Kubernetes gives them: errors, since
// what belongs together would not be found. It must not know how what is read is used.
import type { Diagnostic } from "../../grammar/index.ts";
import { identityOf, showObject } from "../objects.ts";
import type { FoundObject } from "./app-objects.ts";
import { followsOf, selectingOf } from "./attachments.ts";
import { readAutoscaler } from "./autoscaler.ts";
import { say } from "./diagnostics.ts";
import { limitDefaults } from "./pod-demand.ts";
import { referencesOf } from "./references.ts";
import { at, showPath, viewOf } from "./view.ts";
import type { Problem } from "./view.ts";

/** What is wrong in the fields of `found` that this folder reads; `known` was found already by reading its pods. Each once. */
export function shapeDiagnostics(found: FoundObject, known: readonly Problem[]): readonly Diagnostic[] {
  const problems: Problem[] = [...known];
  const { namespace } = identityOf(found.app.key);
  selectingOf(found.app, problems);
  followsOf(found.app, problems);
  referencesOf(found.object, namespace, problems);
  readAutoscaler([found.app], problems);
  if (found.app.key.startsWith("v1/LimitRange/")) limitDefaults([at(viewOf(found.object, problems), "spec")]);
  const seen = new Set<string>();
  return problems.flatMap(({ path, problem }) => {
    const field = showPath(path);
    if (seen.has(`${field} ${problem}`)) return [];
    seen.add(`${field} ${problem}`);
    return [say["bad-field"](found.source.place(path), [showObject(found.object), field, problem])];
  });
}
