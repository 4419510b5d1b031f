// Everything that expanding a placement into objects can say. It must not know how it is found out.
import { defineDiagnostics } from "../../grammar/index.ts";

export const actionDiagnostics = defineDiagnostics("action", {
  "object-differs": {
    severity: "error",
    what: "Two apps have different content for one object, and both run on one cluster.",
    why: "A cluster has one object of a kind, namespace and name: one app would overwrite the other's.",
    todo: "Give one of the two another name or namespace, keep the apps on different clusters, or make both the same.",
    message: (object: string, first: string, second: string, path: string, cluster: string) =>
      `\`${object}\` of app \`${first}\` and of app \`${second}\` differ at \`${path}\`, and both go to \`${cluster}\``,
  },
  "replicas-not-settable": {
    severity: "error",
    what: "A count was asked of a workload whose kind has no number of replicas to set.",
    why: "The cluster would run another number of pods than the plan says.",
    todo: "Leave the count out, or run it as a Deployment, a StatefulSet or a ReplicaSet.",
    message: (workload: string, kind: string, wanted: number, own: number) =>
      `\`${workload}\` is a ${kind}, which runs ${own} pod${own === 1 ? "" : "s"} by itself: ${wanted} can not be set`,
  },
  "container-not-named": {
    severity: "error",
    what: "An amount is reserved for a pod of several containers, and none is named.",
    why: "The reservation is written into one container's requests.",
    todo: "Say which: `cpu >= 8 in CONTAINER`.",
    message: (workload: string, amount: string, resource: string, containers: string) =>
      `${amount} of \`${resource}\` are reserved for \`${workload}\`, but not for which of its containers ${containers}`,
  },
  "no-pod-template": {
    severity: "error",
    what: "An intent must be written into a pod, but the workload is of a kind whose pods are not written in its manifest.",
    why: "What can not be written is not held: the pods could run where the intent forbids it.",
    todo: "Write it into the object itself and leave it out of the intent.",
    message: (workload: string, kind: string, what: string) =>
      `${what} can not be written into \`${workload}\`: the pods of a ${kind} are not in its manifest`,
  },
  "pools-look-alike": {
    severity: "error",
    what: "A condition is true of some node pools of a cluster and not of others, and no node label tells them apart.",
    why: "The kube-scheduler goes by node labels: it would also use the other nodes.",
    todo: "Give the pools labels in the fleet that their nodes carry, such as `nodes big x2 { cpu 32 size = big }`.",
    message: (condition: string, cluster: string, yes: string, no: string) =>
      `on \`${cluster}\`, \`${condition}\` is true of the nodes \`${yes}\` and not of \`${no}\`, and no label tells them apart`,
  },
  "condition-too-large": {
    severity: "error",
    what: "A condition about nodes becomes more alternatives of node affinity than a manifest should hold.",
    why: "Every alternative is a term that the kube-scheduler tries for every node.",
    todo: "Say the condition with fewer `or`s, or give the nodes that are meant a feature of their own.",
    message: (workload: string, most: number) =>
      `the conditions on nodes of \`${workload}\` become more than ${most} alternatives of node affinity`,
  },
  "deny-not-held": {
    severity: "error",
    what: "A `deny` would take a part out of an `allow` that policies can not divide.",
    why: "Network policies only add: who is let in by a wider peer can not be kept out again.",
    todo: "Name in the `allow` only those who may connect.",
    message: (deny: string, allow: string) =>
      `\`${deny}\` can not be held: \`${allow}\` lets it through, and policies can not subtract it`,
  },
  "pods-not-written": {
    severity: "error",
    what: "A traffic rule names a workload whose pods are not written in its manifest.",
    why: "Without the labels of its pods no policy can select them.",
    todo: "Name them by their labels: `pods (KEY = VALUE) in NAMESPACE`.",
    message: (workload: string, kind: string) =>
      `the traffic of \`${workload}\` can not be ruled: the labels of a ${kind}'s pods are not in its manifest`,
  },
  "range-of-pods": {
    severity: "error",
    what: "A range of addresses in a traffic rule lies within the pods of a cluster.",
    why: "Pods' addresses come and go, and network policies are not exact on them.",
    todo: "Name the workload, or `pods (LABELS) in NAMESPACE`.",
    message: (range: string, cluster: string) =>
      `\`${range}\` are addresses of pods of \`${cluster}\`: name the pods themselves`,
  },
  "range-may-hold-pods": {
    severity: "warning",
    what: "A range in a traffic rule may hold addresses of pods, because a cluster does not say its pod range.",
    why: "A range means what is outside of the fleet; pods whose addresses lie in it would be let through too.",
    todo: "Write the cluster's pod range into the fleet: `cluster paris { pods 10.1.0.0/16 … }`.",
    message: (range: string, cluster: string) =>
      `\`${range}\` also lets through the pods of \`${cluster}\` that have such addresses: it does not say its \`pods\``,
  },
  "across-clusters": {
    severity: "error",
    what: "Traffic is allowed between workloads that the plan puts on different clusters.",
    why: "The policies that are generated hold within one cluster.",
    todo: "Run both on the same clusters (`run a with b`), or set `connectivity none`, which does so by itself.",
    message: (rule: string, from: string, at: string, to: string, there: string) =>
      `\`${rule}\` across clusters is not supported yet: \`${from}\` runs on ${at}, \`${to}\` on ${there}`,
  },
  "policy-opens-more": {
    severity: "error",
    what: "A network policy in a file lets through what the intents do not allow.",
    why: "Policies add up: what one of them lets through is open, whatever the intents say.",
    todo: "Remove the policy from the file, or say the same with `allow`.",
    message: (policy: string, peer: string, workload: string, direction: "ingress" | "egress") =>
      direction === "ingress"
        ? `\`NetworkPolicy/${policy}\` lets ${peer} reach \`${workload}\`, which no intent allows`
        : `\`NetworkPolicy/${policy}\` lets \`${workload}\` reach ${peer}, which no intent allows`,
  },
});
