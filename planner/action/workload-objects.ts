// Visits the objects that workloads are, on every cluster that runs them. It must not know what is done to them.
import type { KubernetesObject, Workload } from "../../compiler/index.ts";
import type { ActionInput, Objects, PlacedObject } from "./controller.ts";

/** Changes one workload's object for one cluster; the object itself when nothing changes. */
export type WorkloadChange = (workload: Workload, object: KubernetesObject, cluster: string) => KubernetesObject;

/**
 * Applies `change` to each workload's object wherever it runs. Lists of clusters whose objects stay the same stay the same list, and
 * clusters that shared a list go on sharing as long as `change` gives them the same objects.
 */
export function changeWorkloads(input: ActionInput, change: WorkloadChange): Objects {
  const workloads = workloadsByObject(input);
  const sharing: Sharing = { numbers: new Map(), lists: new Map() };
  const result: Record<string, readonly PlacedObject[]> = {};
  for (const [cluster, list] of Object.entries(input.objects)) {
    result[cluster] = changeList(list, cluster, workloads, change, sharing);
  }
  return result;
}

/** Workloads by the key of their object and the app that brought it: two apps may hold one identical object. */
function workloadsByObject(input: ActionInput): ReadonlyMap<string, Workload> {
  return new Map(input.ir.workloads.map((workload) => [workload.object, workload]));
}

/** What has been shared so far: lists by the list they were made of and the changes that made them. */
interface Sharing {
  readonly numbers: Map<object, number>;
  readonly lists: Map<readonly PlacedObject[], Map<string, readonly PlacedObject[]>>;
}

function changeList(
  list: readonly PlacedObject[],
  cluster: string,
  workloads: ReadonlyMap<string, Workload>,
  change: WorkloadChange,
  sharing: Sharing,
): readonly PlacedObject[] {
  const changes: { readonly index: number; readonly object: KubernetesObject }[] = [];
  for (let index = 0; index < list.length; index++) {
    const placed = list[index]!;
    const workload = workloads.get(placed.key);
    if (workload === undefined) continue;
    const object = change(workload, placed.object, cluster);
    if (object !== placed.object) changes.push({ index, object });
  }
  if (changes.length === 0) return list;
  const key = changes.map(({ index, object }) => `${index}:${numberOf(object, sharing.numbers)}`).join(" ");
  let variants = sharing.lists.get(list);
  if (variants === undefined) sharing.lists.set(list, (variants = new Map()));
  const known = variants.get(key);
  if (known !== undefined) return known;
  const changed = [...list];
  for (const { index, object } of changes) changed[index] = { ...list[index]!, object };
  variants.set(key, changed);
  return changed;
}

/** A number for each object, so that a list of changes can be a key. */
function numberOf(object: object, numbers: Map<object, number>): number {
  const known = numbers.get(object);
  if (known !== undefined) return known;
  numbers.set(object, numbers.size);
  return numbers.size - 1;
}
