// One cluster while a plan is applied to it: what is given, and what has been done so far. It must not know how anything is done.
import type { Change, Plan } from "../../planner/index.ts";
import type { Emit, EventObject } from "../events.ts";
import { refKey, type InventoryEntry } from "../inventory.ts";
import type { Lock, StoredInventory, Target } from "../targets/port.ts";
import type { World } from "../world.ts";
import type { ChangeResult } from "./journal.ts";
import type { ReadinessBoard } from "./readiness-board.ts";
import type { ClusterTasks } from "./tasks.ts";

/** One cluster that takes part: reached, locked, and checked against the plan. */
export interface Participant {
  readonly tasks: ClusterTasks;
  readonly target: Target;
  readonly lock: Lock;
  readonly stored: StoredInventory;
}

export interface ApplyRun {
  readonly plan: Plan;
  readonly world: World;
  readonly board: ReadinessBoard;
  readonly signal: AbortSignal;
  readonly adopt: boolean;
  readonly emit: Emit;
  /** On the world's clock, in milliseconds: when everything must be ready. */
  readonly deadline: number;
}

/** One cluster at work: what it has done so far. */
export interface ClusterWork extends Participant {
  readonly run: ApplyRun;
  readonly known: ReadonlyMap<string, InventoryEntry>;
  readonly results: Map<string, ChangeResult>;
  /** Policies that were opened for both old and new copies, and are to be closed at the end. */
  readonly opened: Set<Change>;
  /** Why nothing new may begin: the user stopped, the lock was lost, the cluster does not answer. */
  halted: string | undefined;
  /** The cluster does not answer: nothing more is asked of it, its journal says what there may be. */
  silent: boolean;
}

export const isDone = (work: ClusterWork, change: Change): boolean => work.results.get(refKey(change))?.kind === "done";

export const eventObject = (change: Change): EventObject => ({
  cluster: change.cluster,
  apiVersion: change.apiVersion,
  kind: change.kind,
  namespace: change.namespace,
  name: change.name,
});
