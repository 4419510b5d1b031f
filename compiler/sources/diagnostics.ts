// Everything that reading manifests, charts, kustomizations and inline workloads has to say. It must not know how it is shown.
import { defineDiagnostics } from "../../grammar/index.ts";

const catalogue = defineDiagnostics("source", {
  // ---- files and programs
  "file-not-read": {
    severity: "error",
    what: "A file that an app names can not be read.",
    why: "Without it the app's objects are not known.",
    todo: "Correct the path (it is relative to the file that names it) or add the file.",
    message: (path: string, why: string) => `\`${path}\` ${why}`,
  },
  "no-objects": {
    severity: "warning",
    what: "A file, chart or kustomization holds no Kubernetes object.",
    why: "The entry changes nothing, which is probably not what was meant.",
    todo: "Remove the entry, or name the right file.",
    message: (path: string) => `\`${path}\` holds no Kubernetes object`,
  },
  "no-program": {
    severity: "error",
    what: "A chart or kustomization needs a program that is not installed.",
    why: "Charts are rendered by `helm`, kustomizations by `kustomize` or `kubectl`; Placet does not imitate them.",
    todo: "Install the program, or render to a file once and name that with `manifests`.",
    message: (path: string, program: string) =>
      `\`${path}\` can not be rendered: there is no ${program} on this machine`,
  },
  "render-failed": {
    severity: "error",
    what: "`helm` or `kustomize` refused a chart or a kustomization.",
    why: "What it would have rendered is not known.",
    todo: "Read what the program says; run it by hand to try again.",
    message: (path: string, program: string, detail: string) => `${program} could not render \`${path}\`: ${detail}`,
  },
  // ---- YAML
  "yaml-syntax": {
    severity: "error",
    what: "A file is not YAML (or JSON).",
    why: "Its objects can not be read.",
    todo: "Correct the text at the place that is shown.",
    message: (problem: string) => `this is not YAML: ${problem}`,
  },
  "yaml-too-large": {
    severity: "error",
    what: "A file, or what its aliases stand for, is larger than any real manifest.",
    why: "Reading it would take unbounded time and memory.",
    todo: "Split the file; write aliases out.",
    message: (problem: string) => `this is too large to read: ${problem}`,
  },
  "yaml-value": {
    severity: "error",
    what: "A YAML value can not become JSON without being changed.",
    why: "Objects go to clusters unchanged, or not at all.",
    todo: "Quote the value if text was meant; else write one that JSON can carry.",
    message: (text: string, why: string) => `\`${text}\` can not be kept as it is: ${why}`,
  },
  "yaml-duplicate-key": {
    severity: "warning",
    what: "A mapping has the same key twice.",
    why: "Only the last one counts, as with kubectl; the other is lost without a word there.",
    todo: "Remove one of them.",
    message: (key: string) => `the key \`${key}\` stands here twice; the last one counts`,
  },
  "yaml-key": {
    severity: "warning",
    what: "A key that is not quoted is read as another key.",
    why: "YAML 1.1, which kubectl reads, takes words such as `on` and numbers such as `010` for values.",
    todo: "Quote the key if it was meant as written, else write it as it is read.",
    message: (key: string, read: string) => `the key \`${key}\` is read as \`${read}\`, as kubectl does`,
  },
  // ---- objects
  "not-an-object": {
    severity: "error",
    what: "A document is not a Kubernetes object.",
    why: "An object has an apiVersion, a kind and a name; without them no cluster takes it.",
    todo: "Add what is missing, or name only files of Kubernetes objects.",
    message: (problem: string) => `this is not a Kubernetes object: ${problem}`,
  },
  "two-objects": {
    severity: "error",
    what: "An app has two different objects of one kind and name.",
    why: "A cluster can hold only one of them.",
    todo: "Remove or rename one of them.",
    message: (object: string) => `\`${object}\` is in this app twice, and the two differ`,
  },
  "bad-field": {
    severity: "error",
    what: "A field that the planner reads has a value that Kubernetes would refuse.",
    why: "How much room the pods need, or where they may run, is not known.",
    todo: "Correct the field.",
    message: (object: string, field: string, problem: string) => `\`${field}\` of \`${object}\` ${problem}`,
  },
  "unknown-scope": {
    severity: "hint",
    what: "An object without a namespace is of a kind that is not known here.",
    why: "Whether its kind belongs to namespaces decides where it is sent; it is taken to.",
    todo: "Write its namespace into it, or add its CustomResourceDefinition to the app.",
    message: (object: string, namespace: string) =>
      `\`${object}\` names no namespace and its kind is not known here; it is taken to belong to \`${namespace}\``,
  },
  "taken-to-exist": {
    severity: "hint",
    what: "A workload uses an object that is not in the project.",
    why: "Its pods will not start on a cluster where that is missing.",
    todo: "Add it to the app, or make sure that each cluster has it (`--live` checks).",
    message: (reference: string, namespace: string, users: string) =>
      `\`${reference}\`${namespace === "" ? "" : ` in \`${namespace}\``}, used by ${users}, is not in this app; it is taken to exist`,
  },
  "used-by-nothing": {
    severity: "hint",
    what: "Nothing in the app uses an object.",
    why: "It goes to each cluster of the app, since no workload says where it is needed.",
    todo: "Nothing, if that is meant; else remove it, or name it where it is used.",
    message: (object: string) => `nothing in this app uses \`${object}\`; it goes to each of the app's clusters`,
  },
  "quota-not-counted": {
    severity: "warning",
    what: "An app has a ResourceQuota.",
    why: "The planner looks at nodes; pods beyond the quota are refused by the cluster though they would fit.",
    todo: "Make sure that the quota leaves room for what the plan puts there.",
    message: (name: string, namespace: string) =>
      `the quota \`${name}\` of \`${namespace}\` is not counted when workloads are placed`,
  },
  // ---- Helm hooks
  "helm-tests-left-out": {
    severity: "hint",
    what: "Helm's tests are not part of what runs.",
    why: "They are pods that Helm starts on `helm test` only.",
    todo: "Nothing; run them with `helm test` where the release is Helm's.",
    message: (count: number, names: string) =>
      `${count === 1 ? "one Helm test is" : `${count} Helm tests are`} left out: ${names}`,
  },
  "helm-hook-kept": {
    severity: "hint",
    what: "An object is a Helm hook, and is taken as an ordinary object.",
    why: "Helm would create it at its own moment and perhaps delete it; here it is part of the app like every other object.",
    todo: "Turn the hook off in the chart's values if it should not be there; say `start … after …` for an order.",
    message: (object: string, hook: string) =>
      `\`${object}\` is a Helm hook (\`${hook}\`); here it is an object like the others`,
  },
  "helm-hook-left-out": {
    severity: "warning",
    what: "A Helm hook for deleting or rolling back is left out.",
    why: "As an ordinary object it would run at once, which is the opposite of what it is for.",
    todo: "Do by hand what it does, before the app is destroyed.",
    message: (object: string, hook: string) =>
      `\`${object}\` is a Helm hook (\`${hook}\`) for another moment; it is left out`,
  },
  // ---- workloads
  "two-workloads": {
    severity: "error",
    what: "Two workloads of an app have the same name.",
    why: "Intents could not tell them apart.",
    todo: "Give one of them a name of its own: `workload NAME = Kind/object`.",
    message: (name: string, first: string, second: string) =>
      `two workloads are called \`${name}\`: \`${first}\` and \`${second}\``,
  },
  "no-such-object": {
    severity: "error",
    what: "`workload NAME = Kind/object` names an object that the app does not have.",
    why: "There is nothing that could run under this name.",
    todo: "Correct the kind and the name, or add the file that holds the object.",
    message: (object: string, app: string) => `there is no \`${object}\` in app \`${app}\``,
  },
  "ambiguous-object": {
    severity: "error",
    what: "`workload NAME = Kind/object` fits several objects.",
    why: "It is not clear which of them is meant.",
    todo: 'Name the namespace too: `workload NAME = Kind/"namespace/object"`.',
    message: (object: string, namespaces: string) => `\`${object}\` is in several namespaces: ${namespaces}`,
  },
  "named-twice": {
    severity: "error",
    what: "One object is given two workload names.",
    why: "A workload has one name, so that counts and placements are said once.",
    todo: "Keep one of the names.",
    message: (object: string, first: string, second: string) =>
      `\`${object}\` is called both \`${first}\` and \`${second}\``,
  },
  "needs-of-known-kind": {
    severity: "error",
    what: "`needs` stands at a workload whose pods say what they need.",
    why: "The demand would stand in two places.",
    todo: "Say it where it is run: `run NAME needs …`.",
    message: (name: string, kind: string) => `what \`${name}\` needs is read from the pods of its ${kind}`,
  },
  "needs-missing": {
    severity: "error",
    what: "A workload of a foreign kind does not say what it needs.",
    why: "Only its own operator knows its pods, so the planner can not reserve room for it.",
    todo: "Add `needs cpu …, memory …` to it.",
    message: (name: string, object: string) => `how much room \`${name}\` needs can not be read from \`${object}\``,
  },
  "bad-amount": {
    severity: "error",
    what: "An amount is not one.",
    why: "It could not be reserved or written into a manifest.",
    todo: "Write a Kubernetes quantity such as `500m`, `8` or `16Gi`.",
    message: (resource: string, text: string, problem: string) => `\`${resource} ${text}\`: \`${text}\` ${problem}`,
  },
  "unknown-resource": {
    severity: "error",
    what: "A resource name is not known.",
    why: "No node would offer it, so the pods would wait for ever.",
    todo: "Write `cpu`, `memory`, a full name such as `nvidia.com/gpu`, or declare it in `fleet { resource … }`.",
    message: (name: string) => `there is no resource \`${name}\``,
  },
  "stated-twice": {
    severity: "error",
    what: "An entry of an inline workload stands twice.",
    why: "Only one of the two could hold.",
    todo: "Remove one of them.",
    message: (workload: string, entry: string) => `\`${workload}\` states \`${entry}\` twice`,
  },
  "no-image": {
    severity: "error",
    what: "An inline workload has no image.",
    why: "There is nothing that its pods could run.",
    todo: 'Add `image "…"`.',
    message: (name: string) => `\`${name}\` has no image`,
  },
  "bad-name": {
    severity: "error",
    what: "A name is not one that Kubernetes takes in its place.",
    why: "The API server would refuse the object.",
    todo: "Follow the rule that the message gives.",
    message: (name: string, rule: string) => `\`${name}\` ${rule}`,
  },
});

export const sourceDiagnostics = catalogue;
export const say = catalogue.make;
