// Network policies while workloads move: until the old copies are gone, what was allowed and what will be allowed both hold; and a policy goes
// only after the pods that it protects. It must not know how anything is written.
import type { KubernetesObject } from "../../compiler/index.ts";
import { groupKind, isPolicy, isWorkload, type Change } from "../../planner/index.ts";
import { canonicalJson } from "../inventory.ts";
import { takesAway } from "./tasks.ts";

interface PolicySpec {
  readonly podSelector?: unknown;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly unknown[];
  readonly egress?: readonly unknown[];
}

/** Whether this change of a policy must wait with what it closes: some workload leaves the cluster, and still uses it until it has gone. */
export const closesLater = (change: Change, changes: readonly Change[]): boolean =>
  change.action === "update" &&
  groupKind(change) === "NetworkPolicy.networking.k8s.io" &&
  changes.some((other) => takesAway(other) && isWorkload(other));

/**
 * The policy that allows exactly what `before` or `after` allows. Rules of a policy are alternatives, so both lists together do; a direction that
 * only one of them closes stays open. Undefined when they select different pods: then no single policy says both.
 */
export function bothPolicies(before: KubernetesObject, after: KubernetesObject): KubernetesObject | undefined {
  const [was, is] = [specOf(before), specOf(after)];
  if (canonicalJson(was.podSelector ?? {}) !== canonicalJson(is.podSelector ?? {})) return undefined;
  const types = typesOf(is).filter((type) => typesOf(was).includes(type));
  const { ingress: _ingress, egress: _egress, ...rest } = is;
  return {
    ...after,
    spec: {
      ...rest,
      policyTypes: types,
      ...(types.includes("Ingress") ? { ingress: joined(was.ingress, is.ingress) } : {}),
      ...(types.includes("Egress") ? { egress: joined(was.egress, is.egress) } : {}),
    },
  };
}

const specOf = (policy: KubernetesObject): PolicySpec => policy["spec"] ?? {};

/** What Kubernetes takes when a policy does not say: ingress, and egress when it has rules for it. */
const typesOf = (spec: PolicySpec): readonly string[] =>
  spec.policyTypes ?? (spec.egress === undefined || spec.egress.length === 0 ? ["Ingress"] : ["Ingress", "Egress"]);

function joined(was: readonly unknown[] = [], is: readonly unknown[] = []): unknown[] {
  const rules = new Map([...is, ...was].map((rule) => [canonicalJson(rule), rule]));
  return [...rules.values()];
}

/** Whether its pods must be gone before its deletion counts as done: a policy of their namespace goes after it. */
export const goesWithItsPods = (change: Change, changes: readonly Change[]): boolean =>
  isWorkload(change) &&
  changes.some(
    (other) =>
      other.action === "delete" && isPolicy(other) && (other.namespace === change.namespace || other.namespace === ""),
  );
