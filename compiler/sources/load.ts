// The driver: an app statement → its objects, workloads, and what travels with what. It must not know intents or clusters.
import type { AppEntry, Diagnostic, Phase, Statement, Word } from "../../grammar/index.ts";
import type { Host } from "../host.ts";
import type { AppObject, ObjectKey, Workload } from "../ir.ts";
import { identityOf, workloadKindOf } from "../objects.ts";
import { appObjects } from "./app-objects.ts";
import type { FoundObject } from "./app-objects.ts";
import { say } from "./diagnostics.ts";
import { entryObjects } from "./entries.ts";
import { looseObjects } from "./loose.ts";
import { missingHints } from "./missing.ts";
import { inlineWorkload } from "./inline.ts";
import { nameWorkloads } from "./naming.ts";
import type { Named } from "./naming.ts";
import type { ResourceNames } from "./resource-names.ts";
import { isLabelName } from "./source-object.ts";
import type { SourceObject } from "./source-object.ts";
import { shapeDiagnostics } from "./shapes.ts";
import { surroundingsOf } from "./surroundings.ts";
import type { Closure } from "./travel.ts";
import type { Problem } from "./view.ts";
import { readWorkload } from "./workload.ts";
import type { Surroundings } from "./workload.ts";

export type AppStatement = Extract<Statement, { kind: "app" }>;

export interface LoadedApp {
  readonly name: string;
  /** The app's own namespace: of `in`, else its name. Objects that name another one keep that. */
  readonly namespace: string;
  /** In the order read. Each `object` is as it was read; where it names no namespace, the one of its key is meant. */
  readonly objects: readonly AppObject[];
  /** Sorted by name. */
  readonly workloads: readonly Workload[];
  /** What no workload uses, and what that needs in turn: sorted; for each cluster of the app. */
  readonly loose: readonly ObjectKey[];
}

/**
 * Reads everything that an app names. Params are substituted in the statement. What is wrong with one entry or one object is said and
 * leaves the others in place; the driver above decides whether to go on.
 */
export function loadApp(
  app: AppStatement,
  host: Host,
  names: { readonly resourceNames: ResourceNames },
): Phase<LoadedApp> {
  const name = app.name.text;
  const namespace = app.namespace?.text ?? name;
  const diagnostics: Diagnostic[] = [];
  const keep = <T>(phase: Phase<T>): T => {
    // Not `push(...)`: a file may have more to say than a call may have arguments.
    for (const diagnostic of phase.diagnostics) diagnostics.push(diagnostic);
    return phase.value;
  };
  if (!isLabelName(namespace)) diagnostics.push(badNamespace(app.namespace ?? app.name));
  // What was written, in the order in which the entries stand.
  const inline = new Map<SourceObject, Readonly<Record<string, string>>>();
  const sources = app.entries.flatMap((entry) =>
    keep(readEntry(entry, name, namespace, host, names.resourceNames, inline)),
  );
  // Which object lands where needs all of them: a CRD of the app says which of its kinds belong to no namespace.
  const found = keep(appObjects(sources, namespace));
  // Names before contents: what is wrong in a workload is said with the name that people gave it.
  const named = keep(nameWorkloads(app, found, inline, names.resourceNames));
  const around = surroundingsOf(name, found);
  const travelling = named.map((one) => travellingWorkload(one, around));
  // What is wrong in an object is said once, in the order in which the objects were read.
  const problems = new Map(travelling.map((t) => [t.workload.object, t.problems]));
  const shapes = found.flatMap((object) => shapeDiagnostics(object, problems.get(object.app.key) ?? []));
  keep({ value: undefined, diagnostics: shapes });
  // Only when all workloads are known is it known what none of them uses.
  const objects = found.map((o) => o.app);
  const loose = keep(
    looseObjects(
      objects,
      running(found, named),
      travelling.map((t) => t.closure),
      around.travel,
    ),
  );
  keep({ value: undefined, diagnostics: [...missingHints(travelling, found), ...quotaWarnings(found)] });
  const workloads = travelling.map((t) => t.workload).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { value: { name, namespace, objects, workloads, loose }, diagnostics };
}

const badNamespace = (word: Word): Diagnostic =>
  say["bad-name"](
    word.span,
    [word.text, "is no name of a namespace: at most 63 of a–z, 0–9 and `-`, with a letter or digit at both ends"],
    { help: "say which namespace is meant: `app NAME in NAMESPACE { … }`" },
  );

/** Pods beyond a quota are refused; how much of it is in use only the cluster knows. */
const quotaWarnings = (found: readonly FoundObject[]): readonly Diagnostic[] =>
  found
    .filter((o) => o.app.key.startsWith("v1/ResourceQuota/"))
    .map((o) => say["quota-not-counted"](o.source.span, [o.object.metadata.name, identityOf(o.app.key).namespace]));

function readEntry(
  entry: AppEntry,
  app: string,
  namespace: string,
  host: Host,
  names: ResourceNames,
  inline: Map<SourceObject, Readonly<Record<string, string>>>,
): Phase<readonly SourceObject[]> {
  if (entry.kind === "named-workload") return { value: [], diagnostics: [] };
  if (entry.kind !== "workload") return entryObjects(entry, host, app, namespace);
  const { value, diagnostics } = inlineWorkload(entry, app, names);
  const [first] = value.objects;
  if (first !== undefined) inline.set(first, value.properties);
  return { value: value.objects, diagnostics };
}

/** What runs, also under a name that another one has taken: it is never loose. */
const running = (found: readonly FoundObject[], named: readonly Named[]): ReadonlySet<ObjectKey> =>
  new Set(
    [...named.map((n) => n.object), ...found.filter((o) => workloadKindOf(o.object) !== undefined)].map(
      (o) => o.app.key,
    ),
  );

export interface Travelling {
  readonly workload: Workload;
  readonly closure: Closure;
  readonly problems: readonly Problem[];
}

/** The workload with what travels with it. */
function travellingWorkload(named: Named, around: Surroundings): Travelling {
  const { workload, pods, problems } = readWorkload(named.object.app, named.naming, around);
  const closure = around.travel.closure(named.object.app, pods);
  return { workload: { ...workload, travels: closure.travels, services: closure.services }, closure, problems };
}
