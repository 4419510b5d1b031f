// Kinds of objects that nobody owns alone. It must not know clusters.
import { groupKind } from "../planner/index.ts";
import type { ObjectRef } from "./inventory.ts";

/**
 * Kinds that many share: a namespace or a definition that is there already is joined, not owned. It gets no label of ours, only the fields
 * that the manifest names, and those are given back when we leave.
 */
export const isShared = (ref: Pick<ObjectRef, "apiVersion" | "kind">): boolean =>
  ["Namespace", "CustomResourceDefinition.apiextensions.k8s.io"].includes(groupKind(ref));
