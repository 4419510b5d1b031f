// What is left on a node for us: its allocatable less what the pods of others request there. It must not know pools.
// A pod is counted as the kube-scheduler does: PodRequests in k8s.io/component-helpers/resource/helpers.go (1.36).
import { readQuantity, type Amounts, type KubernetesObject } from "../../compiler/index.ts";

type Quantities = Readonly<Record<string, string | number>>;
type Nano = ReadonlyMap<string, bigint>;

interface Container {
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Quantities };
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly overhead?: Quantities;
  readonly resources?: { readonly requests?: Quantities };
}

/** Amounts of one node that intents may use, in base units, never below 0; `pods` included. */
export function roomOf(node: KubernetesObject, foreignPods: readonly KubernetesObject[]): Amounts {
  const allocatable = read((node["status"] as { allocatable?: Quantities } | undefined)?.allocatable);
  const used = foreignPods.map(requestsOf).reduce(plus, new Map());
  const room: Record<string, number> = {};
  for (const [resource, amount] of [...allocatable].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const taken = resource === "pods" ? BigInt(foreignPods.length) * 1_000_000_000n : (used.get(resource) ?? 0n);
    const left = amount > taken ? amount - taken : 0n;
    // Rounded down, so that no more is promised than there is.
    const exact = Number(left / nanoOf(resource));
    if (exact > 0 || resource === "cpu" || resource === "memory" || resource === "pods") room[resource] = exact;
  }
  return room;
}

/** Nano-units in one base unit: milli-CPU, bytes, pieces. */
const nanoOf = (resource: string): bigint => (resource === "cpu" ? 1_000_000n : 1_000_000_000n);

/** max(init containers, Σ containers + sidecars) + overhead; what the pod as a whole requests counts instead of its containers' sum. */
function requestsOf(pod: KubernetesObject): Nano {
  const spec = (pod["spec"] ?? {}) as PodSpec;
  let running = (spec.containers ?? []).map((c) => read(c.resources?.requests)).reduce(plus, new Map());
  let sidecars: Nano = new Map();
  let starting: Nano = new Map();
  for (const init of spec.initContainers ?? []) {
    const requests = read(init.resources?.requests);
    if (init.restartPolicy === "Always") {
      running = plus(running, requests);
      sidecars = plus(sidecars, requests);
      starting = largest(starting, sidecars);
    } else starting = largest(starting, plus(sidecars, requests));
  }
  const whole = new Map([...largest(running, starting), ...read(spec.resources?.requests)]);
  return plus(whole, read(spec.overhead));
}

function read(quantities: Quantities | undefined): Nano {
  const amounts = new Map<string, bigint>();
  for (const [resource, text] of Object.entries(quantities ?? {})) {
    const quantity = readQuantity(String(text));
    if (quantity.ok && quantity.value >= 0n) amounts.set(resource, quantity.value);
  }
  return amounts;
}

const combine = (a: Nano, b: Nano, how: (x: bigint, y: bigint) => bigint): Nano => {
  const result = new Map(a);
  for (const [resource, amount] of b) result.set(resource, how(result.get(resource) ?? 0n, amount));
  return result;
};
const plus = (a: Nano, b: Nano): Nano => combine(a, b, (x, y) => x + y);
const largest = (a: Nano, b: Nano): Nano => combine(a, b, (x, y) => (x > y ? x : y));
