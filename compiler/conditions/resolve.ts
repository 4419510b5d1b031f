// A written condition → its words resolved against the fleet. What a word means is asked of the vocabulary; what it does not mean is said.
// It must not know runs, forbids or groups: they all speak the same conditions.
import type { Condition, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import { isFullName } from "../fleet/resources.ts";
import type { ConditionIr } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import { readAmount } from "../quantity.ts";
import type { Say } from "../reading/words.ts";
import { comparesAs } from "./compare.ts";
import { sayUnknownKey, sayUnknownValue, sayUnknownWord } from "./unknown.ts";
import { valuesOf } from "./vocabulary.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface ConditionContext {
  readonly vocabulary: Vocabulary;
  readonly suggest: Suggest;
  readonly say: Say;
}

type Compare = Extract<Condition, { kind: "compare" }>;
type In = Extract<Condition, { kind: "in" }>;
type Span = Condition["span"];

/** An atom with a mistake stands for nothing: the diagnostic is an error, so no plan is made of it. */
const NOTHING: ConditionIr = { kind: "always" };

/** The condition in the IR's terms. A word that clusters and node pools both say becomes either of the two. */
export function resolveCondition(condition: Condition, context: ConditionContext): ConditionIr {
  switch (condition.kind) {
    case "and":
    case "or":
      return {
        kind: condition.kind,
        operands: condition.operands.map((o) => resolveCondition(o, context)),
        span: condition.span,
      };
    case "not":
      return { kind: "not", operand: resolveCondition(condition.operand, context), span: condition.span };
    case "has":
      return resolveWord(condition.key, context);
    case "compare":
      return resolveCompare(condition, context);
    case "in":
      return resolveIn(condition, context);
  }
}

/** The Kubernetes name of a word that is a resource in this fleet, or in any. */
export function resourceOf(text: string, v: Vocabulary): string | undefined {
  if (Object.hasOwn(v.resourceNames, text)) return v.resourceNames[text];
  if (v.resources.has(text) || Object.values(v.resourceNames).includes(text)) return text;
  return isFullName(text) && !text.includes("/") ? text : undefined;
}

function resolveWord(key: Word, { vocabulary: v, suggest, say }: ConditionContext): ConditionIr {
  const { text, span } = key;
  const resource = resourceOf(text, v);
  const onNodes = v.nodeFeatures.has(text) || Object.hasOwn(v.featureLabels, text);
  const isFeature = v.clusterFeatures.has(text) || onNodes;
  if (resource !== undefined) {
    if (isFeature) say(diagnose["word-means-two-things"](span, [text, "a feature"]));
    if (["cpu", "memory", "storage", "ephemeral-storage", "pods"].includes(resource)) {
      say(diagnose["how-much"](span, [text]));
      return NOTHING;
    }
    return { kind: "resource", resource, operator: ">=", amount: 1, span };
  }
  if (isFeature) {
    const label = (Object.hasOwn(v.featureLabels, text) ? v.featureLabels[text] : undefined) ?? {
      key: `placet.dev/${text}`,
      value: "true",
    };
    return onLevels(v.clusterFeatures.has(text), onNodes, span, (level) =>
      level === "cluster"
        ? { kind: "feature", level, name: text, span }
        : { kind: "feature", level, name: text, nodeLabel: label, span },
    );
  }
  const values = valuesOf(v, text);
  if (values.length > 0 && values.every((value) => value === "true" || value === "false")) {
    return onLevels(v.clusterLabels.has(text), v.nodeLabels.has(text), span, (level) => ({
      kind: "label",
      level,
      key: text,
      operator: "=",
      value: "true",
      comparesAs: "text",
      span,
    }));
  }
  sayUnknownWord(key, v, suggest, say);
  return NOTHING;
}

function resolveCompare(
  { key, operator, value, span }: Compare,
  { vocabulary: v, suggest, say }: ConditionContext,
): ConditionIr {
  const resource = resourceOf(key.text, v);
  const isLabel = v.clusterLabels.has(key.text) || v.nodeLabels.has(key.text);
  if (resource !== undefined) {
    if (isLabel) say(diagnose["word-means-two-things"](key.span, [key.text, "a label"]));
    const amount = readAmount(resource, value.text);
    if (amount.ok) return { kind: "resource", resource, operator, amount: amount.value, span };
    say(diagnose["bad-amount"](value.span, [key.text, value.text, amount.problem]));
    return NOTHING;
  }
  if (!isLabel) {
    sayUnknownKey(key, v, suggest, say);
    return NOTHING;
  }
  const values = valuesOf(v, key.text);
  const as = comparesAs(key.text, [...values, value.text]);
  const ordered = operator !== "=" && operator !== "!=";
  if (ordered && as === "text") {
    say(diagnose["no-order"](key.span, [key.text, [...new Set([...values, value.text])]]));
    return NOTHING;
  }
  if (!ordered && as === "text" && !values.includes(value.text)) sayUnknownValue(key, value, values, suggest, say);
  return onLevels(v.clusterLabels.has(key.text), v.nodeLabels.has(key.text), span, (level) => ({
    kind: "label",
    level,
    key: key.text,
    operator,
    value: value.text,
    comparesAs: as,
    span,
  }));
}

function resolveIn({ key, values, negated, span }: In, { vocabulary: v, suggest, say }: ConditionContext): ConditionIr {
  if (resourceOf(key.text, v) !== undefined) {
    say(diagnose["resource-in-set"](key.span, [key.text]));
    return NOTHING;
  }
  const [cluster, node] = [v.clusterLabels.has(key.text), v.nodeLabels.has(key.text)];
  if (!cluster && !node) {
    sayUnknownKey(key, v, suggest, say);
    return NOTHING;
  }
  const known = valuesOf(v, key.text);
  const texts = [...new Set(values.map((w) => w.text))].sort();
  for (const word of values) if (!known.includes(word.text)) sayUnknownValue(key, word, known, suggest, say);
  if (!negated)
    return onLevels(cluster, node, span, (level) => ({ kind: "label-in", level, key: key.text, values: texts, span }));
  // `not in` is false for a label that is not there, as `!=` is; so it is a row of `!=` and not the negation of `in`.
  return onLevels(cluster, node, span, (level) =>
    all(
      texts.map((value) => ({ kind: "label", level, key: key.text, operator: "!=", value, comparesAs: "text", span })),
      span,
    ),
  );
}

const all = (operands: readonly ConditionIr[], span: Span): ConditionIr =>
  operands.length === 1 && operands[0] !== undefined ? operands[0] : { kind: "and", operands, span };

/** An atom on the level where the word is said; where both say it, on either (no cluster says it on both, a rule holds that). */
function onLevels(
  cluster: boolean,
  node: boolean,
  span: Span,
  atom: (level: "cluster" | "node") => ConditionIr,
): ConditionIr {
  if (cluster && node) return { kind: "or", operands: [atom("cluster"), atom("node")], span };
  return atom(cluster ? "cluster" : "node");
}
