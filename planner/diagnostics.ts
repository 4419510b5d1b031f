// What planning has to say that is about the program as a whole; conflicts are worded in `explain/`. It must not know solvers' names.
import { defineDiagnostics } from "../grammar/index.ts";

export const planner = defineDiagnostics("planner", {
  "no-answer": {
    severity: "error",
    what: "the planner ended with neither a placement nor a proof that there is none",
    why: "nothing can be applied, and nothing is known to be wrong with the intents",
    todo: "give it more time with `--time-limit`, loosen the clause that it names, or offer more room",
    message: (end: string, size: string, clause: string) =>
      `neither a placement nor a proof that there is none was found ${end}: ${size} are to be decided together${clause}`,
  },
  "better-known": {
    severity: "hint",
    what: "nothing has changed since the plan in force was made, so it stays, and a better placement is known by now",
    why: "the plan in force was not proven to be the best; what runs is not moved for what nobody asked for",
    todo: "ask for it with a smaller `--gap` than the plan in force was proven to have",
    message: (name: string, better: string, value: string, gap: string) =>
      `the plan in force stays; a placement with ${name} ${better} instead of ${value} is known: \`--gap ${gap}\` takes it`,
  },
  "each-matches-nothing": {
    severity: "warning",
    what: "`on each` is said of a workload, and no cluster matches",
    why: "the workload then runs nowhere, which is seldom what was meant",
    todo: "loosen the conditions, or check the labels of the clusters that were meant",
    message: (workload: string) => `\`run ${workload} on each\` matches no cluster, so \`${workload}\` runs nowhere`,
  },
  "packing-undecided": {
    severity: "warning",
    what: "whether everything that is planned for a cluster fits on its single nodes could not be decided in bounded time",
    why: "a pod may stay pending although the sum of the nodes has room for it",
    todo: "leave more room on the cluster, or let fewer workloads share it",
    message: (sentence: string) => sentence,
  },
  "losses-bundled": {
    severity: "warning",
    what: "`survive` of several places speaks of more losses than the search looks at one by one, so places are lost in bundles",
    why: "the loss of two bundles is the loss of any two of their places: more room is kept than was promised, never less, which costs more and may leave no placement",
    todo: "promise fewer places at once, or speak of larger ones (`zone`, `region`)",
    message: (losses: string, places: string, bundles: string, clauses: string) =>
      `${clauses} speaks of ${losses} losses; the ${places} places are kept safe in ${bundles} bundles, each lost as a whole: more than was promised`,
  },
  "scheduler-may-fail": {
    severity: "warning",
    what: "the pods fit on the nodes of a cluster, but the kube-scheduler, which places one pod after another, may not find how",
    why: "a pod then stays pending although there is room for it in another arrangement",
    todo: "leave more room on the cluster, or let fewer workloads share it",
    message: (cluster: string, workloads: string) =>
      `everything fits on the nodes of \`${cluster}\`, but in no order of creation that was tried does the kube-scheduler find a place for each pod of ${workloads}`,
  },
});
