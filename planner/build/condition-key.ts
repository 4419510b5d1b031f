// When two conditions say the same. It must not know what they mean.
import type { ConditionIr } from "../../compiler/index.ts";

const keys = new WeakMap<ConditionIr, string>();

/** The condition without its spans, as a key. A condition is immutable and asked about often, so its key is made once. */
export function conditionKey(condition: ConditionIr): string {
  let key = keys.get(condition);
  if (key === undefined)
    keys.set(
      condition,
      (key = JSON.stringify(condition, (name, value: unknown) => (name === "span" ? undefined : value))),
    );
  return key;
}
