// The nodes of one cluster with pods on them, and what the kube-scheduler's filters say of one more: resources, host ports, pod
// (anti-)affinity, topology spread. It must not know how pods are chosen, scored or searched for.
import type { PodConstraints, Selector } from "../../compiler/index.ts";
import { matches } from "../build/admission.ts";
import { domainsOf, newLeastTally, newTally } from "./tally.ts";
import type { Domains, LeastTally, Tally } from "./tally.ts";

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

/** Pods that a rule means, under a topology key, counted by domain. */
interface Term {
  readonly domains: Domains;
  /** By kind: whether its pods are meant. */
  readonly meant: readonly boolean[];
  /** Of those that are meant. */
  readonly them: Tally;
  /** Of the kind whose rule it is. */
  readonly own: Tally;
}

interface Skew extends Pick<Term, "domains" | "meant"> {
  readonly most: number;
  readonly minDomains: number;
  /** Domains that count towards the least: those of nodes that the pod's own selectors (and taints, when honoured) take. */
  readonly counted: number;
  readonly them: LeastTally;
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
  const domains = new Map(keys.map((key) => [key, domainsOf(key, nodes)]));
  const free = nodes.map((node) => Float64Array.from(node.shape));
  const pods = nodes.map(() => new Int32Array(kinds.length));
  const terms = kinds.map((kind) => termsOf(kind, kinds, domains, nodes));
  const takenBy = kinds.map((kind) => nodes.map(({ pool }) => kind.pools.has(pool)));
  /** By kind: rules of others, or its own, that mean it. */
  const repelling = kinds.map((_, k) => terms.flatMap(({ repelled }) => repelled.filter((term) => term.meant[k])));
  const pulling = kinds.map((_, k) => terms.flatMap(({ attracting }) => attracting.filter((term) => term.meant[k])));
  const clashing = kinds.map((a) => kinds.flatMap((b, j) => (clash(a, b) ? [j] : [])));
  const tallies = kinds.map((_, k) => [
    ...terms.flatMap(({ repelled, attracting, skews }) =>
      [...repelled, ...attracting, ...skews].flatMap((term) => (term.meant[k] ? [term.them] : [])),
    ),
    ...[...(terms[k] as Terms).repelled, ...(terms[k] as Terms).attracting].map((term) => term.own),
  ]);

  const add = (kind: number, node: number, count = 1): void => {
    const { demand } = kinds[kind] as PodKind;
    const left = free[node] as Float64Array;
    for (let r = 0; r < demand.length; r++) left[r] = (left[r] as number) - (demand[r] as number) * count;
    (pods[node] as Int32Array)[kind] = ((pods[node] as Int32Array)[kind] as number) + count;
    for (const tally of tallies[kind] as readonly Tally[]) tally.add(node, count);
  };

  const fits = (kind: number, node: number): boolean => {
    if (takenBy[kind]?.[node] !== true) return false;
    const { demand } = kinds[kind] as PodKind;
    const left = free[node] as Float64Array;
    for (let r = 0; r < demand.length; r++) if ((demand[r] as number) > (left[r] as number)) return false;
    const here = pods[node] as Int32Array;
    for (const other of clashing[kind] as readonly number[]) if ((here[other] as number) > 0) return false;
    for (const term of repelling[kind] as readonly Term[]) if (term.own.at(node) > 0) return false;
    for (const term of (terms[kind] as Terms).repelled) if (term.them.at(node) > 0) return false;
    return true;
  };

  const attracted = (kind: number, node: number, own: number): boolean => {
    const { attracting } = terms[kind] as Terms;
    if (attracting.length === 0) return true;
    if (attracting.some(({ domains: { of } }) => (of[node] as number) < 0)) return false;
    if (attracting.every((term) => term.them.at(node) - (term.meant[kind] ? own : 0) > 0)) return true;
    // The first pod of a group that is attracted to itself may stand anywhere.
    return attracting.every((term) => term.meant[kind] && term.them.total() - own === 0);
  };

  const even = (kind: number, node: number, more: number): boolean => {
    for (const skew of (terms[kind] as Terms).skews) {
      if ((skew.domains.of[node] as number) < 0) return false;
      const least = skew.counted < skew.minDomains ? 0 : (skew.them.least() ?? 0);
      if (skew.them.at(node) + (skew.meant[kind] === true ? more : 0) - least > skew.most) return false;
    }
    return true;
  };

  /** What is attracted only to its like gathers in the one domain where its first pod came. */
  const strays = (homes: (number | undefined)[][], kind: number, t: number, term: Term, node: number): boolean => {
    const own = homes[kind] as (number | undefined)[];
    const domain = term.domains.of[node] as number;
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
      for (const term of pulling[kind] as readonly Term[]) sum += term.own.at(node);
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

const onlyLike = (term: Pick<Term, "meant">, kind: number): boolean =>
  term.meant[kind] === true && term.meant.every((is, other) => !is || other === kind);

const HOSTNAME = "kubernetes.io/hostname";

function topologyKeys(kinds: readonly PodKind[]): readonly string[] {
  const keys = kinds.flatMap(({ pod }) =>
    [...pod.podAffinity, ...pod.podAntiAffinity, ...pod.spread].map((term) => term.topologyKey),
  );
  return [...new Set(keys)].sort();
}

function termsOf(
  kind: PodKind,
  kinds: readonly PodKind[],
  domains: ReadonlyMap<string, Domains>,
  nodes: readonly BoardNode[],
): Terms {
  const meant = (selector: Selector, namespaces: readonly string[] | "all"): readonly boolean[] =>
    kinds.map(
      (other) => (namespaces === "all" || namespaces.includes(other.namespace)) && matches(selector, other.labels),
    );
  const terms = (list: PodConstraints["podAffinity"]): readonly Term[] =>
    list.map((term) => {
      const places = domains.get(term.topologyKey) as Domains;
      const them = meant(term.selector, term.namespaces);
      return { domains: places, meant: them, them: newTally(places), own: newTally(places) };
    });
  return {
    repelled: terms(kind.pod.podAntiAffinity),
    attracting: terms(kind.pod.podAffinity),
    skews: kind.pod.spread.map((spread): Skew => {
      const places = domains.get(spread.topologyKey) as Domains;
      const counts = (node: BoardNode): boolean =>
        (spread.nodeAffinityPolicy !== "Honor" || kind.spreadPools.has(node.pool)) &&
        (spread.nodeTaintsPolicy !== "Honor" || kind.toleratedPools.has(node.pool)) &&
        kind.pod.spread.every(
          (other) => other.topologyKey === HOSTNAME || node.labels[other.topologyKey] !== undefined,
        );
      const counted = new Set(nodes.flatMap((node, n) => (counts(node) ? [places.of[n] as number] : [])));
      counted.delete(-1);
      return {
        domains: places,
        meant: meant(spread.selector, [kind.namespace]),
        most: spread.maxSkew,
        minDomains: spread.minDomains ?? 1,
        counted: counted.size,
        them: newLeastTally(places, [...counted]),
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
