// The catalogue of syntax errors. It must not know how they are found.
import { defineDiagnostics } from "./diagnostic.ts";

/** A piece of source as it is shown in a message: control characters escaped, cut when long. */
export function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 37)}…` : text;
  // oxlint-disable-next-line no-control-regex -- they are what must not reach a terminal
  return short.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, (c) => {
    return `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

const quoted = (text: string): string => `\`${shown(text)}\``;

export const catalogue = defineDiagnostics("grammar", {
  unexpected: {
    severity: "error",
    what: "A statement goes on with something that can not stand there.",
    why: "What was meant can not be known, so the statement is left out of the plan and nothing is applied.",
    todo: "Write what is expected at that place.",
    message: (expected: string, after: string, found: string) =>
      `expected ${expected} after ${quoted(after)}, found ${quoted(found)}`,
  },
  unfinished: {
    severity: "error",
    what: "A statement ends before it is complete.",
    why: "The next statement begins, or the file ends, where this one still needs something.",
    todo: "Complete the statement, or remove it.",
    message: (expected: string, after: string) =>
      `expected ${expected} after ${quoted(after)}, but the statement ends here`,
  },
  "unknown-statement": {
    severity: "error",
    what: "A word stands where a statement must begin, and no statement begins with it.",
    why: "Every statement begins with a statement word; without one nobody can tell what is meant.",
    todo: "Begin with a statement word such as `run`, `allow` or `cluster`.",
    message: (found: string) => `no statement begins with ${quoted(found)}`,
  },
  "reserved-word": {
    severity: "error",
    what: "A word of the language stands where a name is expected.",
    why: "Reserved words are keywords wherever they stand, unless they are quoted or stand before a comparison.",
    todo: "Put the name in double quotes.",
    message: (found: string) =>
      `${quoted(found)} is a reserved word of the language and can not be a name as it stands`,
  },
  unclosed: {
    severity: "error",
    what: "A brace, parenthesis or bracket is not closed.",
    why: "The statement would swallow what follows it.",
    todo: "Close it where the block, the condition or the list ends.",
    message: (opener: string, closer: string) => `${quoted(opener)} is never closed by ${quoted(closer)}`,
  },
  unopened: {
    severity: "error",
    what: "A closing brace, parenthesis or bracket closes nothing.",
    why: "Either it is one too many or the opening one is missing.",
    todo: "Remove it, or add the opening one.",
    message: (closer: string) => `${quoted(closer)} closes nothing`,
  },
  "unclosed-string": {
    severity: "error",
    what: "A string has no closing quote on its line.",
    why: "A string ends on the line that it begins on.",
    todo: "Add the closing quote; a line break inside a string is written `\\n`.",
    message: () => 'this string has no closing `"` on its line',
  },
  "wrong-escape": {
    severity: "error",
    what: "A backslash in a string is not followed by one of JSON's escapes.",
    why: "Strings have JSON's escapes: `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` and `\\uXXXX`.",
    todo: "Double the backslash if a backslash is meant.",
    message: (escape: string) => `${quoted(escape)} is no escape`,
  },
  "wrong-symbol": {
    severity: "error",
    what: "A symbol of another language stands where this one has its own.",
    why: "The language has one way to write each thing.",
    todo: "Write what the message proposes.",
    message: (found: string, meant: string) => `${quoted(found)} is not written here: ${meant}`,
  },
  "wrong-character": {
    severity: "error",
    what: "A character that the language does not use.",
    why: "Outside of strings and comments only letters, digits and the language's own symbols mean something.",
    todo: "Remove it, or put the text in double quotes.",
    message: (found: string) => `${quoted(found)} means nothing here`,
  },
  "wrong-name": {
    severity: "error",
    what: "A name has letters that Kubernetes names can not have.",
    why: "Names become names of objects, labels and clusters, which take only a–z, A–Z, 0–9, `-`, `_`, `.` and `/`.",
    todo: "Choose another name, or quote the text where it is only a value.",
    message: (found: string) =>
      `${quoted(found)} is not a name: a name has only a–z, A–Z, 0–9, \`-\`, \`_\`, \`.\` and \`/\``,
  },
  "wrong-parameter": {
    severity: "error",
    what: "A `$` is not followed by the name of a parameter or by `cluster.` and a key.",
    why: "The text `$name` stands for the value of a `param`, `$cluster.key` for a fact of the cluster.",
    todo: "Name the parameter, or quote the text if a dollar sign is meant.",
    message: (found: string) => `${quoted(found)} names no parameter`,
  },
  "too-deep": {
    severity: "error",
    what: "Parentheses, blocks or `not` are nested too deeply.",
    why: "The depth is capped, so that no input can exhaust the memory.",
    todo: "Write the condition with fewer parentheses.",
    message: (limit: number) => `nested more than ${limit} deep`,
  },
  "mixed-stop": {
    severity: "error",
    what: "A stop of a chain, or one side of an `expect`, names several things of different kinds.",
    why: "One stop is either workloads or one of `internet`, `anywhere`, `kubernetes`, an address range, foreign pods.",
    todo: "Write one statement for each.",
    message: () => "only workloads can stand here as a list",
  },
  "except-of-nothing": {
    severity: "error",
    what: "An `except` follows something that has no members.",
    why: "Only workloads can be taken out, and only of the apps and workloads that stand straight before `except`.",
    todo: "Put `except` straight after the app, or remove it.",
    message: () => "`except` takes workloads out of an app or a list of workloads, and none stands before it",
  },
  "not-a-workload": {
    severity: "error",
    what: "An `expect` speaks of the place of something that is not placed.",
    why: "Only workloads and apps have a place.",
    todo: "Name a workload or an app.",
    message: (found: string) => `${quoted(found)} is not something that is placed`,
  },
  "object-reference": {
    severity: "error",
    what: "`workload NAME = …` does not name an object by its kind and its name.",
    why: "The object is looked up by both.",
    todo: "Write `workload NAME = KIND/OBJECT`, such as `Deployment/core-nrf`.",
    message: (found: string) => `${quoted(found)} is not of the form \`KIND/NAME\``,
  },
  "port-number": {
    severity: "error",
    what: "A port of a workload is a range or a name.",
    why: "`port NAME NUMBER` gives a name to one port of the container.",
    todo: "Write one entry for each port, such as `port sbi 8000` or `port n2 38412/sctp`.",
    message: () => "a port of a workload has one number, such as `8000` or `38412/sctp`",
  },
  "too-large": {
    severity: "error",
    what: "A file is larger than the language reads.",
    why: "The size is capped, so that no input can exhaust the memory.",
    todo: "Split the file; a directory is read as a whole.",
    message: (size: string, limit: string) => `the file has ${size}; at most ${limit} are read`,
  },
  "too-many-errors": {
    severity: "error",
    what: "A file has so many syntax errors that the rest of it is not read.",
    why: "Very many errors have few causes, or the file is not written in this language.",
    todo: "Mend the first ones and look again.",
    message: (limit: number) => `the file has ${limit} syntax errors or more; what follows is not read`,
  },
});

export const syntax = catalogue.make;
