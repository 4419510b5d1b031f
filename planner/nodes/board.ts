// The nodes of one cluster with pods on them, and what the kube-scheduler's filters say of one more: resources, host ports, pod
// (anti-)affinity, topology spread. It must not know how pods are chosen, scored or searched for.
import type { PodConstraints, Selector } from "../../compiler/index.ts";
import { matches } from "../build/admission.ts";

/** Pods of one workload on one cluster: alike in all that a node asks about. */
export interface PodKind {
  /** `app/workload`. */
  readonly id: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly demand: readonly number[];
  /** Pools whose nodes take it (indices of the problem). */
  readonly pools: ReadonlySet<number>;
  /** Pools that its node affinity takes, and whose taints it tolerates: topology spread counts either, room or not. */
  readonly spreadPools: ReadonlySet<number>;
  readonly toleratedPools: ReadonlySet<number>;
  /** One on every node of its pools; otherwise `count` pods. */
  readonly perNode: boolean;
  readonly count: number;
  readonly pod: PodConstraints;
}

export interface BoardNode {
  readonly pool: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly shape: readonly number[];
}

interface Term {
  readonly key: number;
  /** By kind: whether its pods are meant. */
  readonly meant: readonly boolean[];
}

interface Skew extends Term {
  readonly most: number;
  readonly minDomains: number;
  /** Domains that count towards the least: those of nodes that the pod's own selectors (and taints, when honoured) take. */
  readonly domains: readonly number[];
}

export interface Board {
  readonly kinds: readonly PodKind[];
  readonly nodes: readonly BoardNode[];
  /** Free amounts by node, then resource. */
  readonly free: readonly Float64Array[];
  /** Pods by node, then kind. */
  readonly pods: readonly Int32Array[];
  readonly add: (kind: number, node: number, count?: number) => void;
  /** Room, ports and repulsion: what more pods can only make worse. */
  readonly fits: (kind: number, node: number) => boolean;
  /** Pods in a node's domains that are attracted to this kind: the scheduler's score counts them. */
  readonly pull: (kind: number, node: number) => number;
  /** All that the scheduler's filters ask, given the pods that are there now. */
  readonly admits: (kind: number, node: number) => boolean;
  /**
   * Whether what is there may stand as it is, attraction and spread too. `perhaps`: an order of coming may allow what the end would not
   * (a pod that is attracted to its like may come first anywhere; spread that counts others is only asked when a pod comes).
   */
  readonly settled: () => "yes" | "perhaps" | "no";
}

