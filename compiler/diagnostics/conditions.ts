// What is said about conditions: words that mean nothing in this fleet, comparisons that can not be made. It must not know runs.
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { some } from "./names.ts";

export const conditions = {
  "unknown-word": {
    severity: "error",
    what: "A bare word of a condition is no feature, resource or group of the fleet.",
    why: "It is false everywhere, so the condition would forbid every place (or, after `not`, none).",
    todo: "Correct the word, or give the feature to the clusters or nodes that have it.",
    message: (word: string) => `no cluster has \`${word}\``,
  },
  "unknown-label": {
    severity: "error",
    what: "A condition compares a label that no cluster and no node pool has.",
    why: "A comparison with a label that is not there is false, so it would never hold.",
    todo: "Correct the key, or add the label to the clusters.",
    message: (key: string) => `no cluster and no node pool has a label \`${key}\``,
  },
  "unknown-value": {
    severity: "warning",
    what: "A condition compares a label with a value that no cluster has.",
    why: "The comparison has the same answer everywhere; often the value is misspelt.",
    todo: "Correct the value; if clusters with it come later, the warning goes then.",
    message: (key: string, value: string, values: readonly string[]) =>
      `no cluster has \`${key} = ${value}\`; there ${values.length === 1 ? "is" : "are"} ${some(values)}`,
  },
  "label-as-word": {
    severity: "error",
    what: "A label stands alone in a condition.",
    why: "A label has a value, and the condition does not say which.",
    todo: "Compare it: `KEY = VALUE`, or `KEY in (A, B)`.",
    message: (key: string) => `\`${key}\` is a label: a condition compares it with a value`,
  },
  "feature-compared": {
    severity: "error",
    what: "A feature or property without a value is compared with one.",
    why: "A feature is there or not; it has no value.",
    todo: "Write the bare word, or `not WORD`.",
    message: (word: string) => `\`${word}\` is a feature, there or not: it can not be compared`,
  },
  "word-means-two-things": {
    severity: "error",
    what: "A word of a condition is both a resource and a feature or label of the fleet.",
    why: "The condition could mean either.",
    todo: "Rename the feature or label, or use the full name of the resource.",
    message: (word: string, other: string) => `\`${word}\` is a resource of nodes and also ${other}`,
  },
  "no-order": {
    severity: "error",
    what: "`<`, `<=`, `>` or `>=` compares a label whose values are neither numbers nor versions.",
    why: "Text has no order that people agree on.",
    todo: "Compare with `=`, `!=` or `in`, or give the label numbers or versions as values.",
    message: (key: string, values: readonly string[]) => `\`${key}\` has no order: its values are ${some(values)}`,
  },
  "resource-in-set": {
    severity: "error",
    what: "`in (…)` is asked of a resource.",
    why: "A resource is an amount; it is compared, not looked up.",
    todo: "Write `RESOURCE >= AMOUNT`.",
    message: (word: string) => `\`${word}\` is a resource: compare it, as in \`${word} >= 8\``,
  },
  "how-much": {
    severity: "error",
    what: "A resource that every node has stands alone in a condition.",
    why: "One byte or one thousandth of it is on every node, so it would always be true.",
    todo: "Say how much: `memory >= 4Gi`.",
    message: (word: string) => `\`${word}\` is on every node: say how much, as in \`${word} >= 4Gi\``,
  },
  "pools-alike": {
    severity: "error",
    what: "A condition tells node pools of one cluster apart that have the same node labels.",
    why: "The pod's node affinity could not keep it off the wrong nodes, so the condition would not hold.",
    todo: "Give one of the pools a label or feature that its nodes really have.",
    message: (cluster: string, yes: string, no: string) =>
      `the nodes \`${yes}\` of \`${cluster}\` are wanted and \`${no}\` are not, and no node label tells them apart`,
  },
  "unknown-property": {
    severity: "warning",
    what: "`accepts` asks for a property that no workload has.",
    why: "It is false for every workload, so the cluster would accept none (or, after `not`, all).",
    todo: "Correct the word, or give the workloads that property.",
    message: (word: string) => `no workload has \`${word}\``,
  },
  "condition-is-group": {
    severity: "error",
    what: "A condition uses a cluster or a group as a word.",
    why: "Conditions ask for labels, features and resources; places are named with `on`.",
    todo: "Say `on NAME`.",
    message: (word: string, kind: string) =>
      `\`${word}\` is a ${kind}, which is named with \`on\` and not in a condition`,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
