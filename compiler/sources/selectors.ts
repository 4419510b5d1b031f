// Label selectors: read from manifests into requirements, and matched against labels. It must not know who selects what.
import type { Requirement, Selector } from "../ir.ts";
import { absent, at, entries, items, text, texts, textMap } from "./view.ts";
import type { View } from "./view.ts";

/** Selects nothing: no label can be in an empty set. */
export const NOTHING: Selector = [{ key: "placet.dev/nothing", operator: "In", values: [] }];

type Labels = Readonly<Record<string, string>>;

/** `{ app: amf }` as requirements. */
export const fromLabels = (labels: Labels): Selector =>
  Object.entries(labels).map(([key, value]) => ({ key, operator: "In", values: [value] }));

const OPERATORS: readonly Requirement["operator"][] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/** `matchExpressions` of a selector or a node affinity term. */
export function readExpressions(view: View): Selector {
  return items(view).flatMap((item): Selector => {
    const key = text(at(item, "key"));
    const written = at(item, "operator");
    const operator = OPERATORS.find((o) => o === written.value);
    if (key === undefined || operator === undefined) {
      if (operator === undefined)
        written.problems.push({ path: written.path, problem: `must be one of ${OPERATORS.join(", ")}` });
      else item.problems.push({ path: item.path, problem: "has no `key`" });
      return NOTHING;
    }
    return [{ key, operator, values: texts(at(item, "values")) }];
  });
}

/**
 * A `labelSelector` (matchLabels and matchExpressions). Absent means nothing in pod affinity and spread constraints, and so it does here;
 * empty (`{}`) selects everything.
 */
export function readSelector(view: View): Selector {
  if (absent(view)) return NOTHING;
  return [...fromLabels(textMap(at(view, "matchLabels"))), ...readExpressions(at(view, "matchExpressions"))];
}

/** A Service's selector: a plain mapping, and without entries it selects no pod. */
export const readServiceSelector = (view: View): Selector =>
  entries(view).length === 0 ? NOTHING : fromLabels(textMap(view));

/** Kubernetes' meaning of one requirement; `NotIn` and `DoesNotExist` hold for labels that are absent. */
function holds(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "In":
      return value !== undefined && requirement.values.includes(value);
    case "NotIn":
      return value === undefined || !requirement.values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const [bound] = requirement.values;
      if (value === undefined || bound === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(bound)) return false;
      return requirement.operator === "Gt" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    }
  }
}

/** Whether labels satisfy every requirement. Source: apimachinery's `labels.Requirement.Matches`. */
export const matches = (selector: Selector, labels: Labels): boolean =>
  selector.every((requirement) => holds(requirement, labels));