/** An empty board of these nodes, ready for pods of these kinds. */
export function newBoard(kinds: readonly PodKind[], nodes: readonly BoardNode[]): Board {
  const keys = topologyKeys(kinds);
  const domains = keys.map((key) => domainsOf(key, nodes));
  const free = nodes.map((node) => Float64Array.from(node.shape));
  const pods = nodes.map(() => new Int32Array(kinds.length));
  const totals = new Int32Array(kinds.length);
  const counts = domains.map((domain) => Array.from({ length: domain.size }, () => new Int32Array(kinds.length)));
  const terms = kinds.map((kind) => termsOf(kind, kinds, keys, domains, nodes));
  const repels = kinds.map((_, k) => kinds.map((_, j) => (terms[j] as Terms).repelled.filter((term) => term.meant[k])));
  const clashes = kinds.map((a) => kinds.map((b) => clash(a, b)));
  const touchy = kinds.map((_, k) =>
    kinds.some((_other, j) => clashes[k]?.[j] === true || (repels[k]?.[j]?.length ?? 0) > 0),
  );
  const inDomain = (key: number, node: number): Int32Array | undefined => {
    const domain = (domains[key] as Domains).of[node] as number;
    return domain < 0 ? undefined : counts[key]?.[domain];
  };
  const meantIn = (term: Term, there: Int32Array | undefined): number => {
    let sum = 0;
    if (there !== undefined) for (let j = 0; j < kinds.length; j++) if (term.meant[j]) sum += there[j] as number;
    return sum;
  };

  const add = (kind: number, node: number, count = 1): void => {
    const { demand } = kinds[kind] as PodKind;
    const left = free[node] as Float64Array;
    for (let r = 0; r < demand.length; r++) left[r] = (left[r] as number) - (demand[r] as number) * count;
    (pods[node] as Int32Array)[kind] = ((pods[node] as Int32Array)[kind] as number) + count;
    totals[kind] = (totals[kind] as number) + count;
    for (let key = 0; key < keys.length; key++) {
      const there = inDomain(key, node);
      if (there !== undefined) there[kind] = (there[kind] as number) + count;
    }
  };

  const fits = (kind: number, node: number): boolean => {
    const { demand, pools } = kinds[kind] as PodKind;
    if (!pools.has((nodes[node] as BoardNode).pool)) return false;
    const left = free[node] as Float64Array;
    for (let r = 0; r < demand.length; r++) if ((demand[r] as number) > (left[r] as number)) return false;
    const here = pods[node] as Int32Array;
    for (let j = 0; touchy[kind] === true && j < kinds.length; j++) {
      if ((here[j] as number) > 0 && clashes[kind]?.[j]) return false;
      if ((totals[j] as number) > 0)
        for (const term of repels[kind]?.[j] ?? []) if ((inDomain(term.key, node)?.[j] ?? 0) > 0) return false;
    }
    return (terms[kind] as Terms).repelled.every((term) => meantIn(term, inDomain(term.key, node)) === 0);
  };

  const attracted = (kind: number, node: number, own: number): boolean => {
    const { attracting } = terms[kind] as Terms;
    if (attracting.length === 0) return true;
    if (attracting.some((term) => inDomain(term.key, node) === undefined)) return false;
    if (attracting.every((term) => meantIn(term, inDomain(term.key, node)) - (term.meant[kind] ? own : 0) > 0))
      return true;
    // The first pod of a group that is attracted to itself may stand anywhere.
    return attracting.every((term) => term.meant[kind] && meantIn(term, totals) - own === 0);
  };

  const even = (kind: number, node: number, more: number): boolean =>
    (terms[kind] as Terms).skews.every((skew) => {
      const there = inDomain(skew.key, node);
      if (there === undefined) return false;
      let least = skew.domains.length < skew.minDomains ? 0 : Infinity;
      for (const domain of skew.domains) least = Math.min(least, meantIn(skew, counts[skew.key]?.[domain]));
      if (least === Infinity) least = 0;
      return meantIn(skew, there) + (skew.meant[kind] ? more : 0) - least <= skew.most;
    });

  /** What is attracted only to its like gathers in the one domain where its first pod came. */
  const strays = (homes: (number | undefined)[][], kind: number, t: number, term: Term, node: number): boolean => {
    const own = homes[kind] as (number | undefined)[];
    const domain = domains[term.key]?.of[node] as number;
    own[t] ??= domain;
    return own[t] !== domain;
  };

  return {
    kinds,
    nodes,
    free,
    pods,
    add,
    fits,
    pull: (kind, node) => {
      let sum = 0;
      for (let j = 0; j < kinds.length; j++)
        for (const term of (terms[j] as Terms).attracting)
          if (term.meant[kind]) sum += inDomain(term.key, node)?.[j] ?? 0;
      return sum;
    },
    admits: (kind, node) => fits(kind, node) && attracted(kind, node, 0) && even(kind, node, 1),
    settled: () => {
      let doubt = false;
      const alone = new Int32Array(kinds.length);
      const homes: (number | undefined)[][] = kinds.map(() => []);
      for (let node = 0; node < nodes.length; node++)
        for (let kind = 0; kind < kinds.length; kind++) {
          if (pods[node]?.[kind] === 0) continue;
          const { attracting, skews } = terms[kind] as Terms;
          if (attracting.some((term, t) => onlyLike(term, kind) && strays(homes, kind, t, term, node))) return "no";
          const company = attracted(kind, node, 1);
          if (!company) alone[kind] = (alone[kind] as number) + 1;
          // Only the first of all may come where none of its like is.
          if (!company && ((alone[kind] as number) > 1 || !attracting.every((term) => term.meant[kind]))) return "no";
          const spread = even(kind, node, 0);
          if (!spread && skews.every((skew) => onlyLike(skew, kind))) return "no";
          if (!company || !spread) doubt = true;
        }
      return doubt ? "perhaps" : "yes";
    },
  };
}

