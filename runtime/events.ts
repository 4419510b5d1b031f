// The one stream of engine events: the command line, the TUI and `--json` are three views of it (STYLE.md: Pulumi). Plain JSON.
// It must not know how any view shows them.
import type { ChangeAction } from "../planner/index.ts";

/** The object that an event speaks of, on one cluster. */
export interface EventObject {
  readonly cluster: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export type EngineEvent =
  /** A phase of the engine begins: load, compile, observe, solve, expand, diff, lock, apply, wait, prune. */
  | { readonly type: "phase"; readonly phase: string; readonly cluster?: string; readonly detail?: string }
  /** The solver moved: incumbent, bound and gap of the term in hand. */
  | {
      readonly type: "solving";
      readonly solver: string;
      /** The objective that they are of. */
      readonly term?: string;
      readonly incumbent?: number;
      readonly bound?: number;
      readonly gap?: number;
    }
  | { readonly type: "apply-started"; readonly clusters: readonly string[]; readonly changes: number }
  | { readonly type: "change-started"; readonly object: EventObject; readonly action: ChangeAction }
  | { readonly type: "change-done"; readonly object: EventObject; readonly action: ChangeAction }
  | {
      readonly type: "change-failed";
      readonly object: EventObject;
      readonly action: ChangeAction;
      readonly reason: string;
      readonly help?: string;
    }
  /** What did not start because something before it failed or the run was stopped. */
  | {
      readonly type: "change-skipped";
      readonly object: EventObject;
      readonly action: ChangeAction;
      readonly reason: string;
    }
  | { readonly type: "waiting"; readonly object: EventObject; readonly message: string }
  | { readonly type: "ready"; readonly object: EventObject }
  | { readonly type: "retrying"; readonly cluster: string; readonly reason: string; readonly seconds: number }
  | {
      readonly type: "cluster-done";
      readonly cluster: string;
      readonly outcome: "done" | "failed" | "unknown" | "stopped";
      readonly detail?: string;
    }
  | {
      readonly type: "apply-done";
      readonly outcome: "done" | "partial" | "stale" | "locked" | "stopped";
      readonly created: number;
      readonly updated: number;
      readonly replaced: number;
      readonly deleted: number;
      readonly failed: number;
      readonly skipped: number;
    };

export type Emit = (event: EngineEvent) => void;
