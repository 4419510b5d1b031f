// Whether an object does what it is for, read from its own status. It must not know clusters or plans.
import type { KubernetesObject } from "../compiler/index.ts";
import { groupKind } from "../planner/index.ts";

export type Health =
  | { readonly state: "ready" }
  | { readonly state: "waiting"; readonly message: string }
  | { readonly state: "failed"; readonly message: string };

type Fields = Readonly<Record<string, unknown>>;

/**
 * Deployments must be Available with the current template rolled out (as `kubectl rollout status` has it), StatefulSets, DaemonSets and Jobs
 * likewise; pods Ready; definitions Established. Anything else is ready once it is there.
 */
export function healthOf(object: KubernetesObject): Health {
  if (object.metadata["deletionTimestamp"] !== undefined) return waiting("it is being deleted");
  const check = checks[groupKind(object)];
  if (check === undefined) return { state: "ready" };
  const spec = fields(object["spec"]);
  const status = fields(object["status"]);
  const generation = number(object.metadata["generation"]);
  const observed = number(status["observedGeneration"]);
  if (generation > 0 && check.observes && observed < generation) return waiting("its controller has not seen it yet");
  return check.judge(spec, status);
}

interface Check {
  /** Whether its status says which generation it is of. */
  readonly observes: boolean;
  readonly judge: (spec: Fields, status: Fields) => Health;
}

const checks: Readonly<Record<string, Check>> = {
  "Deployment.apps": { observes: true, judge: deployment },
  "StatefulSet.apps": { observes: true, judge: statefulSet },
  "DaemonSet.apps": { observes: true, judge: daemonSet },
  "ReplicaSet.apps": { observes: true, judge: replicas },
  ReplicationController: { observes: true, judge: replicas },
  "Job.batch": { observes: false, judge: job },
  Pod: { observes: false, judge: pod },
  "CustomResourceDefinition.apiextensions.k8s.io": { observes: false, judge: definition },
};

const ready: Health = { state: "ready" };
const waiting = (message: string): Health => ({ state: "waiting", message });
const failed = (message: string): Health => ({ state: "failed", message });

const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const number = (value: unknown, otherwise = 0): number => (typeof value === "number" ? value : otherwise);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function condition(status: Fields, type: string): { status: string; reason: string; message: string } | undefined {
  const list = Array.isArray(status["conditions"]) ? (status["conditions"] as unknown[]).map(fields) : [];
  const found = list.find((one) => one["type"] === type);
  return found === undefined
    ? undefined
    : { status: text(found["status"]), reason: text(found["reason"]), message: text(found["message"]) };
}

function deployment(spec: Fields, status: Fields): Health {
  const progressing = condition(status, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") return failed(progressing.message || "it made no progress");
  const refused = condition(status, "ReplicaFailure");
  const wanted = number(spec["replicas"], 1);
  const updated = number(status["updatedReplicas"]);
  const all = number(status["replicas"]);
  const available = number(status["availableReplicas"]);
  if (refused?.status === "True") return waiting(refused.message);
  if (updated < wanted) return waiting(`${updated} of ${wanted} replicas are new`);
  if (all > updated) return waiting(`${all - updated} old replicas are still there`);
  if (available < wanted) return waiting(`${available} of ${wanted} replicas are available`);
  return ready;
}

function statefulSet(spec: Fields, status: Fields): Health {
  const wanted = number(spec["replicas"], 1);
  const strategy = fields(spec["updateStrategy"]);
  const readyReplicas = number(status["readyReplicas"]);
  if (readyReplicas < wanted) return waiting(`${readyReplicas} of ${wanted} replicas are ready`);
  if (strategy["type"] === "OnDelete") return ready;
  const partition = number(fields(strategy["rollingUpdate"])["partition"]);
  const updated = number(status["updatedReplicas"]);
  if (partition > 0)
    return updated >= wanted - partition ? ready : waiting(`${updated} of ${wanted - partition} replicas are new`);
  const current = status["currentRevision"] === status["updateRevision"] || updated >= wanted;
  return current ? ready : waiting(`${updated} of ${wanted} replicas are new`);
}

function daemonSet(spec: Fields, status: Fields): Health {
  const wanted = number(status["desiredNumberScheduled"]);
  const updated = number(status["updatedNumberScheduled"]);
  const available = number(status["numberAvailable"]);
  const rolls = fields(spec["updateStrategy"])["type"] !== "OnDelete";
  if (rolls && updated < wanted) return waiting(`${updated} of ${wanted} nodes have the new pod`);
  return available >= wanted ? ready : waiting(`available on ${available} of ${wanted} nodes`);
}

function replicas(spec: Fields, status: Fields): Health {
  const wanted = number(spec["replicas"], 1);
  const available = number(status["availableReplicas"]);
  return available >= wanted ? ready : waiting(`${available} of ${wanted} replicas are available`);
}

/** A Job has done its part when it completed; one that runs is up. */
function job(spec: Fields, status: Fields): Health {
  const broken = condition(status, "Failed");
  if (broken?.status === "True") return failed(broken.message || "it failed");
  if (condition(status, "Complete")?.status === "True" || spec["suspend"] === true) return ready;
  return number(status["active"]) > 0 || number(status["succeeded"]) > 0 ? ready : waiting("no pod of it runs yet");
}

function pod(_spec: Fields, status: Fields): Health {
  if (status["phase"] === "Succeeded" || condition(status, "Ready")?.status === "True") return ready;
  if (status["phase"] === "Failed") return failed(text(status["message"]) || "it failed");
  return waiting(condition(status, "PodScheduled")?.message || `it is ${text(status["phase"]) || "not there"}`);
}

function definition(_spec: Fields, status: Fields): Health {
  const names = condition(status, "NamesAccepted");
  if (names?.status === "False") return failed(names.message);
  return condition(status, "Established")?.status === "True" ? ready : waiting("it is not established yet");
}
