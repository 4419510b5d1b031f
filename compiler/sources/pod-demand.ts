// What one pod asks of a node, exactly as the kube-scheduler counts it. It must not know where the pod may run.
// Source: SetDefaults_Pod and SetDefaults_ResourceList in k8s.io/kubernetes/pkg/apis/core/v1/defaults.go, PodRequests in
// k8s.io/component-helpers/resource/helpers.go (both of 1.36), LimitRanger in plugin/pkg/admission/limitranger.
import type { Amounts } from "../ir.ts";
import { baseUnits, readQuantity } from "../quantity.ts";
import { at, entries, items, text } from "./view.ts";
import type { View } from "./view.ts";

/** Exact amounts in thousandths of the written unit: the API server rounds every quantity up to that before anyone adds. */
type Exact = ReadonlyMap<string, bigint>;

export interface PodDemand {
  /** Base units; `pods: 1` included. */
  readonly demand: Amounts;
  /** Of the main containers, after limits and LimitRanges gave what was missing. */
  readonly containers: readonly { readonly name: string; readonly requests: Amounts }[];
}

const MICRO = 1_000_000n;

/** `requests`, `limits` or `overhead`. */
function readList(view: View): Exact {
  const list = new Map<string, bigint>();
  for (const [resource, amount] of entries(view)) {
    const written = typeof amount.value === "number" ? String(amount.value) : text(amount);
    if (written === undefined) continue;
    const quantity = readQuantity(written);
    if (!quantity.ok || quantity.value < 0n) {
      view.problems.push({
        path: amount.path,
        problem: `is \`${written}\`, which ${quantity.ok ? "is negative" : quantity.problem}`,
      });
    } else list.set(resource, (quantity.value + MICRO - 1n) / MICRO);
  }
  return list;
}

function combine(a: Exact, b: Exact, how: (x: bigint, y: bigint) => bigint): Exact {
  const result = new Map(a);
  for (const [resource, amount] of b) {
    const before = result.get(resource);
    result.set(resource, before === undefined ? amount : how(before, amount));
  }
  return result;
}

const plus = (a: Exact, b: Exact): Exact => combine(a, b, (x, y) => x + y);
const largest = (a: Exact, b: Exact): Exact => combine(a, b, (x, y) => (x > y ? x : y));
/** What `a` does not say, `b` does. */
const filled = (a: Exact, b: Exact): Exact => combine(a, b, (x) => x);

interface Container {
  readonly name: string;
  readonly sidecar: boolean;
  readonly requests: Exact;
  readonly limits: Exact;
}

function readContainer(view: View, defaults: LimitDefaults): Container {
  const limits = readList(at(view, "resources", "limits"));
  return {
    name: text(at(view, "name")) ?? "",
    sidecar: at(view, "restartPolicy").value === "Always",
    requests: filled(filled(readList(at(view, "resources", "requests")), limits), defaults.requests),
    limits: filled(limits, defaults.limits),
  };
}

/** Σ containers + sidecars, but at least what any init container needs beside the sidecars that started before it. */
function aggregate(containers: readonly Container[], inits: readonly Container[], list: "requests" | "limits"): Exact {
  let running: Exact = new Map();
  for (const container of containers) running = plus(running, container[list]);
  let sidecars: Exact = new Map();
  let starting: Exact = new Map();
  for (const init of inits) {
    if (init.sidecar) {
      running = plus(running, init[list]);
      sidecars = plus(sidecars, init[list]);
      starting = largest(starting, sidecars);
    } else starting = largest(starting, plus(sidecars, init[list]));
  }
  return largest(running, starting);
}

const isHugePages = (resource: string): boolean => resource.startsWith("hugepages-");
/** Only these may be stated for the whole pod (`spec.resources`). */
const isPodLevel = (resource: string): boolean => resource === "cpu" || resource === "memory" || isHugePages(resource);

const podLevelOnly = (list: Exact): Exact => new Map([...list].filter(([resource]) => isPodLevel(resource)));

/** `spec.resources` with what the API server adds to it. */
function podLevelRequests(spec: View, containers: readonly Container[], inits: readonly Container[]): Exact {
  const requests = readList(at(spec, "resources", "requests"));
  let limits = readList(at(spec, "resources", "limits"));
  if (requests.size + limits.size === 0) return requests;
  for (const [resource, amount] of aggregate(containers, inits, "limits")) {
    if (isHugePages(resource) && !requests.has(resource)) limits = filled(limits, new Map([[resource, amount]]));
  }
  if (limits.size === 0) return podLevelOnly(requests);
  const fromContainers = [...podLevelOnly(aggregate(containers, inits, "requests"))].filter(
    ([resource]) => !isHugePages(resource),
  );
  return podLevelOnly(filled(filled(requests, new Map(fromContainers)), limits));
}

/** What LimitRanges of the namespace give to containers that say nothing, in exact amounts. */
export interface LimitDefaults {
  readonly requests: Exact;
  readonly limits: Exact;
}

export const NO_DEFAULTS: LimitDefaults = { requests: new Map(), limits: new Map() };

/** The defaults of LimitRange specs, in the order given: `default` falls back to `max`, `defaultRequest` to `default`, then to `min`. */
export function limitDefaults(specs: readonly View[]): LimitDefaults {
  let { requests, limits } = NO_DEFAULTS;
  for (const item of specs.flatMap((spec) => items(at(spec, "limits")))) {
    if (at(item, "type").value !== "Container") continue;
    const limit = filled(readList(at(item, "default")), readList(at(item, "max")));
    limits = filled(limits, limit);
    requests = filled(requests, filled(filled(readList(at(item, "defaultRequest")), limit), readList(at(item, "min"))));
  }
  return { requests, limits };
}

/**
 * The demand of a pod: per resource the larger of (containers + sidecars) and of each init container beside the sidecars before it;
 * `spec.resources` replaces that for cpu, memory and huge pages; overhead is added. Rounded up to base units once, at the end.
 */
export function podDemand(
  spec: View,
  defaults: LimitDefaults = NO_DEFAULTS,
  overhead: View = at(spec, "overhead"),
): PodDemand {
  const containers = items(at(spec, "containers")).map((c) => readContainer(c, defaults));
  const inits = items(at(spec, "initContainers")).map((c) => readContainer(c, defaults));
  const own = new Map([...aggregate(containers, inits, "requests"), ...podLevelRequests(spec, containers, inits)]);
  const total = plus(own, readList(overhead));
  return {
    demand: { ...toAmounts(total, spec), pods: 1 },
    containers: containers.map((c) => ({ name: c.name, requests: toAmounts(c.requests, spec) })),
  };
}

/** Sorted by resource; resources of which nothing is asked are left out. */
function toAmounts(list: Exact, spec: View): Amounts {
  const amounts: [string, number][] = [];
  for (const [resource, exact] of [...list].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const amount = baseUnits(resource, exact * MICRO);
    if (amount > BigInt(Number.MAX_SAFE_INTEGER)) {
      spec.problems.push({ path: spec.path, problem: `asks for more ${resource} than can be counted here` });
    } else if (amount > 0n) amounts.push([resource, Number(amount)]);
  }
  return Object.fromEntries(amounts);
}
