// The driver: intents in, the IR out. It names every phase in order and decides what is said; the phases do not know each other.
import type { Diagnostic, Phase } from "../grammar/index.ts";
import { hasErrors } from "../grammar/index.ts";
import { loadApps } from "./apps.ts";
import { completeFleet } from "./fleet/accepts.ts";
import { readFleet } from "./fleet/fleet.ts";
import type { Host } from "./host.ts";
import type { Fleet, Ir } from "./ir.ts";
import { createSuggest } from "./near-names.ts";
import { refuseNotYet } from "./not-yet.ts";
import { resolvePlacement } from "./placement/placement.ts";
import { declare } from "./reading/declare.ts";
import { load } from "./reading/load.ts";
import { substitute } from "./reading/params.ts";
import { indexNames } from "./reading/targets.ts";
import { checkRules } from "./rules/index.ts";
import { inTextOrder, withoutEchoes } from "./sayings.ts";
import { resolveTraffic } from "./traffic/traffic.ts";

export interface CompileOptions {
  /** `--set NAME=VALUE`. */
  readonly set?: Readonly<Record<string, string>>;
  /** What was discovered (`--live`): its clusters replace the written ones. */
  readonly fleet?: Fleet;
}

/**
 * Compiles the files that `entry` (files or directories below the host's root) reaches. The IR is whole only when no diagnostic is an
 * error; with errors it holds what could be understood, which editors and explanations use. Never throws for what users write.
 */
export function compile(entry: readonly string[], host: Host, options: CompileOptions = {}): Phase<Ir> {
  const suggest = createSuggest();
  // First of all the files, since every other phase wants the whole program: names are used before and in other files than declared.
  const files = load(entry, host);
  // Before names are looked at, since a name may be a parameter.
  const params = substitute(files.value, options.set ?? {}, suggest);
  // Names of statements, before anything refers to them.
  const declared = declare(params.value.statements);
  // Places before workloads, since the fleet says what short words for resources mean in manifests.
  const places = readFleet(declared.value, host, suggest, options.fleet);
  // The slow phase (files, charts); after everything that could make it pointless, before everything that names a workload.
  const apps = loadApps(declared.value, host, places.value.fleet, suggest);
  // One index of all names, built once.
  const names = indexNames(apps.value.apps, apps.value.workloads, places.value.fleet, suggest);
  // What sites accept and who answers DNS, now that workloads are known.
  const fleet = completeFleet(places.value, names);
  // Then the intents, each family on its own: none depends on another's outcome.
  const placement = resolvePlacement(declared.value, names, places.value.vocabulary);
  const traffic = resolveTraffic(declared.value, names, apps.value.objects);
  const later = refuseNotYet(declared.value, { names, suggest, vocabulary: places.value.vocabulary });

  const { apps: appList, workloads } = apps.value;
  const ir: Ir = {
    format: "placet.ir/v1",
    fleet: fleet.value,
    apps: appList,
    workloads,
    ...placement.value,
    ...traffic.value,
    params: params.value.values,
  };
  // Last, what only the whole program shows.
  const runs = new Map(ir.runs.map((run) => [run.workload, run]));
  const rules = checkRules({ ir, declarations: declared.value, names, vocabulary: places.value.vocabulary, runs });

  const meaning: readonly Diagnostic[] = [params, declared, places, apps, fleet, placement, traffic].flatMap(
    (phase) => [...phase.diagnostics],
  );
  const broken = hasErrors(files.diagnostics)
    ? "files"
    : hasErrors(apps.diagnostics.filter((d) => d.code.startsWith("source/")))
      ? "sources"
      : "nothing";
  return {
    value: ir,
    diagnostics: inTextOrder([...files.diagnostics, ...withoutEchoes([...meaning, ...later, ...rules], broken)]),
  };
}
