// The front door of this folder: text to tree, and back. Nothing outside may import another of its files.
export type * from "./ast.ts";
export type { Diagnostic, DiagnosticDefinition, Fix, Phase, Related, Severity, Span } from "./diagnostic.ts";
export { defineDiagnostics, hasErrors } from "./diagnostic.ts";
export { catalogue as grammarDiagnostics } from "./diagnostics.ts";
export { expected } from "./expected.ts";
export { format } from "./format.ts";
export { parse } from "./parse.ts";
export { print } from "./print.ts";
export { lineAndColumn, type Position } from "./position.ts";
