// What other folders may know of the compiler. It must not hold code.
export * from "./ir.ts";
export * from "./host.ts";
export * from "./quantity.ts";
export * from "./objects.ts";
export { compile } from "./compile.ts";
export type { CompileOptions } from "./compile.ts";
export { compilerDiagnostics } from "./diagnostics.ts";
export { sourceDiagnostics } from "./sources/index.ts";
export { acceptsWorkload, holdsOnCluster, holdsOnPool } from "./conditions/evaluate.ts";
export { compareLabel, compareVersions } from "./conditions/compare.ts";
export { irJson } from "./ir-json.ts";
export { lineFinder } from "./line-starts.ts";
export { createSuggest } from "./near-names.ts";
export type { Suggest } from "./near-names.ts";
export { diagnosticJson, renderDiagnostic } from "./render-diagnostic.ts";
export type { DiagnosticJson, PositionJson, RenderOptions, Sources } from "./render-diagnostic.ts";
