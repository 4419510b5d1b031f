// When an object does what it is for: the same answers as `kubectl rollout status` and the controllers' own conditions.
import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { healthOf } from "../../runtime/health.ts";

const object = (
  apiVersion: string,
  kind: string,
  spec: object,
  status: object,
  metadata: object = {},
): KubernetesObject => ({
  apiVersion,
  kind,
  metadata: { name: "x", ...metadata },
  spec,
  status,
});
const deployment = (status: object, metadata = {}): KubernetesObject =>
  object("apps/v1", "Deployment", { replicas: 2 }, status, metadata);
const all = { replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

describe("health", () => {
  it.each([
    ["a Deployment whose replicas are all new and available", deployment(all), "ready", undefined],
    [
      "one that its controller has not seen",
      deployment({ ...all, observedGeneration: 1 }, { generation: 2 }),
      "waiting",
      "its controller has not seen it yet",
    ],
    ["one with old replicas", deployment({ ...all, replicas: 3 }), "waiting", "1 old replicas are still there"],
    [
      "one on its way",
      deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }),
      "waiting",
      "1 of 2 replicas are available",
    ],
    ["one without any status", deployment({}), "waiting", "0 of 2 replicas are new"],
    [
      "one that makes no progress",
      deployment({ conditions: [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "timed out" }] }),
      "failed",
      "timed out",
    ],
    [
      "one whose pods are refused",
      deployment({ conditions: [{ type: "ReplicaFailure", status: "True", message: "exceeded quota" }] }),
      "waiting",
      "exceeded quota",
    ],
    ["one of no replicas", object("apps/v1", "Deployment", { replicas: 0 }, {}), "ready", undefined],
    ["one that is being deleted", deployment(all, { deletionTimestamp: "now" }), "waiting", "it is being deleted"],
    [
      "a StatefulSet of the current revision",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 1 },
        { readyReplicas: 1, updatedReplicas: 1, currentRevision: "a", updateRevision: "a" },
      ),
      "ready",
      undefined,
    ],
    [
      "a StatefulSet of an old revision",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 2 },
        { readyReplicas: 2, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
      ),
      "waiting",
      "1 of 2 replicas are new",
    ],
    [
      "a StatefulSet that updates by hand",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 1, updateStrategy: { type: "OnDelete" } },
        { readyReplicas: 1, updatedReplicas: 0 },
      ),
      "ready",
      undefined,
    ],
    [
      "a StatefulSet with a partition",
      object(
        "apps/v1",
        "StatefulSet",
        { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
        { readyReplicas: 3, updatedReplicas: 1 },
      ),
      "ready",
      undefined,
    ],
    [
      "a DaemonSet on all nodes",
      object("apps/v1", "DaemonSet", {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 }),
      "ready",
      undefined,
    ],
    [
      "a DaemonSet on some nodes",
      object("apps/v1", "DaemonSet", {}, { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
      "waiting",
      "available on 1 of 2 nodes",
    ],
    ["a Job that runs", object("batch/v1", "Job", {}, { active: 1 }), "ready", undefined],
    ["a Job that has not begun", object("batch/v1", "Job", {}, {}), "waiting", "no pod of it runs yet"],
    [
      "a Job that failed",
      object("batch/v1", "Job", {}, { conditions: [{ type: "Failed", status: "True", message: "too often" }] }),
      "failed",
      "too often",
    ],
    [
      "a pod that no node takes",
      object(
        "v1",
        "Pod",
        {},
        {
          phase: "Pending",
          conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }],
        },
      ),
      "waiting",
      "0/3 nodes are available",
    ],
    [
      "a definition that is established",
      object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        {},
        { conditions: [{ type: "Established", status: "True" }] },
      ),
      "ready",
      undefined,
    ],
    [
      "a definition whose names are taken",
      object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        {},
        { conditions: [{ type: "NamesAccepted", status: "False", message: "taken" }] },
      ),
      "failed",
      "taken",
    ],
    ["a ConfigMap", object("v1", "ConfigMap", {}, {}), "ready", undefined],
    [
      "a kind of that name in another group",
      object("example.com/v1", "Deployment", { replicas: 2 }, {}),
      "ready",
      undefined,
    ],
  ] as const)("of %s", (_, subject, state, message) => {
    expect(healthOf(subject)).toEqual(message === undefined ? { state } : { state, message });
  });
});
