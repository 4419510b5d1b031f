// What in a pod can change where it runs and is not in the planner's model: named in the user's terms, so that it is refused and
// never ignored. It must not know clusters.
import type { AppObject } from "../ir.ts";
import { absent, at, isRecord, items, text, texts } from "./view.ts";
import type { View } from "./view.ts";

/** Finds an object of the app by kind and name, in the pod's namespace or among the cluster-scoped ones. */
export type Lookup = (kind: string, name: string) => AppObject | undefined;

/** Disks that a node, or two nodes, can not attach twice (the scheduler's VolumeRestrictions). */
const EXCLUSIVE_DISKS: readonly string[] = ["gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd"];

/** Reasons why a placement that fits on paper might not be what the cluster does. */
export function unmodelledOf(spec: View, lookup: Lookup, replicas: number): readonly string[] {
  const reasons: string[] = [];
  const scheduler = text(at(spec, "schedulerName"));
  if (scheduler !== undefined && scheduler !== "default-scheduler")
    reasons.push(`it is scheduled by \`${scheduler}\`, not by the kube-scheduler`);
  const node = text(at(spec, "nodeName"));
  if (node !== undefined && node !== "") reasons.push(`it is bound to the node \`${node}\` by name`);
  const gates = items(at(spec, "schedulingGates"));
  if (gates.length > 0)
    reasons.push(`it waits for the scheduling gate \`${text(at(gates[0] ?? spec, "name")) ?? ""}\``);
  if (items(at(spec, "resourceClaims")).length > 0) reasons.push("it claims devices (`resourceClaims`)");
  if (!absent(at(spec, "workloadRef")) || !absent(at(spec, "schedulingGroup")))
    reasons.push("it is scheduled together with a group of pods");
  const runtimeClass = text(at(spec, "runtimeClassName"));
  if (runtimeClass !== undefined && runtimeClass !== "" && lookup("RuntimeClass", runtimeClass) === undefined) {
    reasons.push(
      `its runtime class \`${runtimeClass}\` is not in the app, so its overhead and its nodes are not known`,
    );
  }
  return [
    ...reasons,
    ...nodeFields(spec),
    ...items(at(spec, "volumes")).flatMap((volume) => volumeReasons(volume, lookup, replicas)),
  ];
}

/** Pools do not know the names of their nodes. */
function nodeFields(spec: View): readonly string[] {
  const terms = items(
    at(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"),
  );
  const fields = terms.flatMap((term) => items(at(term, "matchFields")));
  return fields.length === 0 ? [] : ["its node affinity names single nodes (`matchFields`)"];
}

function volumeReasons(volume: View, lookup: Lookup, replicas: number): readonly string[] {
  const name = text(at(volume, "name")) ?? "";
  const disk = EXCLUSIVE_DISKS.find((kind) => !absent(at(volume, kind)));
  if (disk !== undefined) return [`its volume \`${name}\` is a disk (\`${disk}\`) that nodes can not share`];
  const ephemeralClass = text(at(volume, "ephemeral", "volumeClaimTemplate", "spec", "storageClassName"));
  if (ephemeralClass !== undefined) return storageClassReasons(ephemeralClass, lookup);
  const claim = text(at(volume, "persistentVolumeClaim", "claimName"));
  return claim === undefined ? [] : claimReasons(claim, lookup, replicas);
}

function specOf(object: AppObject | undefined, ...path: readonly string[]): View {
  const root: View = {
    value: object === undefined || !isRecord(object.object) ? undefined : object.object,
    path: [],
    problems: [],
  };
  return at(root, ...path);
}

function claimReasons(claim: string, lookup: Lookup, replicas: number): readonly string[] {
  const object = lookup("PersistentVolumeClaim", claim);
  if (object === undefined) return [];
  const reasons: string[] = [];
  const spec = specOf(object, "spec");
  if (replicas > 1 && texts(at(spec, "accessModes")).includes("ReadWriteOncePod")) {
    reasons.push(`its claim \`${claim}\` may be used by one pod only (ReadWriteOncePod), and it has ${replicas}`);
  }
  const volume = text(at(spec, "volumeName"));
  if (volume !== undefined && !absent(specOf(lookup("PersistentVolume", volume), "spec", "nodeAffinity"))) {
    reasons.push(`the volume \`${volume}\` of its claim \`${claim}\` is on certain nodes only`);
  }
  const storageClass = text(at(spec, "storageClassName"));
  return [...reasons, ...(storageClass === undefined ? [] : storageClassReasons(storageClass, lookup))];
}

/** A class with `allowedTopologies` provisions in certain places only. */
export function storageClassReasons(name: string, lookup: Lookup): readonly string[] {
  const topologies = items(specOf(lookup("StorageClass", name), "allowedTopologies"));
  return topologies.length === 0
    ? []
    : [`its storage class \`${name}\` has volumes in certain places only (\`allowedTopologies\`)`];
}

/** A Deployment may be told by an autoscaler of requests to ask for more than its manifest says. */
export const verticalAutoscaler = (name: string): string =>
  `\`VerticalPodAutoscaler/${name}\` may change what its pods ask for`;
