// App statements → apps, workloads and objects of the IR. How sources are read is not known here.
import type { Diagnostic, Phase } from "../grammar/index.ts";
import { propose } from "./conditions/unknown.ts";
import { diagnose } from "./diagnostics.ts";
import type { Host } from "./host.ts";
import type { App, Fleet, KubernetesObject, Workload } from "./ir.ts";
import type { Suggest } from "./near-names.ts";
import type { Declarations } from "./reading/declare.ts";
import { loadApp } from "./sources/index.ts";

export interface Apps {
  /** Sorted by name. */
  readonly apps: readonly App[];
  /** Sorted by id. */
  readonly workloads: readonly Workload[];
  readonly objects: ReadonlyMap<string, KubernetesObject>;
}

export function loadApps(
  declarations: Declarations,
  host: Host,
  fleet: Pick<Fleet, "resourceNames">,
  suggest: Suggest,
): Phase<Apps> {
  const diagnostics: Diagnostic[] = [];
  const apps: App[] = [];
  const workloads: Workload[] = [];
  const objects = new Map<string, KubernetesObject>();
  const statements = [...declarations.apps.values()].sort((a, b) => (a.name.text < b.name.text ? -1 : 1));
  for (const statement of statements) {
    const { cloud } = statement;
    if (cloud !== undefined && !declarations.clouds.has(cloud.text)) {
      const near = suggest(cloud.text, declarations.clouds.keys());
      diagnostics.push(
        diagnose["unknown-cloud"](cloud.span, [cloud.text], near === undefined ? {} : propose(cloud, near)),
      );
    }
    const { value, diagnostics: said } = loadApp(statement, host, { resourceNames: fleet.resourceNames });
    for (const diagnostic of said) diagnostics.push(diagnostic);
    for (const { key, object } of value.objects) objects.set(key, object);
    for (const workload of value.workloads) workloads.push(workload);
    apps.push({
      name: value.name,
      namespace: value.namespace,
      ...(cloud === undefined ? {} : { cloud: cloud.text }),
      objects: value.objects,
      workloads: value.workloads.map((w) => w.id),
      loose: value.loose,
      span: statement.name.span,
    });
  }
  return { value: { apps, workloads: workloads.sort((a, b) => (a.id < b.id ? -1 : 1)), objects }, diagnostics };
}
