// What is said about names: unknown, ambiguous, twice declared. It must not know how names are looked up.
import type { DiagnosticDefinition } from "../../grammar/index.ts";

export const list = (names: readonly string[], word = "and"): string => {
  const quoted = names.map((n) => `\`${n}\``);
  return quoted.length < 2 ? quoted.join("") : `${quoted.slice(0, -1).join(", ")} ${word} ${quoted.at(-1)}`;
};

/** At most `most` names, and how many more there are. */
export const some = (names: readonly string[], most = 6): string =>
  names.length <= most
    ? list(names)
    : `${names
        .slice(0, most)
        .map((n) => `\`${n}\``)
        .join(", ")} and ${names.length - most} more`;

/** Names that lead from one to the next, a long way cut in the middle. */
export const way = (names: readonly string[]): string => {
  const shown = names.length <= 8 ? names : [...names.slice(0, 4), "…", ...names.slice(-3)];
  return shown.map((n) => `\`${n}\``).join(" → ");
};

export const names = {
  "duplicate-name": {
    severity: "error",
    what: "Two things of one kind have the same name.",
    why: "A statement that uses the name could mean either.",
    todo: "Rename one of them.",
    message: (kind: string, name: string) => `there are two ${kind} named \`${name}\``,
  },
  "bad-name": {
    severity: "error",
    what: "A name is not one that Kubernetes, or a directory, accepts.",
    why: "It becomes part of objects' names and labels, or a directory's name.",
    todo: "Use lower-case letters, digits, `-` and `.`, begin and end with a letter or digit, and stay within 63 characters.",
    message: (kind: string, name: string) =>
      `\`${name}\` can not name ${kind}: names are at most 63 lower-case letters, digits, \`-\` and \`.\``,
  },
  "unknown-workload": {
    severity: "error",
    what: "A workload is named that no app has.",
    why: "The statement would speak of nothing.",
    todo: "Correct the name, or add the workload to an app.",
    message: (name: string) => `there is no workload \`${name}\``,
  },
  "unknown-app": {
    severity: "error",
    what: "An app is named that is not declared.",
    why: "The statement would speak of nothing.",
    todo: "Correct the name, or declare `app NAME { … }`.",
    message: (name: string) => `there is no app \`${name}\``,
  },
  "unknown-cluster": {
    severity: "error",
    what: "A cluster or group is named that is not in the fleet.",
    why: "The statement would speak of no place.",
    todo: "Correct the name, or declare the cluster or group.",
    message: (name: string) => `there is no cluster or group \`${name}\``,
  },
  "unknown-cloud": {
    severity: "error",
    what: "An app is `of` a cloud that is not declared.",
    why: "The app's namespace, quota and clusters would be unknown.",
    todo: "Correct the name, or declare `cloud NAME { … }`.",
    message: (name: string) => `there is no cloud \`${name}\``,
  },
  "unknown-network": {
    severity: "error",
    what: "A secondary network is named that is not declared.",
    why: "The statement would speak of nothing.",
    todo: "Correct the name, or declare `network NAME { … }`.",
    message: (name: string) => `there is no network \`${name}\``,
  },
  "ambiguous-workload": {
    severity: "error",
    what: "A bare name fits workloads of several apps, or a workload and an app of several.",
    why: "The statement could mean any of them.",
    todo: "Say `APP.WORKLOAD`, or `app NAME` for the whole app.",
    message: (name: string, candidates: readonly string[]) => `\`${name}\` could be ${list(candidates, "or")}`,
  },
  "not-in-target": {
    severity: "error",
    what: "`except` names a workload that the statement does not speak of anyway.",
    why: "It takes nothing out, so a misspelling or another app was probably meant.",
    todo: "Correct the name or remove it.",
    message: (name: string) =>
      `\`except ${name}\` takes nothing out: \`${name}\` is not among the workloads named before it`,
  },
  "named-twice": {
    severity: "warning",
    what: "A list names the same thing twice.",
    why: "The second time changes nothing; another name was probably meant.",
    todo: "Remove or correct one of them.",
    message: (name: string) => `\`${name}\` is named twice in this list`,
  },
  "names-nothing": {
    severity: "warning",
    what: "A statement speaks of an app without workloads, or of a list that `except` empties.",
    why: "It changes nothing.",
    todo: "Give the app workloads, or remove the statement.",
    message: () => "this names no workload at all, so the statement changes nothing",
  },
  "object-differs": {
    severity: "error",
    what: "One Kubernetes object is in two apps, and not the same in both.",
    why: "Both apps would write it, one over the other.",
    todo: "Make them equal, or give one of them another name or namespace.",
    message: (object: string, one: string, other: string) =>
      `${object} is in \`${one}\` and in \`${other}\`, and they differ`,
  },
  "not-supported-yet": {
    severity: "error",
    what: "A statement of the language whose controller is not built yet.",
    why: "It is read and its names are checked, but a plan could not keep its promise, and nothing is silently ignored.",
    todo: "Remove the statement for now; the road map says what comes.",
    message: (statement: string) => `\`${statement}\` is not supported yet`,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
