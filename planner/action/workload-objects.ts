// Visits the objects that workloads are, on every cluster that runs them. It must not know what is done to them.
import type { KubernetesObject, Workload } from "../../compiler/index.ts";
import type { ActionInput, Objects, PlacedObject } from "./controller.ts";

/** Changes one workload's object for one cluster; the object itself when nothing changes. */
export type WorkloadChange = (workload: Workload, object: KubernetesObject, cluster: string) => KubernetesObject;

/**
 * Applies `change` to each workload's object wherever it runs. Lists of clusters whose objects stay the same stay the same list, and
 * clusters that shared a list go on sharing as long as `change` gives them the same objects. Clusters of which `likeness` says the same
 * are changed alike, so they are asked about once; by default each is asked about for itself.
 */
export function changeWorkloads(
  input: ActionInput,
  change: WorkloadChange,
  likeness: (cluster: string) => string = (cluster) => cluster,
): Objects {
  const workloads = new Map(input.ir.workloads.map((workload) => [workload.object, workload]));
  const sharing: Sharing = { numbers: new Map(), lists: new Map() };
  const result: Record<string, readonly PlacedObject[]> = {};
  for (const [cluster, list] of Object.entries(input.objects)) {
    let shared = sharing.lists.get(list);
    if (shared === undefined) {
      shared = { places: placesOf(list, workloads), byLikeness: new Map(), byChanges: new Map() };
      sharing.lists.set(list, shared);
    }
    const alike = likeness(cluster);
    let changed = shared.byLikeness.get(alike);
    if (changed === undefined) {
      changed = changeList(list, cluster, shared, change, sharing.numbers);
      shared.byLikeness.set(alike, changed);
    }
    result[cluster] = changed;
  }
  return result;
}

/** What has been shared so far. */
interface Sharing {
  readonly numbers: Map<object, number>;
  readonly lists: Map<readonly PlacedObject[], SharedList>;
}

interface SharedList {
  /** Where the workloads stand in it. */
  readonly places: readonly (readonly [number, Workload])[];
  readonly byLikeness: Map<string, readonly PlacedObject[]>;
  /** What became of it, by what was changed. */
  readonly byChanges: Map<string, readonly PlacedObject[]>;
}

const placesOf = (list: readonly PlacedObject[], workloads: ReadonlyMap<string, Workload>): SharedList["places"] =>
  list.flatMap((placed, index) => {
    const workload = workloads.get(placed.key);
    return workload === undefined ? [] : [[index, workload] as const];
  });

function changeList(
  list: readonly PlacedObject[],
  cluster: string,
  { places, byChanges }: SharedList,
  change: WorkloadChange,
  numbers: Map<object, number>,
): readonly PlacedObject[] {
  const changes: { readonly index: number; readonly object: KubernetesObject }[] = [];
  for (const [index, workload] of places) {
    const before = list[index]!.object;
    const object = change(workload, before, cluster);
    if (object !== before) changes.push({ index, object });
  }
  if (changes.length === 0) return list;
  const key = changes.map(({ index, object }) => `${index}:${numberOf(object, numbers)}`).join(" ");
  const known = byChanges.get(key);
  if (known !== undefined) return known;
  const changed = [...list];
  for (const { index, object } of changes) changed[index] = { ...list[index]!, object };
  byChanges.set(key, changed);
  return changed;
}

/** A number for each object, so that a list of changes can be a key. */
function numberOf(object: object, numbers: Map<object, number>): number {
  const known = numbers.get(object);
  if (known !== undefined) return known;
  numbers.set(object, numbers.size);
  return numbers.size - 1;
}

/** For changes that are the same on every cluster. */
export const everywhereAlike = (): string => "";
