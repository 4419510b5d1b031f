// What a diagnostic is, for every phase. It must not know any particular diagnostic: each folder defines its own catalogue.

/** A stretch of one source file: offsets in UTF-16 code units, end exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export type Severity = "error" | "warning" | "hint";

/** Another place that a diagnostic speaks of. */
export interface Related {
  readonly message: string;
  readonly span: Span;
}

/** A change of the text that would mend it: what an editor offers as a code action. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly { readonly span: Span; readonly text: string }[];
}

/** The user's mistake as data: what, where, why, and what to do. */
export interface Diagnostic {
  /** `phase/name`, such as `compiler/unknown-workload`; each has an entry in a catalogue and a page in the documents. */
  readonly code: string;
  readonly severity: Severity;
  /** What is wrong, lower case, the user's words in backticks. */
  readonly message: string;
  /** What to do about it. */
  readonly help?: string;
  /** Where; absent only for what has no place in a file (a cluster that can not be reached). */
  readonly span?: Span;
  readonly related?: readonly Related[];
  readonly fix?: Fix;
}

/** One entry of a catalogue: what the documents say about a diagnostic. Parameters are checked by the types of `message`. */
export interface DiagnosticDefinition<P extends readonly never[] | readonly unknown[] = readonly unknown[]> {
  readonly severity: Severity;
  /** One sentence for the catalogue: when this is said. */
  readonly what: string;
  /** Why it matters to the user. */
  readonly why: string;
  /** What to do, in general. */
  readonly todo: string;
  readonly message: (...parameters: P) => string;
}

type Place = Span | undefined;
type Details = Partial<Pick<Diagnostic, "help" | "related" | "fix">>;

type Makers<D> = {
  readonly [K in keyof D]: D[K] extends { message: (...p: infer P) => string }
    ? (span: Place, parameters: P, details?: Details) => Diagnostic
    : never;
};

export interface Catalogue<D> {
  readonly phase: string;
  readonly definitions: D;
  readonly make: Makers<D>;
}

/**
 * Defines a folder's diagnostics: `defineDiagnostics("compiler", { "unknown-workload": { … message: (name: string) => … } })`.
 * `make["unknown-workload"](span, ["amff"], { help })` then builds one, with the parameters checked by the compiler.
 */
export function defineDiagnostics<const D extends Record<string, DiagnosticDefinition<any>>>(
  phase: string,
  definitions: D,
): Catalogue<D> {
  const make: Record<string, (span: Place, parameters: unknown[], details?: Details) => Diagnostic> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    make[name] = (span, parameters, details = {}) => ({
      code: `${phase}/${name}`,
      severity: definition.severity,
      message: definition.message(...(parameters as never[])),
      ...(span === undefined ? {} : { span }),
      ...details,
    });
  }
  return { phase, definitions, make: make as Makers<D> };
}

/** What a phase returns: always a value, and what it has to say. The driver decides whether to go on. */
export interface Phase<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some((d) => d.severity === "error");
