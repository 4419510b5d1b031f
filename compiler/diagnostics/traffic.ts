// What is said about `allow`, `deny` and `isolate`. It must not know NetworkPolicies.
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { list, some } from "./names.ts";

export const traffic = {
  "unknown-port": {
    severity: "error",
    what: "A port is named that neither a container nor a Service of the workload has.",
    why: "The rule would open nothing.",
    todo: "Use one of the names that the message lists, or a number.",
    message: (port: string, workload: string, known: readonly string[]) =>
      known.length === 0
        ? `\`${workload}\` has no port \`${port}\`; it names no ports at all`
        : `\`${workload}\` has no port \`${port}\`; it has ${some(known, 10)}`,
  },
  "port-in-no-workload": {
    severity: "error",
    what: "A rule to an app names a port that no workload of the app has.",
    why: "The rule would open nothing.",
    todo: "Use a name that a workload of the app has.",
    message: (port: string, app: string) => `no workload of \`${app}\` has a port \`${port}\``,
  },
  "port-not-everywhere": {
    severity: "hint",
    what: "A rule to an app names a port that only some of its workloads have.",
    why: "The others stay as they were.",
    todo: "Nothing, if that was meant; else name the workloads.",
    message: (port: string, without: readonly string[]) =>
      `${some(without)} ${without.length === 1 ? "has" : "have"} no port \`${port}\` and stay${without.length === 1 ? "s" : ""} as before`,
  },
  "other-protocol": {
    severity: "error",
    what: "A port is declared with another protocol than the rule says or means.",
    why: "The rule would open a port on which nothing listens.",
    todo: "Write the protocol: `8805/udp`.",
    message: (port: string, workload: string, declared: readonly string[], said: string) =>
      `\`${port}\` of \`${workload}\` is ${list(declared)}, and this rule says ${said}`,
  },
  "bad-port": {
    severity: "error",
    what: "A port or range is not one.",
    why: "Ports are numbers from 1 to 65535, or names.",
    todo: "Write `443`, `8805/udp`, `8000-8010` or a name.",
    message: (text: string, problem: string) => `\`${text}\` is no port: ${problem}`,
  },
  "port-name-outside": {
    severity: "error",
    what: "A port's name is used for a peer that has no pods of ours.",
    why: "Names of ports are those of containers and Services; an address has none.",
    todo: "Write the number.",
    message: (port: string) => `\`${port}\` is a name, and these peers have no containers that could name a port`,
  },
  "host-network": {
    severity: "error",
    what: "A traffic rule names a workload whose pods use the host's network.",
    why: "NetworkPolicies do not see such pods, so the rule would not hold.",
    todo: "Take it out of the rule (`except NAME`), or out of the host network.",
    message: (workload: string) => `\`${workload}\` uses the host's network, where traffic rules do not hold`,
  },
  "internet-needs-ranges": {
    severity: "error",
    what: "`internet` is used, and a cluster does not say its pod range.",
    why: "`internet` is everything but the fleet's pods, and which addresses those are is not known.",
    todo: "Add `pods RANGE` to the cluster.",
    message: (clusters: readonly string[]) =>
      `\`internet\` is all but the fleet's pods, and ${some(clusters)} ${clusters.length === 1 ? "does" : "do"} not say where ${clusters.length === 1 ? "its" : "their"} pods are`,
  },
  "kubernetes-needs-addresses": {
    severity: "error",
    what: "`kubernetes` is used, and a cluster does not say the address of its API server.",
    why: "A rule needs the address.",
    todo: "Add `api ADDRESS` to the cluster.",
    message: (clusters: readonly string[]) =>
      `\`kubernetes\` is the API server, and ${some(clusters)} ${clusters.length === 1 ? "does" : "do"} not say ${clusters.length === 1 ? "its address" : "their addresses"}`,
  },
  "nothing-of-ours": {
    severity: "error",
    what: "A traffic rule has no workload at either end.",
    why: "Rules are enforced at our workloads; here is none.",
    todo: "Name a workload or an app at one end.",
    message: () => "neither end of this rule is a workload, so there is nothing to enforce it at",
  },
  "deny-beside-allow": {
    severity: "error",
    what: "A `deny` and an `allow` name the same two workloads.",
    why: "They contradict each other.",
    todo: "Remove one, or let them speak of different ports.",
    message: (from: string, to: string) => `\`${from} -> ${to}\` is both allowed and denied`,
  },
  "deny-can-not-subtract": {
    severity: "error",
    what: "A `deny` takes a workload out of an `allow` of addresses, of everyone, or of pods by labels.",
    why: "Network policies can only add; an allow of a list or an app can be written without the workload, this one can not.",
    todo: "Say in the `allow` who may, in place of everyone.",
    message: (from: string, to: string, wider: string) =>
      `\`deny ${from} -> ${to}\` can not be taken out of \`allow ${wider} -> ${to}\``,
  },
  "deny-outside": {
    severity: "error",
    what: "A `deny` leads to what is not a workload.",
    why: "A `deny` closes the ingress of what it names, and nothing of ours stands there.",
    todo: "To keep a workload from going out, say `isolate NAME egress` and allow what may.",
    message: (from: string, to: string) => `\`deny ${from} -> ${to}\` has no workload to close: \`${to}\` is not ours`,
  },
  "rule-repeated": {
    severity: "warning",
    what: "A traffic rule says what another one already says.",
    why: "It changes nothing.",
    todo: "Remove it.",
    message: () => "this rule changes nothing: another one says the same",
  },
  "bad-range": {
    severity: "error",
    what: "An address range is not one.",
    why: "A rule needs an address (`10.0.0.1`) or a range (`10.0.0.0/8`).",
    todo: "Correct the address.",
    message: (text: string) => `\`${text}\` is neither an address nor a range of addresses`,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
