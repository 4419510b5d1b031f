// What is said about `run`, `forbid`, `move` and `minimize`. It must not know the planner: what merely can not be satisfied
// is the planner's to explain; here is only what has no meaning, contradicts itself in words, or changes nothing.
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { list, some } from "./names.ts";

export const placement = {
  conflict: {
    severity: "error",
    what: "Several `run`s of one workload say different things where only one can hold.",
    why: "Several `run`s add up, and these can not.",
    todo: "Keep one of them.",
    message: (workload: string, one: string, other: string) =>
      `\`${workload}\` can not be run both \`${one}\` and \`${other}\``,
  },
  "each-with-survive": {
    severity: "error",
    what: "`on each` together with `survive`.",
    why: "A copy that belongs on every match has no other place to go when its cluster is lost.",
    todo: "Say how many replicas are wanted (`xN`) in place of `on each`, or drop `survive`.",
    message: (workload: string) =>
      `\`${workload}\` runs on each match, so a lost copy has no other place to survive on`,
  },
  "not-divisible": {
    severity: "error",
    what: "`xN` for a workload that is never divided over clusters.",
    why: "Its replicas belong together, or their number is not ours to give.",
    todo: "Leave `xN` out: a whole copy runs, with the replicas of its manifest.",
    message: (workload: string, count: string, reason: string) =>
      `\`${workload}\` ${reason}; it can not be run \`${count}\``,
  },
  "count-and-autoscaler": {
    severity: "error",
    what: "`xN` for a workload whose count an autoscaler gives.",
    why: "The two would fight over the number of replicas.",
    todo: "Leave `xN` out; the planner reserves the autoscaler's minimum.",
    message: (workload: string, count: string, min: number, max: number) =>
      `\`${workload}\` can not be run \`${count}\`: its autoscaler gives the count, ${min} to ${max}`,
  },
  "shares-need-a-count": {
    severity: "error",
    what: "`on A weight 3, B weight 1` without `xN`.",
    why: "A whole copy can not be divided by shares.",
    todo: "Say how many replicas there are in all: `run NAME x10 on …`.",
    message: (workload: string) => `shares divide a number of replicas, and \`${workload}\` has no \`xN\``,
  },
  "share-of-group": {
    severity: "error",
    what: "A weight is given to a group of several clusters.",
    why: "How the group's share is divided among its clusters would be open.",
    todo: "Give each cluster its weight.",
    message: (group: string, clusters: readonly string[]) =>
      `\`${group}\` is a group (${some(clusters)}); a weight is given to one cluster`,
  },
  "then-with-each": {
    severity: "error",
    what: "`then` or weights together with `on each`.",
    why: "`on each` uses every match, so there is no order or share among them.",
    todo: "Drop one of the two.",
    message: (workload: string) => `\`${workload}\` runs on each match, so choices in order or shares have no meaning`,
  },
  "priority-without-optional": {
    severity: "warning",
    what: "A `priority` for a workload that is not `optional`.",
    why: "The priority decides who stays unplaced first, and this workload never does.",
    todo: "Add `optional`, or drop the priority.",
    message: (workload: string) =>
      `\`priority\` changes nothing: \`${workload}\` is not \`optional\`, so it is always placed`,
  },
  "apart-from-itself": {
    severity: "error",
    what: "A workload is to be apart from itself.",
    why: "A workload is always where it is.",
    todo: "To part its replicas, say `spread across KEY max 1`.",
    message: (workload: string) => `\`${workload}\` can not be apart from itself`,
  },
  "near-itself": {
    severity: "warning",
    what: "A workload is to be near or with itself.",
    why: "It always is, so the clause changes nothing.",
    todo: "Remove the clause, or name another workload. `on 1 cluster` keeps replicas together.",
    message: (workload: string, word: string) =>
      `\`${word} ${workload}\` changes nothing: \`${workload}\` is where it is`,
  },
  "near-what-does-not-run": {
    severity: "error",
    what: "A workload is to be near or with one that has no `run`.",
    why: "Each of its replicas needs one of the other, and there is none.",
    todo: "Run the other one too, or drop the clause.",
    message: (workload: string, word: string, other: string) =>
      `\`${workload}\` is to be ${word} \`${other}\`, and \`${other}\` is not run`,
  },
  "apart-from-what-does-not-run": {
    severity: "warning",
    what: "A clause speaks of a workload that has no `run`.",
    why: "It changes nothing.",
    todo: "Run the other one too, or drop the clause.",
    message: (clause: string, other: string) => `\`${clause} ${other}\` changes nothing: \`${other}\` is not run`,
  },
  "spread-of-one": {
    severity: "warning",
    what: "One whole copy of one replica is to be spread.",
    why: "There is nothing to spread.",
    todo: "Say how many replicas there are (`xN`), or drop the clause.",
    message: (workload: string) => `\`spread\` changes nothing: one replica of \`${workload}\` runs`,
  },
  "spread-key": {
    severity: "error",
    what: "`spread across`, `by` or `survive` names a label that no cluster has.",
    why: "There are no places to tell apart by it.",
    todo: "Correct the key, or add the label to the clusters. `cluster` is always there.",
    message: (key: string) => `no cluster has a label \`${key}\``,
  },
  "spread-key-of-nodes": {
    severity: "error",
    what: "`spread across`, `by` or `survive` names a label that only node pools have.",
    why: "These clauses are decided by cluster; how pods part over the nodes of one cluster is said in their manifest.",
    todo: "Use a label of clusters, or a topology spread constraint in the manifest.",
    message: (key: string) => `\`${key}\` is a label of nodes, and clusters are told apart here`,
  },
  "unknown-taint": {
    severity: "error",
    what: "`tolerates` names a taint that no node pool has.",
    why: "It changes nothing; the name was probably misspelt.",
    todo: "Correct the name.",
    message: (taint: string) => `no node has a taint \`${taint}\``,
  },
  "which-container": {
    severity: "error",
    what: "A demand is to be written into a pod of several containers, and none is named.",
    why: "The request has to stand in one of them, and the kube-scheduler adds them up.",
    todo: "Say `in CONTAINER`.",
    message: (workload: string, containers: readonly string[], arithmetic: string) =>
      `\`${workload}\` has the containers ${list(containers)}; which of them ${arithmetic}?`,
  },
  "unknown-container": {
    severity: "error",
    what: "`in CONTAINER` names a container that the pod does not have.",
    why: "The request would be written nowhere.",
    todo: "Correct the name.",
    message: (container: string, workload: string, containers: readonly string[]) =>
      containers.length === 0
        ? `\`${workload}\` has no containers that placet could write to`
        : `\`${workload}\` has no container \`${container}\`; it has ${list(containers)}`,
  },
  "container-without-demand": {
    severity: "warning",
    what: "`in CONTAINER` with nothing to write into it.",
    why: "It changes nothing.",
    todo: "Add `needs …` or a bound, or drop the clause.",
    message: (container: string, workload: string) =>
      `\`in ${container}\` changes nothing: no demand of \`${workload}\` is raised`,
  },
  "need-already-met": {
    severity: "warning",
    what: "`needs` asks for no more than the manifest already requests, or than another `needs`.",
    why: "The larger one holds, so it changes nothing.",
    todo: "Remove it, or ask for more.",
    message: (need: string, workload: string, already: string) =>
      `\`needs ${need}\` changes nothing: \`${workload}\` ${already}`,
  },
  "demand-not-writable": {
    severity: "error",
    what: "A demand is stated for a workload that has no pod template.",
    why: "There is no container whose request could carry it.",
    todo: "State the demand where the workload is declared: `workload NAME = KIND/OBJECT needs …`.",
    message: (workload: string, kind: string) => `the demand of \`${workload}\` can not be written into its ${kind}`,
  },
  "not-run": {
    severity: "warning",
    what: "A workload has no `run`.",
    why: "It is not part of any plan.",
    todo: "Say `run NAME`, or leave it out of the app.",
    message: (workload: string) => `\`${workload}\` is not run: no \`run\` names it`,
  },
  "unknown-objective": {
    severity: "error",
    what: "`minimize` names something that is not measured.",
    why: "There would be nothing to minimise.",
    todo: "Use moves, preference, latency, cost, clusters or imbalance.",
    message: (name: string, known: readonly string[]) => `\`${name}\` can not be minimised; there are ${list(known)}`,
  },
  "objective-twice": {
    severity: "error",
    what: "An objective is named twice, or several `minimize` disagree.",
    why: "The order of objectives is the order of importance, and there is only one.",
    todo: "Keep one `minimize` with each objective once.",
    message: (what: string) => `${what}; there is one order of objectives`,
  },
  "nothing-to-minimize": {
    severity: "warning",
    what: "An objective is named that is the same for every placement.",
    why: "It changes nothing.",
    todo: "Add what it measures (prices, preferences, traffic), or drop it.",
    message: (name: string, reason: string) => `minimising \`${name}\` changes nothing: ${reason}`,
  },
  "move-changes-nothing": {
    severity: "warning",
    what: "`move` names a workload that holds no state, or that is not run.",
    why: "What has no claim may move anyway.",
    todo: "Remove the statement.",
    message: (workload: string, reason: string) => `\`move ${workload}\` changes nothing: ${reason}`,
  },
  "scale-and-count": {
    severity: "error",
    what: "`scale` together with `xN`.",
    why: "The autoscaler gives the count; two numbers would fight.",
    todo: "Keep one of them.",
    message: (workload: string) => `\`${workload}\` has a count \`xN\` and a \`scale\``,
  },
  "same-place-twice": {
    severity: "error",
    what: "A cluster stands in several choices or shares of one `on`.",
    why: "Only the first could count.",
    todo: "Name each cluster once.",
    message: (cluster: string) => `\`${cluster}\` stands in two choices of this \`on\``,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
