// Which objects are workloads, and what each is called: its own name, or the one that `workload NAME = Kind/object` gives.
// It must not know what workloads ask for.
import type { AppEntry, Diagnostic, Phase } from "../../grammar/index.ts";
import type { Amounts } from "../ir.ts";
import { createSuggest } from "../near-names.ts";
import type { Suggest } from "../near-names.ts";
import { identityOf, showKey, showObject, workloadKindOf } from "../objects.ts";
import { readAmount } from "../quantity.ts";
import type { FoundObject } from "./app-objects.ts";
import { say } from "./diagnostics.ts";
import type { AppStatement } from "./load.ts";
import { podTemplate } from "./pod-template.ts";
import { resourceName } from "./resource-names.ts";
import type { ResourceNames } from "./resource-names.ts";
import type { SourceObject } from "./source-object.ts";
import { at, textMap, viewOf } from "./view.ts";
import type { Naming } from "./workload.ts";

type NamedEntry = Extract<AppEntry, { kind: "named-workload" }>;

export interface Named {
  readonly object: FoundObject;
  readonly naming: Naming;
}

/** Every workload of the app with its name, each name once; in the order of the objects. */
export function nameWorkloads(
  app: AppStatement,
  found: readonly FoundObject[],
  inline: ReadonlyMap<SourceObject, Readonly<Record<string, string>>>,
  names: ResourceNames,
): Phase<readonly Named[]> {
  const diagnostics: Diagnostic[] = [];
  const finder = finderOf(app.name.text, found, diagnostics);
  const given = new Map<FoundObject, NamedEntry>();
  for (const entry of app.entries) {
    if (entry.kind !== "named-workload") continue;
    const object = findNamed(entry, finder);
    if (object === undefined) continue;
    const before = given.get(object);
    if (before !== undefined)
      diagnostics.push(
        say["named-twice"](entry.name.span, [showObject(object.object), before.name.text, entry.name.text]),
      );
    else given.set(object, entry);
  }
  const byName = new Map<string, Named>();
  for (const object of found) {
    const entry = given.get(object);
    const isWorkload = workloadKindOf(object.object) !== undefined || isReplicationController(object);
    if (entry === undefined && !isWorkload) continue;
    const naming = entry === undefined ? ownName(object, inline) : givenName(entry, object, names, diagnostics);
    if (naming === undefined) continue;
    const before = byName.get(naming.name);
    if (before === undefined) byName.set(naming.name, { object, naming });
    else diagnostics.push(clash(naming, before, object));
  }
  return { value: [...byName.values()], diagnostics };
}

const labelsOf = ({ object }: FoundObject): Readonly<Record<string, string>> =>
  textMap(at(viewOf(object, []), "metadata", "labels"));

const isReplicationController = ({ app }: FoundObject): boolean => app.key.startsWith("v1/ReplicationController/");

const ownName = (object: FoundObject, inline: ReadonlyMap<SourceObject, Readonly<Record<string, string>>>): Naming => ({
  name: object.object.metadata.name,
  span: object.source.entry,
  properties: inline.get(object.source) ?? labelsOf(object),
});

function clash(naming: Naming, before: Named, object: FoundObject): Diagnostic {
  return say["two-workloads"](
    object.source.span,
    [naming.name, showKey(before.object.app.key), showKey(object.app.key)],
    {
      help: `give one of them another name: \`workload NAME = ${showObject(object.object)}\``,
      related: [{ message: "the other one is here", span: before.object.source.span }],
    },
  );
}

interface Finder {
  readonly app: string;
  /** By `Kind/name`. */
  readonly objects: ReadonlyMap<string, readonly FoundObject[]>;
  readonly suggest: Suggest;
  readonly diagnostics: Diagnostic[];
}

function finderOf(app: string, found: readonly FoundObject[], diagnostics: Diagnostic[]): Finder {
  const objects = new Map<string, FoundObject[]>();
  for (const object of found) {
    const shown = showObject(object.object);
    const list = objects.get(shown);
    if (list === undefined) objects.set(shown, [object]);
    else list.push(object);
  }
  return { app, objects, suggest: createSuggest(), diagnostics };
}

/** `Deployment/core-nrf`, or `Deployment/"namespace/core-nrf"`. */
function findNamed({ objectKind, objectName }: NamedEntry, finder: Finder): FoundObject | undefined {
  const [name = "", namespace] = objectName.text.split("/").reverse();
  const fits = (finder.objects.get(`${objectKind.text}/${name}`) ?? []).filter(
    (o) => namespace === undefined || identityOf(o.app.key).namespace === namespace,
  );
  const shown = `${objectKind.text}/${objectName.text}`;
  if (fits.length > 1) {
    const namespaces = fits.map((o) => `\`${identityOf(o.app.key).namespace}\``);
    finder.diagnostics.push(say["ambiguous-object"](objectName.span, [shown, namespaces.join(", ")]));
    return undefined;
  }
  if (fits[0] !== undefined) return fits[0];
  const near = finder.suggest(shown, finder.objects.keys());
  const span = { ...objectKind.span, end: objectName.span.end };
  const help =
    near === undefined
      ? {}
      : { help: `did you mean \`${near}\`?`, fix: { title: `write \`${near}\``, edits: [{ span, text: near }] } };
  finder.diagnostics.push(say["no-such-object"](span, [shown, finder.app], help));
  return undefined;
}

/** Undefined when what it needs is wrong or not known. */
function givenName(
  entry: NamedEntry,
  object: FoundObject,
  names: ResourceNames,
  diagnostics: Diagnostic[],
): Naming | undefined {
  const name = entry.name.text;
  const labels = labelsOf(object);
  const known = podTemplate(object.object) !== undefined;
  const [first] = entry.needs;
  if (known && first !== undefined) {
    diagnostics.push(
      say["needs-of-known-kind"](first.span, [name, object.object.kind], { help: `say \`run ${name} needs …\`` }),
    );
  } else if (!known && first === undefined) {
    diagnostics.push(
      say["needs-missing"](entry.span, [name, showObject(object.object)], {
        help: `\`workload ${name} = ${showObject(object.object)} needs cpu 4, memory 8Gi\``,
      }),
    );
  }
  if (known || first === undefined) return { name, span: entry.span, properties: labels };
  return { name, span: entry.span, properties: labels, needs: readNeeds(entry, names, diagnostics) };
}

function readNeeds(entry: NamedEntry, names: ResourceNames, diagnostics: Diagnostic[]): Amounts {
  const needs = new Map<string, number>();
  for (const { resource, amount, span } of entry.needs) {
    const name = resourceName(resource, names);
    diagnostics.push(...name.diagnostics);
    if (name.value === undefined) continue;
    const read = readAmount(name.value, amount.text);
    if (!read.ok) diagnostics.push(say["bad-amount"](amount.span, [resource.text, amount.text, read.problem]));
    else if (needs.has(name.value)) diagnostics.push(say["stated-twice"](span, [entry.name.text, resource.text]));
    else needs.set(name.value, read.value);
  }
  return Object.fromEntries([...needs].sort(([a], [b]) => (a < b ? -1 : 1)));
}
