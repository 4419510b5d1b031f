// Where a pod may run: everything in its spec by which the kube-scheduler refuses a node. It must not know clusters or demand.
// Sources: the scheduler's plugins NodeAffinity, TaintToleration, InterPodAffinity, PodTopologySpread, NodePorts.
import type { PodAffinityTerm, PodConstraints, Requirement, Selector } from "../ir.ts";
import { hostPorts } from "./pod-ports.ts";
import { NOTHING, matches, readExpressions, readSelector } from "./selectors.ts";
import { absent, at, count, items, text, textMap, texts } from "./view.ts";
import type { View } from "./view.ts";

/** The pod's surroundings, as far as the app's own objects tell. */
export interface PodPlace {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  /** Labels of the Namespace objects of the app. */
  readonly namespaceLabels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** The RuntimeClass that the pod names, when the app has it. */
  readonly runtimeClass?: View;
}

/** Constraints that are read, and in `unmodelled` what they say that can not be judged here. */
export function podConstraints(spec: View, place: PodPlace): PodConstraints {
  const affinity = at(spec, "affinity");
  const unmodelled: string[] = [];
  const scheduling = place.runtimeClass === undefined ? undefined : at(place.runtimeClass, "scheduling");
  const classTolerations = scheduling === undefined ? [] : items(at(scheduling, "tolerations"));
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  return {
    nodeSelector: {
      ...textMap(at(spec, "nodeSelector")),
      ...(scheduling === undefined ? {} : textMap(at(scheduling, "nodeSelector"))),
    },
    nodeAffinity: readNodeAffinity(at(affinity, "nodeAffinity", required)),
    tolerations: [...items(at(spec, "tolerations")), ...classTolerations].map(readToleration),
    podAffinity: items(at(affinity, "podAffinity", required)).map((term) => readPodTerm(term, place, unmodelled)),
    podAntiAffinity: items(at(affinity, "podAntiAffinity", required)).map((term) =>
      readPodTerm(term, place, unmodelled),
    ),
    spread: items(at(spec, "topologySpreadConstraints"))
      .filter((constraint) => (text(at(constraint, "whenUnsatisfiable")) ?? "DoNotSchedule") === "DoNotSchedule")
      .map((constraint) => readSpread(constraint, place)),
    hostPorts: hostPorts(spec),
    unmodelled,
  };
}

/** Terms without any requirement match no node; so does a required affinity without terms. */
function readNodeAffinity(view: View): PodConstraints["nodeAffinity"] {
  if (absent(view)) return [];
  const terms = items(at(view, "nodeSelectorTerms")).map((term) => ({
    requirements: readExpressions(at(term, "matchExpressions")),
    fields: readExpressions(at(term, "matchFields")),
  }));
  const real = terms.filter((term) => term.requirements.length + term.fields.length > 0);
  return real.length > 0 ? real : [{ requirements: NOTHING, fields: [] }];
}

function readToleration(view: View): PodConstraints["tolerations"][number] {
  const key = text(at(view, "key"));
  const value = text(at(view, "value"));
  const effect = text(at(view, "effect"));
  const operator = text(at(view, "operator")) ?? "Equal";
  if (operator !== "Equal" && operator !== "Exists") {
    view.problems.push({ path: [...view.path, "operator"], problem: "must be Equal or Exists" });
  }
  return {
    ...(key === undefined || key === "" ? {} : { key }),
    operator: operator === "Exists" ? "Exists" : "Equal",
    ...(value === undefined ? {} : { value }),
    ...(effect === undefined || effect === "" ? {} : { effect }),
  };
}

/** Labels that controllers add to the pods of one revision; the whole template stands for them. */
const REVISION_KEYS: readonly string[] = ["pod-template-hash", "controller-revision-hash"];

/**
 * `matchLabelKeys` (and `mismatchLabelKeys`): the pod's own values are joined to the selector; keys that it lacks are ignored. The
 * hash of a revision is not known before the pods exist: all labels of the template stand for it.
 */
function ownLabels(keys: readonly string[], operator: "In" | "NotIn", place: PodPlace): Selector {
  const { podLabels } = place;
  const named = keys.flatMap((key): Selector =>
    Object.hasOwn(podLabels, key) ? [{ key, operator, values: [podLabels[key] ?? ""] }] : [],
  );
  if (operator === "NotIn" || !keys.some((key) => REVISION_KEYS.includes(key))) return named;
  return [
    ...named,
    ...Object.entries(podLabels).map(([key, value]): Requirement => ({ key, operator: "In", values: [value] })),
  ];
}

function readPodTerm(view: View, place: PodPlace, unmodelled: string[]): PodAffinityTerm {
  const labels = at(view, "labelSelector");
  const mismatch = texts(at(view, "mismatchLabelKeys"));
  if (mismatch.some((key) => REVISION_KEYS.includes(key)))
    unmodelled.push("its pod affinity tells the revisions of a workload apart");
  const selector = absent(labels)
    ? NOTHING
    : [
        ...readSelector(labels),
        ...ownLabels(texts(at(view, "matchLabelKeys")), "In", place),
        ...ownLabels(mismatch, "NotIn", place),
      ];
  const topologyKey = text(at(view, "topologyKey"));
  if (topologyKey === undefined) view.problems.push({ path: view.path, problem: "has no `topologyKey`" });
  return {
    selector,
    namespaces: readNamespaces(view, place, unmodelled),
    topologyKey: topologyKey ?? "kubernetes.io/hostname",
  };
}

/** `namespaces` and what `namespaceSelector` adds; neither: the pod's own. */
function readNamespaces(view: View, place: PodPlace, unmodelled: string[]): readonly string[] | "all" {
  const named = texts(at(view, "namespaces"));
  const selectorView = at(view, "namespaceSelector");
  if (absent(selectorView)) return named.length > 0 ? named : [place.namespace];
  const selector = readSelector(selectorView);
  if (selector.length === 0) return "all";
  const byName = selector.find((r) => r.key === "kubernetes.io/metadata.name" && r.operator === "In");
  const candidates = byName === undefined ? [...place.namespaceLabels.keys()] : byName.values;
  const onlyNames = byName !== undefined && selector.length === 1;
  if (!onlyNames)
    unmodelled.push("its pod affinity selects namespaces by labels that other namespaces of a cluster may have too");
  const found = candidates.filter((name) =>
    matches(selector, { ...place.namespaceLabels.get(name), "kubernetes.io/metadata.name": name }),
  );
  return [...new Set([...named, ...found])].sort();
}

function readSpread(view: View, place: PodPlace): PodConstraints["spread"][number] {
  const labels = at(view, "labelSelector");
  const minDomains = count(at(view, "minDomains"));
  const topologyKey = text(at(view, "topologyKey"));
  if (topologyKey === undefined) view.problems.push({ path: view.path, problem: "has no `topologyKey`" });
  return {
    maxSkew: count(at(view, "maxSkew")) ?? 1,
    topologyKey: topologyKey ?? "kubernetes.io/hostname",
    selector: absent(labels)
      ? NOTHING
      : [...readSelector(labels), ...ownLabels(texts(at(view, "matchLabelKeys")), "In", place)],
    ...(minDomains === undefined ? {} : { minDomains }),
    nodeAffinityPolicy: text(at(view, "nodeAffinityPolicy")) === "Ignore" ? "Ignore" : "Honor",
    nodeTaintsPolicy: text(at(view, "nodeTaintsPolicy")) === "Honor" ? "Honor" : "Ignore",
  };
}