interface Terms {
  readonly repelled: readonly Term[];
  readonly attracting: readonly Term[];
  readonly skews: readonly Skew[];
}

const onlyLike = (term: Term, kind: number): boolean =>
  term.meant[kind] === true && term.meant.every((is, other) => !is || other === kind);

interface Domains {
  readonly size: number;
  /** By node: its domain, or −1 when it lacks the key. */
  readonly of: readonly number[];
}

const HOSTNAME = "kubernetes.io/hostname";

function topologyKeys(kinds: readonly PodKind[]): readonly string[] {
  const keys = kinds.flatMap(({ pod }) =>
    [...pod.podAffinity, ...pod.podAntiAffinity, ...pod.spread].map((term) => term.topologyKey),
  );
  return [...new Set(keys)].sort();
}

function domainsOf(key: string, nodes: readonly BoardNode[]): Domains {
  if (key === HOSTNAME) return { size: nodes.length, of: nodes.map((_, node) => node) };
  const known = new Map<string, number>();
  const of = nodes.map(({ labels }) => {
    const value = labels[key];
    if (value === undefined) return -1;
    const domain = known.get(value) ?? known.size;
    known.set(value, domain);
    return domain;
  });
  return { size: known.size, of };
}

function termsOf(
  kind: PodKind,
  kinds: readonly PodKind[],
  keys: readonly string[],
  domains: readonly Domains[],
  nodes: readonly BoardNode[],
): Terms {
  const meant = (selector: Selector, namespaces: readonly string[] | "all"): readonly boolean[] =>
    kinds.map(
      (other) => (namespaces === "all" || namespaces.includes(other.namespace)) && matches(selector, other.labels),
    );
  const terms = (list: PodConstraints["podAffinity"]): readonly Term[] =>
    list.map((term) => ({ key: keys.indexOf(term.topologyKey), meant: meant(term.selector, term.namespaces) }));
  return {
    repelled: terms(kind.pod.podAntiAffinity),
    attracting: terms(kind.pod.podAffinity),
    skews: kind.pod.spread.map((spread): Skew => {
      const key = keys.indexOf(spread.topologyKey);
      const counts = (node: BoardNode): boolean =>
        (spread.nodeAffinityPolicy !== "Honor" || kind.spreadPools.has(node.pool)) &&
        (spread.nodeTaintsPolicy !== "Honor" || kind.toleratedPools.has(node.pool)) &&
        kind.pod.spread.every(
          (other) => other.topologyKey === HOSTNAME || node.labels[other.topologyKey] !== undefined,
        );
      const counted = nodes.flatMap((node, n) => (counts(node) ? [domains[key]?.of[n] ?? -1] : []));
      return {
        key,
        meant: meant(spread.selector, [kind.namespace]),
        most: spread.maxSkew,
        minDomains: spread.minDomains ?? 1,
        domains: [...new Set(counted.filter((domain) => domain >= 0))],
      };
    }),
  };
}

/** Two pods that ask for one port of the host can not share a node. */
function clash(a: PodKind, b: PodKind): boolean {
  const any = (ip: string): boolean => ip === "" || ip === "0.0.0.0" || ip === "::";
  return a.pod.hostPorts.some((left) =>
    b.pod.hostPorts.some(
      (right) =>
        left.port === right.port &&
        left.protocol === right.protocol &&
        (any(left.ip) || any(right.ip) || left.ip === right.ip),
    ),
  );
}
