// What is said when no placement satisfies the intents. It must not know how conflicts are found.
import { defineDiagnostics } from "../../grammar/index.ts";

export const explanation = defineDiagnostics("planner", {
  "no-cluster-fits": {
    severity: "error",
    what: "no cluster can run a workload, whatever the others do",
    why: "every cluster is ruled out by an intent, by a fact of the fleet, or by the size of its nodes",
    todo: "loosen one of the conditions that are listed, or give a cluster what it lacks",
    message: (workload: string, reasons: string) => `no cluster can run \`${workload}\`: ${reasons}`,
  },
  "too-few-clusters": {
    severity: "error",
    what: "fewer clusters can run a workload than it asks for",
    why: "each copy needs a cluster of its own, and every other cluster is ruled out",
    todo: "ask for fewer, or loosen one of the conditions that are listed",
    message: (words: string, found: string, reasons: string) =>
      `\`${words}\` needs more than the ${found} that can hold it: ${reasons}`,
  },
  "each-ruled-out": {
    severity: "error",
    what: "`on each` matches a cluster on which another intent, or its nodes, do not let the workload run",
    why: "`forbid`, `accepts`, taints and lack of room never narrow `each` silently",
    todo: "add the condition to the `where` of the run, or change what rules the cluster out",
    message: (workload: string, clusters: string, reasons: string) =>
      `\`run ${workload} on each\` must run on ${clusters}, and can not: ${reasons}`,
  },
  "too-little-room": {
    severity: "error",
    what: "the clusters that can run a workload have room for fewer replicas than it asks for, even if nothing else ran",
    why: "each replica needs room on one node, and some nodes are ruled out",
    todo: "ask for fewer replicas, smaller ones, or loosen one of the conditions that are listed",
    message: (words: string, wanted: number, most: number, rooms: string, reasons: string) =>
      `\`${words}\` asks for ${wanted} and there is room for ${most}${rooms === "" ? "" : ` (${rooms})`}: ${reasons}`,
  },
  conflict: {
    severity: "error",
    what: "intents that hold one by one can not hold together",
    why: "there is no placement that satisfies all of them; without any one of them there is",
    todo: "change one of them; what would help is proposed, the mildest change first",
    message: (intents: string, arithmetic: string, sentences: number) =>
      `${intents} can not hold${sentences > 1 ? " together" : ""}${arithmetic}`,
  },
  "conflict-unknown": {
    severity: "error",
    what: "no placement satisfies the intents, and the time was too short to find which of them conflict",
    why: "finding the smallest conflict asks the solver many times",
    todo: "plan a part of the program alone, or give more time with `--time-limit`",
    message: (intents: string) => `no placement satisfies the intents; the conflict is among ${intents}`,
  },
});
