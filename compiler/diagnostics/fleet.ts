// What is said about the fleet: clusters, pools, groups, links, settings, CSV. It must not know placement.
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { some, way } from "./names.ts";

export const fleet = {
  "no-clusters": {
    severity: "error",
    what: "The program declares no cluster.",
    why: "There is no place where anything could run.",
    todo: "Declare `cluster NAME { … }`, `use` a fleet file, or write one with `placet discover`.",
    message: () => "no cluster is declared, so nothing can run anywhere",
  },
  "said-twice": {
    severity: "error",
    what: "One thing is said twice with different values.",
    why: "Only one of the two can hold.",
    todo: "Keep one of them.",
    message: (what: string, first: string, second: string) =>
      `${what} is \`${first}\` in one place and \`${second}\` in another`,
  },
  repeated: {
    severity: "warning",
    what: "The same thing is said twice.",
    why: "The second time changes nothing; something else was probably meant.",
    todo: "Remove one of them.",
    message: (what: string) => `${what} is said twice`,
  },
  "suspicious-word": {
    severity: "error",
    what: "A bare word in a fleet block looks like a misspelt entry, a unit, or the value of a label elsewhere.",
    why: "It would become a feature that nothing ever asks for, and what was meant would be missing.",
    todo: "Write what is proposed; a feature that really has this name is written in quotes.",
    message: (word: string, looksLike: string) => `\`${word}\` would be a feature here, and looks like ${looksLike}`,
  },
  "suspicious-resource": {
    severity: "error",
    what: "A resource is named that looks like a misspelling of a known one.",
    why: "No pod asks for it, and what was meant would be missing.",
    todo: 'Write the proposed name, or declare the word: `fleet { resource WORD = "domain/name" }`.',
    message: (word: string, meant: string) => `\`${word}\` is not a resource; \`${meant}\` was probably meant`,
  },
  "unqualified-resource": {
    severity: "warning",
    what: "A resource is neither one of Kubernetes nor named with a domain.",
    why: "Kubernetes knows extended resources only as `DOMAIN/NAME`; a real cluster refuses a request for this one.",
    todo: 'Say what the word means on nodes: `fleet { resource WORD = "domain/name" }`.',
    message: (word: string) =>
      `Kubernetes has no resource \`${word}\`; on nodes it needs a domain, as in \`example.com/${word}\``,
  },
  "bad-amount": {
    severity: "error",
    what: "An amount of a resource can not be read.",
    why: "Room and demand are counted with it.",
    todo: "Write a Kubernetes quantity: `500m`, `8`, `16Gi`.",
    message: (resource: string, text: string, problem: string) => `\`${text}\` of \`${resource}\` ${problem}`,
  },
  "label-on-two-levels": {
    severity: "error",
    what: "A cluster and one of its node pools have a label or feature of the same name.",
    why: "A condition on it could mean the cluster or the nodes.",
    todo: "Keep it on the cluster when it holds for every node, else on the pools.",
    message: (key: string, cluster: string, pool: string) =>
      `\`${key}\` is said of \`${cluster}\` and of its nodes \`${pool}\``,
  },
  "no-nodes": {
    severity: "warning",
    what: "A cluster has no node pool.",
    why: "Nothing fits on it.",
    todo: "Add `nodes NAME xN { cpu … memory … }`.",
    message: (cluster: string) => `\`${cluster}\` has no \`nodes\`, so nothing can run there`,
  },
  "unknown-mode": {
    severity: "error",
    what: "A setting has a value that it does not know.",
    why: "The fleet's meaning would be unclear.",
    todo: "Use one of the values that the message lists.",
    message: (setting: string, value: string, values: readonly string[]) =>
      `\`${setting}\` can not be \`${value}\`; it is one of ${some(values, 12)}`,
  },
  "group-cycle": {
    severity: "error",
    what: "Groups are made of each other in a circle.",
    why: "None of them has members.",
    todo: "Take one group out of the circle.",
    message: (names: readonly string[]) => `these groups are made of each other: ${way(names)}`,
  },
  "empty-group": {
    severity: "warning",
    what: "A group has no cluster.",
    why: "Whatever names it speaks of no place.",
    todo: "Correct the condition, or the clusters' labels.",
    message: (name: string) => `no cluster is in the group \`${name}\``,
  },
  "bad-link": {
    severity: "error",
    what: "A link joins a cluster with itself or a group, or says neither a latency nor a rate.",
    why: "There is nothing to count with.",
    todo: "Write `link A <-> B 6ms 10Gbps`.",
    message: (problem: string) => `this link means nothing: ${problem}`,
  },
  "bad-table": {
    severity: "error",
    what: "A CSV file of clusters can not be read.",
    why: "Its rows become clusters; a row that is read wrongly is a wrong fleet.",
    todo: "Mend the line that is underlined. The header names the columns, one of them `name`.",
    message: (problem: string) => problem,
  },
  "bad-feature-label": {
    severity: "error",
    what: "The node label of a `feature` setting is not `key=value`.",
    why: "A node affinity needs both.",
    todo: 'Write `feature NAME = "key=value"`.',
    message: (text: string) => `\`${text}\` is not a node label: it needs \`key=value\``,
  },
  "bad-taint-effect": {
    severity: "error",
    what: "An effect of a taint is not one of Kubernetes'.",
    why: "A node could not have it.",
    todo: "Use NoSchedule, PreferNoSchedule or NoExecute.",
    message: (text: string) => `\`${text}\` is no effect of a taint: it is NoSchedule, PreferNoSchedule or NoExecute`,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
