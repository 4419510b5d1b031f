// Ends of traffic as a NetworkPolicy can name them on one cluster, and how two of them relate. It must not know statements or ports.
import type { Requirement } from "../../../compiler/index.ts";
import { holdsBlock, outermost, sameBlock, showBlock, type Block } from "./address.ts";

/** A peer of a policy rule. Pods of a workload of ours carry its id: two workloads have no pod in common. */
export type Peer =
  | { readonly kind: "everyone" }
  | {
      readonly kind: "pods";
      readonly namespace: string;
      readonly selector: readonly Requirement[];
      readonly workload?: string;
      /** Workloads of ours among pods that are named by labels. */
      readonly includes: ReadonlySet<string>;
    }
  /** Addresses outside of the fleet's pods: what lies in a pod range is in `except`. */
  | { readonly kind: "block"; readonly block: Block; readonly except: readonly Block[] };

type Pods = Extract<Peer, { kind: "pods" }>;
type Addresses = Extract<Peer, { kind: "block" }>;

/** What taking `denied` out of `allowed` comes to. `part`: policies can not say what would be left. */
export type Relation = "apart" | "whole" | "part" | { readonly rest: Peer };

export function takeOut(denied: Peer, allowed: Peer): Relation {
  if (denied.kind === "everyone") return "whole";
  if (allowed.kind === "everyone") return "part";
  if (denied.kind === "block") return allowed.kind === "block" ? takeOutBlock(denied, allowed) : "apart";
  return allowed.kind === "pods" ? takeOutPods(denied, allowed) : "apart";
}

function takeOutBlock(denied: Addresses, allowed: Addresses): Relation {
  if (holdsBlock(denied.block, allowed.block)) {
    // What is excepted from the denied stays, unless it is excepted from the allowed too.
    const stays = denied.except.filter(
      (e) => holdsBlock(allowed.block, e) && !allowed.except.some((x) => holdsBlock(x, e)),
    );
    const all = denied.except.some((e) => holdsBlock(e, allowed.block));
    return all ? "apart" : stays.length === 0 ? "whole" : "part";
  }
  if (!holdsBlock(allowed.block, denied.block)) return "apart";
  if (allowed.except.some((x) => holdsBlock(x, denied.block))) return "apart";
  return { rest: { ...allowed, except: outermost([...allowed.except, denied.block]) } };
}

function takeOutPods(denied: Pods, allowed: Pods): Relation {
  if (denied.namespace !== allowed.namespace) return "apart";
  if (denied.workload !== undefined && allowed.workload !== undefined) {
    return denied.workload === allowed.workload ? "whole" : "apart";
  }
  if (allowed.workload !== undefined) return denied.includes.has(allowed.workload) ? "whole" : "apart";
  if (denied.workload !== undefined) return allowed.includes.has(denied.workload) ? "part" : "apart";
  const valueOf = (pods: Pods, key: string) => pods.selector.find((r) => r.key === key)?.values[0];
  const keys = denied.selector.map((r) => r.key);
  if (keys.some((key) => (valueOf(allowed, key) ?? valueOf(denied, key)) !== valueOf(denied, key))) return "apart";
  return keys.every((key) => valueOf(allowed, key) !== undefined) ? "whole" : "part";
}

/** Peers with the same text are the same for a policy. */
export function peerKey(peer: Peer): string {
  if (peer.kind === "everyone") return "";
  if (peer.kind === "pods") return `pods ${peer.namespace} ${JSON.stringify(peer.selector)}`;
  return `block ${showBlock(peer.block)} ${peer.except.map(showBlock).join(",")}`;
}

/** NetworkPolicy's form of one peer; undefined for everyone, who is named by leaving the list out. */
export function policyPeer(peer: Peer, ownNamespace: string): Readonly<Record<string, unknown>> | undefined {
  if (peer.kind === "everyone") return undefined;
  if (peer.kind === "pods") {
    const podSelector = labelSelector(peer.selector);
    if (peer.namespace === ownNamespace) return { podSelector };
    // Both in one element: pods of that name in that namespace. The API server itself keeps this label true.
    const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } };
    return { namespaceSelector, podSelector };
  }
  // The API server refuses an exception that is not a true part of the block.
  const except = peer.except.filter((e) => holdsBlock(peer.block, e) && !sameBlock(peer.block, e));
  return { ipBlock: { cidr: showBlock(peer.block), ...(except.length > 0 ? { except: except.map(showBlock) } : {}) } };
}

/** Requirements as a label selector: single values as `matchLabels`, all else as `matchExpressions`. */
export function labelSelector(requirements: readonly Requirement[]): Readonly<Record<string, unknown>> {
  const isLabel = (r: Requirement) => r.operator === "In" && r.values.length === 1;
  const seen = new Set<string>();
  const labels = requirements.filter((r) => isLabel(r) && !seen.has(r.key) && seen.add(r.key));
  const others = requirements.filter((r) => !labels.includes(r));
  return {
    ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels.map((r) => [r.key, r.values[0]])) } : {}),
    ...(others.length > 0
      ? {
          matchExpressions: others.map(({ key, operator, values }) =>
            values.length > 0 ? { key, operator, values } : { key, operator },
          ),
        }
      : {}),
  };
}
