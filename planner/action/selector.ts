// Label selectors: reading Kubernetes' form, and what they match. It must not know what is selected.
import type { Requirement } from "../../compiler/index.ts";
import { isMap, listAt, mapAt } from "./edit.ts";

/** The requirements of a label selector (`matchLabels` and `matchExpressions`); an empty one selects everything. */
export function readSelector(selector: unknown): readonly Requirement[] {
  if (!isMap(selector)) return [];
  const labels = Object.entries(mapAt(selector, ["matchLabels"])).map(([key, value]): Requirement => ({
    key,
    operator: "In",
    values: [String(value)],
  }));
  const expressions = listAt(selector, ["matchExpressions"]).map((expression): Requirement => {
    const values = expression["values"];
    return {
      key: String(expression["key"]),
      operator: expression["operator"] as Requirement["operator"],
      values: Array.isArray(values) ? values.map(String) : [],
    };
  });
  return [...labels, ...expressions];
}

/** Whether labels satisfy every requirement of a label selector. */
export function matches(selector: readonly Requirement[], labels: Readonly<Record<string, string>>): boolean {
  return selector.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === "In") return value !== undefined && values.includes(value);
    if (operator === "NotIn") return value === undefined || !values.includes(value);
    return operator === "Exists" ? value !== undefined : operator === "DoesNotExist" && value === undefined;
  });
}
