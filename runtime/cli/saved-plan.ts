// A saved plan holds no Secret: before it is applied, their values are read again from the files and must be those that were planned.
import { compile } from "../../compiler/index.ts";
import type { Diagnostic } from "../../grammar/index.ts";
import { expand, type PlacedReplicas, type Plan } from "../../planner/index.ts";
import { projectHost } from "../host.ts";
import { restoreSecrets } from "../plan-file.ts";
import type { Project } from "../project.ts";

/** The plan with its Secrets back; without Secrets, the plan itself, and no file is read. */
export function restorePlan(
  plan: Plan,
  project: Project,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostic: Diagnostic } {
  if (plan.secrets === undefined) return { ok: true, plan };
  const entries = [...plan.request.paths, ...plan.request.with];
  const { value: ir } = compile(entries, projectHost(project.root), { set: plan.request.set });
  const placed: Record<string, Record<string, number>> = {};
  for (const p of plan.placements) (placed[`${p.app}/${p.workload}`] ??= {})[p.cluster] = p.replicas;
  return restoreSecrets(plan, expand(ir, placed satisfies PlacedReplicas).objects);
}
