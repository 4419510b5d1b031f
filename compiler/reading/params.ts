// `param`, `$name` and `--set`: puts each parameter's value where its name stands, and reads the form of the word anew.
// It must not know what the statements mean; it walks them as data.
import type { Diagnostic, Phase, Statement, Tree, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Suggest } from "../near-names.ts";

type Param = Extract<Statement, { kind: "param" }>;

export interface Substituted {
  /** Every statement but `use` and `param`, in the order of files and lines. */
  readonly statements: readonly Statement[];
  /** The text of each parameter's value. */
  readonly values: Readonly<Record<string, string>>;
}

/** Statements whose controllers write for one cluster, so that a fact of the cluster has a value in them. */
const WITH_FACTS: ReadonlySet<Statement["kind"]> = new Set([
  "set",
  "configure",
  "patch",
  "attach",
  "object",
  "network",
  "expose",
  "intent",
]);

export function substitute(
  trees: readonly Tree[],
  set: Readonly<Record<string, string>>,
  suggest: Suggest,
): Phase<Substituted> {
  const diagnostics: Diagnostic[] = [];
  const declared = declareParams(trees, diagnostics);
  const given = readSet(set, declared, suggest, diagnostics);
  const values = resolveValues(declared, given, suggest, diagnostics);
  const used = new Set<string>();
  const statements: Statement[] = [];
  for (const tree of trees) {
    const marked = tree.text.includes("$");
    for (const statement of tree.statements) {
      if (statement.kind === "use") continue;
      if (statement.kind === "param") {
        if (statement.value.form === "parameter") used.add(statement.value.text);
        continue;
      }
      const mayHold = marked && tree.text.slice(statement.span.start, statement.span.end).includes("$");
      statements.push(mayHold ? (replace(statement, statement.kind) as Statement) : statement);
    }
  }
  for (const [name, param] of declared)
    if (!used.has(name)) diagnostics.push(diagnose["unused-parameter"](param.name.span, [name]));
  return { value: { statements, values: Object.fromEntries([...values].map(([k, v]) => [k, v.text])) }, diagnostics };

  /** A copy of the data with every parameter's word replaced; facts are refused where no cluster is known. */
  function replace(data: unknown, kind: Statement["kind"]): unknown {
    if (Array.isArray(data)) return data.map((entry) => replace(entry, kind));
    if (typeof data !== "object" || data === null) return data;
    if (isWord(data)) return word(data, kind);
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, key === "span" ? value : replace(value, kind)]),
    );
  }

  function word(w: Word, kind: Statement["kind"]): Word {
    if (w.form === "fact" && !WITH_FACTS.has(kind)) diagnostics.push(diagnose["fact-not-here"](w.span, [w.text]));
    if (w.form !== "parameter") return w;
    used.add(w.text);
    const value = values.get(w.text);
    if (value !== undefined) return { ...value, span: w.span };
    if (!declared.has(w.text)) diagnostics.push(unknown(w, declared, suggest));
    return w;
  }
}

function isWord(data: object): data is Word {
  return "form" in data && "text" in data && "span" in data;
}

function unknown(w: Word, declared: ReadonlyMap<string, Param>, suggest: Suggest): Diagnostic {
  const near = suggest(w.text, declared.keys());
  return diagnose["unknown-parameter"](w.span, [w.text], {
    help: near === undefined ? `declare it: \`param ${w.text} = VALUE\`` : `did you mean \`$${near}\`?`,
  });
}

function declareParams(trees: readonly Tree[], diagnostics: Diagnostic[]): ReadonlyMap<string, Param> {
  const declared = new Map<string, Param>();
  for (const tree of trees) {
    for (const statement of tree.statements) {
      if (statement.kind !== "param") continue;
      const first = declared.get(statement.name.text);
      if (first === undefined) declared.set(statement.name.text, statement);
      else {
        const related = [{ message: "the first one", span: first.name.span }];
        diagnostics.push(
          diagnose["duplicate-name"](statement.name.span, ["parameters", statement.name.text], { related }),
        );
      }
    }
  }
  return declared;
}

function readSet(
  set: Readonly<Record<string, string>>,
  declared: ReadonlyMap<string, Param>,
  suggest: Suggest,
  diagnostics: Diagnostic[],
) {
  const given = new Map<string, string>();
  for (const [name, text] of Object.entries(set).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const near = declared.has(name) ? undefined : suggest(name, declared.keys());
    if (!declared.has(name))
      diagnostics.push(
        diagnose["unknown-set"](undefined, [name], near === undefined ? {} : { help: `did you mean \`${near}\`?` }),
      );
    else if (/\p{Cc}/u.test(text))
      diagnostics.push(
        diagnose["bad-set"](undefined, [name, "holds a control character; a value is one line of text"]),
      );
    else given.set(name, text);
  }
  return given;
}

/** Follows parameters that stand for others, each once; a circle is said once, and what leads into it has no value. */
function resolveValues(
  declared: ReadonlyMap<string, Param>,
  given: ReadonlyMap<string, string>,
  suggest: Suggest,
  diagnostics: Diagnostic[],
) {
  const values = new Map<string, Word>();
  const without = new Set<string>();
  for (const start of declared.keys()) {
    const path = new Set<string>();
    let value: Word | undefined;
    for (let name: string | undefined = start; name !== undefined;) {
      const param = declared.get(name);
      if (param === undefined || without.has(name)) break;
      path.add(name);
      const text = given.get(name);
      const written: Word = text === undefined ? param.value : { form: formOf(text), text, span: param.value.span };
      value = values.get(name) ?? (written.form === "parameter" || written.form === "fact" ? undefined : written);
      if (value !== undefined) break;
      const problem = leadsNowhere(written, path, declared, suggest);
      if (problem !== undefined) diagnostics.push(problem);
      name = problem === undefined ? written.text : undefined;
    }
    for (const name of path) {
      if (value === undefined) without.add(name);
      else values.set(name, value);
    }
  }
  return values;
}

/** Why a value that is no word of its own gives none: a fact, an unknown parameter, or one that is on the way already. */
function leadsNowhere(
  written: Word,
  path: ReadonlySet<string>,
  declared: ReadonlyMap<string, Param>,
  suggest: Suggest,
): Diagnostic | undefined {
  if (written.form === "fact") return diagnose["fact-not-here"](written.span, [written.text]);
  if (!declared.has(written.text)) return unknown(written, declared, suggest);
  if (!path.has(written.text)) return undefined;
  const names = [...path];
  return diagnose["parameter-cycle"](written.span, [[...names.slice(names.indexOf(written.text)), written.text]]);
}

/** The form that the lexer would give a bare text; what is no such word is a string. */
function formOf(text: string): Word["form"] {
  if (/^-?\d+(\.\d+)?$/.test(text)) return "number";
  if (/^\d+(\.\d+)?%$/.test(text)) return "percent";
  if (/^\d+(\.\d+)?[kKMGT]?bps$/.test(text)) return "rate";
  if (/^\d+(\.\d+)?(us|µs|ms|s|h)$/.test(text)) return "duration";
  if (/^\d+(\.\d+)?([numkMGTPE]|[KMGTPE]i)$/.test(text)) return "quantity";
  if (/^[0-9a-fA-F:.]+(\/\d+)?$/.test(text) && /[.:]/.test(text)) return "address";
  return /^[A-Za-z0-9_][\w./-]*$/.test(text) ? "name" : "string";
}
