// The catalogue of everything that the compiler says to people; one file of `diagnostics/` for each subject.
// It must not know when a diagnostic is given.
import { defineDiagnostics } from "../grammar/index.ts";
import { conditions } from "./diagnostics/conditions.ts";
import { files } from "./diagnostics/files.ts";
import { fleet } from "./diagnostics/fleet.ts";
import { names } from "./diagnostics/names.ts";
import { placement } from "./diagnostics/placement.ts";
import { traffic } from "./diagnostics/traffic.ts";

export const compilerDiagnostics = defineDiagnostics("compiler", {
  ...files,
  ...names,
  ...fleet,
  ...conditions,
  ...placement,
  ...traffic,
});

/** `diagnose["unknown-workload"](span, ["amff"], { help })`. */
export const diagnose = compilerDiagnostics.make;
