// What is said about files and parameters. It must not know how files are read.
import type { DiagnosticDefinition } from "../../grammar/index.ts";
import { way } from "./names.ts";

export const files = {
  "file-missing": {
    severity: "error",
    what: "A path that is named does not exist.",
    why: "What the file says would be missing from the plan.",
    todo: "Correct the path. Paths are relative to the file that names them.",
    message: (path: string) => `there is no file or directory \`${path}\``,
  },
  "file-outside": {
    severity: "error",
    what: "A path leads out of the project's root.",
    why: "Files are read only below the root, so that a project can not reach what is not its own.",
    todo: "Move the file into the project, or run placet from a directory that holds both.",
    message: (path: string) => `\`${path}\` is outside of the project; files are read only below its root`,
  },
  "file-unreadable": {
    severity: "error",
    what: "A file exists but can not be read as text.",
    why: "Nothing in it can be taken into account.",
    todo: "Name a text file in UTF-8 that this user may read.",
    message: (path: string, reason: string) => `\`${path}\` can not be read: ${reason}`,
  },
  "no-intents": {
    severity: "error",
    what: "A directory holds no `.intent` file.",
    why: "Reading it adds nothing, which is hardly what was meant.",
    todo: "Name a directory that holds `.intent` files directly; subdirectories are not searched.",
    message: (path: string) => `the directory \`${path}\` holds no \`.intent\` file`,
  },
  "use-without-effect": {
    severity: "warning",
    what: "A `use` names its own file, or what the same file already uses.",
    why: "A file is read once, so the statement changes nothing.",
    todo: "Remove the statement.",
    message: (path: string, reason: string) => `\`use "${path}"\` changes nothing: ${reason}`,
  },
  "parameter-in-use": {
    severity: "error",
    what: "The path of a `use` is a parameter.",
    why: "Parameters are known only after every file has been read.",
    todo: "Write the path out.",
    message: (name: string) =>
      `\`use\` can not take its path from \`$${name}\`: files are read before parameters are known`,
  },
  "unknown-parameter": {
    severity: "error",
    what: "A `$name` stands for no `param`.",
    why: "There is no value to put in its place.",
    todo: 'Declare it: `param NAME = VALUE`. A "$" that is meant as text is written in quotes.',
    message: (name: string) => `there is no parameter \`${name}\``,
  },
  "unused-parameter": {
    severity: "warning",
    what: "A `param` is declared and never used.",
    why: "It changes nothing; often its use was misspelt.",
    todo: "Use it as `$NAME`, or remove it.",
    message: (name: string) => `the parameter \`${name}\` is never used`,
  },
  "unknown-set": {
    severity: "error",
    what: "`--set` names a parameter that no file declares.",
    why: "The value would change nothing.",
    todo: "Correct the name, or declare `param NAME = VALUE`.",
    message: (name: string) => `\`--set ${name}=…\` names no parameter: no file declares \`param ${name}\``,
  },
  "bad-set": {
    severity: "error",
    what: "The value of a `--set` can not stand in a statement.",
    why: "A parameter stands for one word: a name, a number, a quantity or a text on one line.",
    todo: "Give one word, or one line of text.",
    message: (name: string, reason: string) => `\`--set ${name}=…\` ${reason}`,
  },
  "parameter-cycle": {
    severity: "error",
    what: "Parameters are defined by each other in a circle.",
    why: "None of them has a value.",
    todo: "Give one of them a value of its own.",
    message: (names: readonly string[]) => `these parameters stand for each other: ${way(names)}`,
  },
  "fact-not-here": {
    severity: "error",
    what: "A `$cluster.key` stands where no cluster is known yet.",
    why: "A fact of the cluster has a value only in what is written for one cluster.",
    todo: "Use it in `set`, `configure`, `patch`, `attach` or `object`; elsewhere use a `param`.",
    message: (name: string) =>
      `\`$cluster.${name}\` has no value here: which cluster is decided only after this statement`,
  },
  "wrong-form": {
    severity: "error",
    what: "A word is of the wrong form: a number is needed, or a duration, a percentage, an address.",
    why: "The statement has no meaning with it. Often a parameter's value is of another form than its place.",
    todo: "Write what the message asks for.",
    message: (text: string, problem: string) => `\`${text}\` ${problem}`,
  },
} as const satisfies Record<string, DiagnosticDefinition<any>>;
