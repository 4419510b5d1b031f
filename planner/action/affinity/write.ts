// Writes node-label requirements and tolerations into a pod's spec, beside what it says already. It must not know conditions.
import type { Requirement } from "../../../compiler/index.ts";
import { isMap, listAt, mapAt, type Json } from "../edit.ts";
import { MOST_ALTERNATIVES, TooManyAlternatives, type Alternatives } from "./alternatives.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

/** The pod's `affinity` with `alternatives` required too: each term that it has, with each of them. */
export function withAlternatives(affinity: unknown, alternatives: Alternatives): Json {
  const before: Json = isMap(affinity) ? affinity : {};
  const required = mapAt(before, ["nodeAffinity", REQUIRED]);
  // Kubernetes lets a term without requirements match nothing, so there is nothing to join it with.
  const terms = listAt(required, ["nodeSelectorTerms"]).filter((term) => !isEmpty(term));
  const existing: readonly Json[] = terms.length > 0 ? terms : [{}];
  if (existing.length * alternatives.length > MOST_ALTERNATIVES) throw new TooManyAlternatives();
  const joined = existing.flatMap((term) => alternatives.map((alternative) => joinedTerm(term, alternative)));
  const nodeAffinity = { ...mapAt(before, ["nodeAffinity"]), [REQUIRED]: { ...required, nodeSelectorTerms: joined } };
  return { ...before, nodeAffinity };
}

const isEmpty = (term: Json): boolean =>
  listAt(term, ["matchExpressions"]).length === 0 && listAt(term, ["matchFields"]).length === 0;

function joinedTerm(term: Json, alternative: readonly Requirement[]): Json {
  const own = listAt(term, ["matchExpressions"]);
  const known = new Set(own.map((expression) => JSON.stringify(expression)));
  const added = alternative.map(expressionOf).filter((expression) => !known.has(JSON.stringify(expression)));
  return { ...term, matchExpressions: [...own, ...added] };
}

const expressionOf = ({ key, operator, values }: Requirement): Json =>
  operator === "Exists" || operator === "DoesNotExist" ? { key, operator } : { key, operator, values };

/** The pod's `tolerations` with one for each taint, whatever its value and effect, unless there is such a one. */
export function withTolerations(tolerations: unknown, taints: readonly string[]): unknown {
  const own = Array.isArray(tolerations) ? (tolerations as readonly unknown[]).filter(isMap) : [];
  const tolerated = (taint: string) =>
    own.some((t) => (t["key"] === taint || t["key"] === undefined) && t["operator"] === "Exists" && !t["effect"]);
  const missing = [...new Set(taints)].filter((taint) => !tolerated(taint)).sort();
  if (missing.length === 0) return tolerations;
  return [...own, ...missing.map((key) => ({ key, operator: "Exists" }))];
}
