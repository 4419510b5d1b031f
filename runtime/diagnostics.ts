// The catalogue of what the runtime says about clusters when it observes, plans and applies. It must not know how it is shown.
import { defineDiagnostics } from "../grammar/index.ts";

export const runtimeDiagnostics = defineDiagnostics("runtime", {
  "cluster-unknown": {
    severity: "warning",
    what: "A cluster could not be read.",
    why: "Nothing is planned for it: what runs there is unknown, which is not the same as empty.",
    todo: "Reach the cluster again and plan anew; what was planned for the other clusters stands.",
    message: (cluster: string, problem: string) => `cluster \`${cluster}\` is unknown: ${problem}`,
  },
  "one-cluster-twice": {
    severity: "error",
    what: "Two clusters of the fleet are the same cluster.",
    why: "Each would take what the other made there for left over, and delete it.",
    todo: "Give one of them the context that it should have, or take it out of the fleet.",
    message: (clusters: string) => `${clusters} are the same cluster: their contexts lead to one API server`,
  },
  "not-ours": {
    severity: "error",
    what: "An object that the plan would create exists already and belongs to somebody else.",
    why: "Taking it over silently would change or later delete what others made.",
    todo: "Take it over with `--adopt`, or name the object differently.",
    message: (cluster: string, object: string, owner: string) =>
      `\`${object}\` exists on \`${cluster}\` and is not ours${owner}`,
  },
  "field-conflict": {
    severity: "error",
    what: "Another tool or person owns a field that the plan would change.",
    why: "Both would set it again and again; nobody would know which value holds.",
    todo: "Take the field out of the manifest, or make the other owner let go of it.",
    message: (cluster: string, object: string, fields: string) =>
      `\`${object}\` on \`${cluster}\`: others own what would change: ${fields}`,
  },
  "object-refused": {
    severity: "error",
    what: "A cluster refuses an object when asked to pretend to write it.",
    why: "Applying would fail in the same way, after other objects have changed.",
    todo: "Change the object as the cluster's own words say.",
    message: (cluster: string, object: string, reason: string) => `\`${cluster}\` refuses \`${object}\`: ${reason}`,
  },
  "kind-not-served": {
    severity: "error",
    what: "A cluster does not know the kind of an object, and the plan brings no definition for it.",
    why: "The object can not be written there.",
    todo: "Install what defines the kind, or keep the object away from this cluster.",
    message: (cluster: string, objects: string, kind: string) =>
      `\`${cluster}\` does not serve \`${kind}\`, which ${objects} ${objects.includes(" more") ? "need" : "needs"}`,
  },
  "replace-keeps-data": {
    severity: "error",
    what: "A change is only possible by deleting an object that holds data or carries other objects.",
    why: "Deleting it would delete what is in it.",
    todo: "Undo the change, or save the data and delete the object by hand, then plan again.",
    message: (cluster: string, object: string, path: string) =>
      `\`${object}\` on \`${cluster}\` would have to be deleted and made again, because \`${path}\` can not change`,
  },
  terminating: {
    severity: "error",
    what: "An object that the plan needs is being deleted.",
    why: "What is written to it now disappears with it.",
    todo: "Wait until it is gone, or see which finalizer holds it, then plan again.",
    message: (cluster: string, object: string) => `\`${object}\` on \`${cluster}\` is being deleted`,
  },
  unread: {
    severity: "warning",
    what: "Some kinds of objects could not be listed on a cluster.",
    why: "What can not be seen is never deleted.",
    todo: "Give the user of this context the right to list these kinds.",
    message: (cluster: string, kinds: string) =>
      `not everything of ours on \`${cluster}\` can be listed (${kinds}); nothing is deleted there`,
  },
  "inventory-lost": {
    severity: "warning",
    what: "A cluster holds objects with our mark, but the inventory that lists them is gone.",
    why: "What they were made for is unknown, so none of them is deleted because no intent names it.",
    todo: "Apply writes the inventory anew. Delete what is not wanted by hand, or with `placet destroy`.",
    message: (cluster: string, count: number) =>
      `the inventory of \`${cluster}\` is lost; ${count} ${count === 1 ? "object" : "objects"} with our mark ${count === 1 ? "was" : "were"} found`,
  },
  "other-project": {
    severity: "warning",
    what: "Everything in the inventory of a cluster belongs to apps that this project does not have.",
    why: "Another project may go by the same name; applying would delete what it made.",
    todo: "If so, give this project another name or directory before applying.",
    message: (cluster: string, project: string, apps: string) =>
      `on \`${cluster}\`, project \`${project}\` so far holds only ${apps}, of which nothing is left here`,
  },
  interrupted: {
    severity: "hint",
    what: "An earlier apply began on a cluster and did not end.",
    why: "What it had announced may or may not be there; the plan takes what it finds and completes it.",
    todo: "Nothing; applying this plan ends it.",
    message: (cluster: string, by: string) =>
      `an earlier apply on \`${cluster}\` (${by}) did not end; this plan goes on from what it left`,
  },
  stale: {
    severity: "error",
    what: "A cluster is not as it was when the plan was made.",
    why: "The changes that were approved are not the changes that would happen.",
    todo: "Plan again, and look at what changed.",
    message: (cluster: string, moved: string) => `the plan is stale on \`${cluster}\`: ${moved}`,
  },
  locked: {
    severity: "error",
    what: "Another apply of the same project is at work on a cluster.",
    why: "Two at once would undo each other's changes.",
    todo: "Wait for it (`--lock-timeout`); a holder that died is replaced after its time is over.",
    message: (cluster: string, holder: string) => `\`${cluster}\` is locked by ${holder}`,
  },
  "not-discovered": {
    severity: "warning",
    what: "Some facts of a cluster could not be read.",
    why: "The fleet file lacks them.",
    todo: "Give the user of this context the right to read them, or write them by hand.",
    message: (cluster: string, facts: string) => `\`${cluster}\` does not let this user read ${facts}`,
  },
  "closed-nodes": {
    severity: "hint",
    what: "Some nodes of a cluster take no pods now: not ready, cordoned or under pressure.",
    why: "They are not offered to intents.",
    todo: "Discover again when they are back.",
    message: (cluster: string, nodes: readonly string[]) =>
      `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"} of \`${cluster}\` ${nodes.length === 1 ? "takes" : "take"} no pods now and ${nodes.length === 1 ? "is" : "are"} left out: ${nodes.slice(0, 5).join(", ")}${nodes.length > 5 ? ", …" : ""}`,
  },
  "same-cluster": {
    severity: "hint",
    what: "Two contexts lead to the same cluster.",
    why: "It is in the fleet once.",
    todo: "Nothing, unless the other context is the one to use.",
    message: (context: string, other: string) =>
      `context \`${context}\` leads to the same cluster as \`${other}\`, and is left out`,
  },
  "secrets-changed": {
    severity: "error",
    what: "The Secrets that are read now are not those that the saved plan was made with.",
    why: "A saved plan holds no Secret values; with others it would not do what was approved.",
    todo: "Plan again.",
    message: (detail: string) => `the Secrets of the saved plan can not be restored: ${detail}`,
  },
  "plan-file": {
    severity: "error",
    what: "A file is not a plan that this version can apply.",
    why: "Applying something else than a whole plan would do something else than was approved.",
    todo: "Save a plan with `placet plan --out FILE` and apply that.",
    message: (file: string, problem: string) => `\`${file}\` is not a plan: ${problem}`,
  },
});
