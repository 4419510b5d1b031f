// Which nodes the kube-scheduler looks at for a pod: on large clusters only as many as it takes to find enough that take the pod, each time
// from where it stopped before. It must not know filters or scores.

/** Below this it looks at every node; and it never stops before so many take the pod. */
const EVERY = 100;
/** Percent of the nodes that are enough: fewer on larger clusters, but never fewer than the least. */
const SHARE = 50;
const LESS_BY = 125;
const LEAST_SHARE = 5;

/** How many nodes that take a pod are enough (`numFeasibleNodesToFind` of kube-scheduler 1.36, `percentageOfNodesToScore` unset). */
export function enoughOf(nodes: number): number {
  if (nodes < EVERY) return nodes;
  const share = Math.max(LEAST_SHARE, SHARE - Math.floor(nodes / LESS_BY));
  return Math.max(EVERY, Math.floor((nodes * share) / 100));
}

export interface Window {
  /** Nodes in the order in which the scheduler goes round; nobody but it knows that order, so it is dealt anew for each trial. */
  readonly order: Int32Array;
  readonly enough: number;
  /** Where it goes on. */
  at: number;
}

export function newWindow(nodes: number): Window {
  return { order: Int32Array.from({ length: nodes }, (_, node) => node), enough: enoughOf(nodes), at: 0 };
}

/** As new, in another order where not every node is looked at; where all are, nothing depends on it and nothing is drawn. */
export function deal(window: Window, random: () => number): void {
  const { order, enough } = window;
  window.at = 0;
  if (enough >= order.length) return;
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const node = order[i] as number;
    order[i] = order[j] as number;
    order[j] = node;
  }
}

/** Nodes that take the pod, as many as the scheduler looks for, into `found`; returns how many. */
export function look(window: Window, takes: (node: number) => boolean, found: Int32Array): number {
  const { order, enough } = window;
  const size = order.length;
  let [at, many] = [window.at, 0];
  for (let seen = 0; seen < size && many < enough; seen++) {
    const node = order[at] as number;
    if (++at === size) at = 0;
    if (takes(node)) found[many++] = node;
  }
  if (enough < size) window.at = at;
  return many;
}
