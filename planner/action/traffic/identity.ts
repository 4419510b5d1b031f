// How policies recognise the pods of each workload: by the workload's own selector, and where that would also match other pods, by a
// label that its pod template gains. It must not know statements.
import type { Selector, Workload } from "../../../compiler/index.ts";
import { matches } from "../selector.ts";
import { fitting, hashOf } from "./names.ts";

/** The label that tells pods apart whose selectors do not. */
export const WORKLOAD_LABEL = "placet.dev/workload";

export interface Identity {
  readonly workload: Workload;
  /** Short and unique among the workloads of its namespace; a valid label value. */
  readonly name: string;
  readonly selector: Selector;
  /** Labels of its pods, the added one included. */
  readonly labels: Readonly<Record<string, string>>;
  /** Set where the pod template must gain `WORKLOAD_LABEL`. */
  readonly added: boolean;
}

/** Identities of all workloads by id. Only `needed` ones gain a label: nothing else is named in a policy. */
export function identities(
  workloads: readonly Workload[],
  needed: (workload: Workload) => boolean,
): ReadonlyMap<string, Identity> {
  const names = uniqueNames(workloads);
  const sharing = sharers(workloads);
  return new Map(
    workloads.map((workload) => {
      const name = names.get(workload.id) ?? workload.name;
      const added = needed(workload) && !sharing.isAlone(workload);
      const selector: Selector = added ? [{ key: WORKLOAD_LABEL, operator: "In", values: [name] }] : workload.selector;
      const own = labelsOf(workload);
      const labels = added ? { ...own, [WORKLOAD_LABEL]: name } : own;
      return [workload.id, { workload, name, selector, labels, added }];
    }),
  );
}

/** Labels of a workload's pods: its template's, and for a Job the one that its controller adds, which its selector names. */
function labelsOf({ kind, podLabels, selector }: Workload): Readonly<Record<string, string>> {
  if (kind !== "Job") return podLabels;
  const added = selector.filter((r) => r.operator === "In").map((r) => [r.key, r.values[0] ?? ""]);
  return { ...podLabels, ...Object.fromEntries(added) };
}

/** `amf`; where two apps have one in the same namespace `app.amf`; with a hash where even that is too long or taken. */
function uniqueNames(workloads: readonly Workload[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const inNamespace = (w: Workload, name: string) => `${w.namespace}/${name}`;
  for (const w of workloads) {
    const key = inNamespace(w, w.name);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const taken = new Set<string>();
  const result = new Map<string, string>();
  for (const w of [...workloads].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const alone = counts.get(inNamespace(w, w.name)) === 1;
    let name = fitting(alone ? w.name : `${w.app}.${w.name}`);
    if (taken.has(inNamespace(w, name))) name = fitting(`${name}-${hashOf(w.id)}`);
    taken.add(inNamespace(w, name));
    result.set(w.id, name);
  }
  return result;
}

/** Answers whether a workload's selector matches its own pods and no other workload's. */
function sharers(workloads: readonly Workload[]) {
  const byLabel = new Map<string, Workload[]>();
  const byNamespace = new Map<string, Workload[]>();
  const add = (index: Map<string, Workload[]>, key: string, w: Workload) => {
    const list = index.get(key);
    if (list === undefined) index.set(key, [w]);
    else list.push(w);
  };
  for (const w of workloads) {
    if (w.hostNetwork) continue;
    add(byNamespace, w.namespace, w);
    for (const [key, value] of Object.entries(labelsOf(w))) add(byLabel, JSON.stringify([w.namespace, key, value]), w);
  }
  return {
    isAlone(w: Workload): boolean {
      if (w.selector.length === 0 || !matches(w.selector, labelsOf(w))) return false;
      const first = w.selector.find((r) => r.operator === "In");
      const candidates =
        first === undefined
          ? (byNamespace.get(w.namespace) ?? [])
          : first.values.flatMap((value) => byLabel.get(JSON.stringify([w.namespace, first.key, value])) ?? []);
      return candidates.every((other) => other === w || !matches(w.selector, labelsOf(other)));
    },
  };
}
