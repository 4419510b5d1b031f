// The tree of a fleet and of apps: what stands in the braces of `cluster`, `fleet`, `app` and `cloud`. It must not know statements.
import type { Amount, Condition, Peer, Word } from "./ast.ts";
import type { Span } from "./diagnostic.ts";

// ---- the fleet ----------------------------------------------------------------------------------------------------------------

export interface TaintEntry {
  readonly kind: "taint";
  readonly key: Word;
  readonly value?: Word;
  /** NoSchedule (the default), PreferNoSchedule, NoExecute. */
  readonly effect?: Word;
  readonly span: Span;
}

export type PoolEntry =
  | { readonly kind: "label"; readonly key: Word; readonly value: Word; readonly span: Span }
  | { readonly kind: "feature"; readonly name: Word; readonly span: Span }
  | { readonly kind: "resource"; readonly resource: Word; readonly amount: Word; readonly span: Span }
  | TaintEntry;

export type ClusterEntry =
  | { readonly kind: "label"; readonly key: Word; readonly value: Word; readonly span: Span }
  | { readonly kind: "feature"; readonly name: Word; readonly span: Span }
  | { readonly kind: "context"; readonly context: Word; readonly span: Span }
  /** `cost 0.04` has one entry without a resource: the price of a CPU. */
  | {
      readonly kind: "cost";
      readonly prices: readonly { readonly resource?: Word; readonly price: Word; readonly span: Span }[];
      readonly span: Span;
    }
  | {
      readonly kind: "nodes";
      readonly name: Word;
      readonly count?: Word;
      readonly entries: readonly PoolEntry[];
      readonly span: Span;
    }
  | { readonly kind: "networks"; readonly names: readonly Word[]; readonly span: Span }
  | { readonly kind: "pods"; readonly ranges: readonly Word[]; readonly span: Span }
  | { readonly kind: "api"; readonly addresses: readonly Word[]; readonly span: Span }
  | { readonly kind: "accepts"; readonly condition: Condition; readonly span: Span };

export type FleetEntry =
  | { readonly kind: "connectivity"; readonly mode: Word; readonly span: Span }
  | { readonly kind: "reserve"; readonly share: Word; readonly span: Span }
  | { readonly kind: "resource"; readonly name: Word; readonly resource: Word; readonly span: Span }
  /** `feature dpdk = "key=value"`: the node label that a feature stands for. */
  | { readonly kind: "feature"; readonly name: Word; readonly label: Word; readonly span: Span }
  /** `dns { … }` or `dns pods (k8s-app = kube-dns) in kube-system`, `dns 169.254.20.10`: where names are resolved. */
  | { readonly kind: "dns"; readonly peers: readonly Peer[]; readonly span: Span };

// ---- apps ---------------------------------------------------------------------------------------------------------------------

export interface PortEntry {
  readonly kind: "port";
  readonly name: Word;
  /** The number with its protocol, as `38412/sctp`: number and protocol apart. */
  readonly number: Word;
  readonly protocol?: Word;
  readonly span: Span;
}

export type WorkloadEntry =
  | { readonly kind: "image"; readonly image: Word; readonly span: Span }
  | { readonly kind: "resource"; readonly resource: Word; readonly amount: Word; readonly span: Span }
  | PortEntry
  | { readonly kind: "label"; readonly key: Word; readonly value: Word; readonly span: Span }
  | { readonly kind: "feature"; readonly name: Word; readonly span: Span };

export type AppEntry =
  | { readonly kind: "workload"; readonly name: Word; readonly entries: readonly WorkloadEntry[]; readonly span: Span }
  /** `workload nrf = Deployment/core-nrf needs cpu 4`. */
  | {
      readonly kind: "named-workload";
      readonly name: Word;
      readonly objectKind: Word;
      readonly objectName: Word;
      readonly needs: readonly Amount[];
      readonly span: Span;
    }
  | { readonly kind: "manifests"; readonly path: Word; readonly span: Span }
  | { readonly kind: "chart"; readonly path: Word; readonly values: readonly Word[]; readonly span: Span }
  | { readonly kind: "kustomization"; readonly path: Word; readonly span: Span };

export type CloudEntry =
  | { readonly kind: "namespace"; readonly name: Word; readonly span: Span }
  | { readonly kind: "clusters"; readonly condition: Condition; readonly span: Span }
  | { readonly kind: "quota"; readonly amounts: readonly Amount[]; readonly span: Span }
  | { readonly kind: "admin" | "editor" | "viewer"; readonly names: readonly Word[]; readonly span: Span };
