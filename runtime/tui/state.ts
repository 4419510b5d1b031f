// The TUI's state and how keys and engine events change it: one pure reducer. It must not know Ink, clusters, or how anything is drawn.
import type { Diagnostic } from "../../grammar/index.ts";
import type { Plan } from "../../planner/index.ts";
import type { EngineEvent } from "../events.ts";

export const tabs = ["clusters", "workloads", "changes", "diagnostics", "apply"] as const;
export type Tab = (typeof tabs)[number];

/** One cluster's part of an apply. */
export interface ClusterProgress {
  readonly cluster: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly note: string;
  readonly outcome: "running" | "done" | "failed" | "unknown" | "stopped";
}

export interface ApplyProgress {
  readonly clusters: readonly ClusterProgress[];
  readonly failures: readonly string[];
  /** The closing line; absent while it runs. */
  readonly summary?: string;
}

/** What there is to show: filled in as planning goes on. */
export interface Shown {
  readonly title: string;
  readonly phase: string | undefined; // while planning
  readonly plan: Plan | undefined;
  /** Names in the order of the lists. */
  readonly clusters: readonly string[];
  readonly workloads: readonly string[]; // `app/workload`
  readonly sources: ReadonlyMap<string, string>;
}

export interface TuiState {
  readonly shown: Shown;
  readonly tab: Tab;
  /** Index of the selected row in each tab's list. */
  readonly selected: Readonly<Record<Tab, number>>;
  /** First line of the detail pane. */
  readonly scroll: number;
  readonly filter: string;
  readonly typing: boolean;
  readonly help: boolean;
  readonly confirming: boolean;
  /** The explanation of a workload: being asked for, or its lines. */
  readonly why: Readonly<Record<string, "asking" | readonly string[]>>;
  readonly apply: ApplyProgress | undefined;
}

export type TuiAction =
  | { readonly type: "key"; readonly key: string }
  | { readonly type: "planned"; readonly shown: Shown }
  | { readonly type: "phase"; readonly phase: string }
  | { readonly type: "why"; readonly workload: string; readonly lines: "asking" | readonly string[] }
  | { readonly type: "event"; readonly event: EngineEvent };

/** What the outside must do because of a key: the reducer itself touches nothing. */
export type Command = "quit" | "apply" | "replan" | "stop" | { readonly why: string } | undefined;

export function initialState(title: string): TuiState {
  return {
    shown: { title, phase: "reading the intents", plan: undefined, clusters: [], workloads: [], sources: new Map() },
    tab: "clusters",
    selected: { clusters: 0, workloads: 0, changes: 0, diagnostics: 0, apply: 0 },
    scroll: 0,
    filter: "",
    typing: false,
    help: false,
    confirming: false,
    why: {},
    apply: undefined,
  };
}

export function reduce(state: TuiState, action: TuiAction): TuiState {
  switch (action.type) {
    case "planned": {
      const failed =
        action.shown.plan !== undefined &&
        action.shown.plan.placements.length === 0 &&
        action.shown.plan.diagnostics.length > 0;
      return { ...state, shown: action.shown, why: {}, tab: failed ? "diagnostics" : state.tab, apply: undefined };
    }
    case "phase":
      return { ...state, shown: { ...state.shown, phase: action.phase } };
    case "why":
      return { ...state, why: { ...state.why, [action.workload]: action.lines } };
    case "event":
      return { ...state, apply: progress(state.apply, action.event, state.shown.plan) };
    case "key":
      return press(state, action.key);
  }
}

function press(state: TuiState, key: string): TuiState {
  if (state.typing) return typed(state, key);
  if (state.confirming) return { ...state, confirming: false, tab: key === "y" ? "apply" : state.tab };
  if (state.help) return { ...state, help: false };
  const at = tabs.indexOf(state.tab);
  switch (key) {
    case "tab":
    case "right":
      return turn(state, tabs[(at + 1) % tabs.length] ?? "clusters");
    case "shift-tab":
    case "left":
      return turn(state, tabs[(at + tabs.length - 1) % tabs.length] ?? "clusters");
    case "1":
    case "2":
    case "3":
    case "4":
    case "5":
      return turn(state, tabs[Number(key) - 1] ?? "clusters");
    case "up":
    case "k":
      return select(state, state.selected[state.tab] - 1);
    case "down":
    case "j":
      return select(state, state.selected[state.tab] + 1);
    case "page-up":
      return select(state, state.selected[state.tab] - 10);
    case "page-down":
      return select(state, state.selected[state.tab] + 10);
    case "g":
      return select(state, 0);
    case "G":
      return select(state, Infinity);
    case "[":
      return { ...state, scroll: Math.max(0, state.scroll - 5) };
    case "]":
      return { ...state, scroll: state.scroll + 5 };
    case "/":
      return { ...state, typing: true, filter: "" };
    case "escape":
      return { ...state, filter: "", scroll: 0 };
    case "?":
      return { ...state, help: true };
    case "a":
      return canApply(state) ? { ...state, confirming: true } : state;
    default:
      return state;
  }
}

/** What the outside does when this key is pressed in this state (asked before the reducer changes it). */
export function commandOf(state: TuiState, key: string): Command {
  if (key === "ctrl-c") return "quit";
  if (state.typing) return undefined;
  if (state.confirming) return key === "y" ? "apply" : undefined;
  if (state.help) return undefined;
  if (key === "q") return "quit";
  if (key === "s" && state.shown.phase !== undefined) return "stop";
  if (key === "r" && !isApplying(state) && state.shown.phase === undefined) return "replan";
  const workload = rows(state)[state.selected.workloads];
  if (
    (key === "enter" || key === "w") &&
    state.tab === "workloads" &&
    workload !== undefined &&
    state.why[workload.key] === undefined
  ) {
    return { why: workload.key };
  }
  return undefined;
}

export const isApplying = (state: TuiState): boolean => state.apply !== undefined && state.apply.summary === undefined;

export const canApply = (state: TuiState): boolean =>
  !isApplying(state) &&
  state.shown.phase === undefined &&
  (state.shown.plan?.changes.some((c) => c.action !== "none") ?? false);

function typed(state: TuiState, key: string): TuiState {
  if (key === "enter" || key === "escape")
    return { ...state, typing: false, filter: key === "escape" ? "" : state.filter };
  if (key === "backspace") return filtered(state, state.filter.slice(0, -1));
  return [...key].length === 1 ? filtered(state, state.filter + key) : state;
}

const filtered = (state: TuiState, filter: string): TuiState => ({
  ...state,
  filter,
  scroll: 0,
  selected: { ...state.selected, [state.tab]: 0 },
});

const turn = (state: TuiState, tab: Tab): TuiState => ({ ...state, tab, scroll: 0, filter: "" });

function select(state: TuiState, index: number): TuiState {
  const last = Math.max(0, rows(state).length - 1);
  return { ...state, scroll: 0, selected: { ...state.selected, [state.tab]: Math.max(0, Math.min(last, index)) } };
}

export interface Row {
  readonly key: string;
  readonly text: string;
}

/** The rows of the tab's list, filtered. Rows are text only; how they are drawn is the views'. */
export function rows(state: TuiState): readonly Row[] {
  const all = allRows(state);
  if (state.filter === "") return all;
  const wanted = state.filter.toLowerCase();
  return all.filter((row) => row.text.toLowerCase().includes(wanted));
}

function allRows({ shown, tab, apply }: TuiState): readonly Row[] {
  switch (tab) {
    case "clusters":
      return shown.clusters.map((name) => ({ key: name, text: name }));
    case "workloads":
      return shown.workloads.map((id) => ({ key: id, text: id }));
    case "changes":
      return (shown.plan?.changes ?? [])
        .map((change, index) => ({ change, index }))
        .filter(({ change }) => change.action !== "none")
        .map(({ change, index }) => ({
          key: String(index),
          text: `${change.action} ${change.cluster} ${change.kind} ${change.namespace}/${change.name}`,
        }));
    case "diagnostics":
      return [...(shown.plan?.diagnostics ?? [])]
        .sort(bySeverity)
        .map((d, index) => ({ key: String(index), text: `${d.severity}: ${d.message}` }));
    case "apply":
      return (apply?.clusters ?? []).map((c) => ({ key: c.cluster, text: c.cluster }));
  }
}

const severities = { error: 0, warning: 1, hint: 2 } as const;

/** Errors first. */
export const bySeverity = (a: Diagnostic, b: Diagnostic): number => severities[a.severity] - severities[b.severity];

// ---- an apply, as its events tell it ----------------------------------------------------------------------------------------------

function progress(
  before: ApplyProgress | undefined,
  event: EngineEvent,
  plan: Plan | undefined,
): ApplyProgress | undefined {
  if (event.type === "apply-started") {
    const total = (cluster: string): number =>
      plan?.changes.filter((c) => c.cluster === cluster && c.action !== "none").length ?? 0;
    const start = (cluster: string): ClusterProgress => ({
      cluster,
      total: total(cluster),
      done: 0,
      failed: 0,
      note: "",
      outcome: "running",
    });
    return { clusters: event.clusters.map(start), failures: [] };
  }
  if (before === undefined)
    return event.type === "apply-done" ? { clusters: [], failures: [], summary: event.outcome } : before;
  switch (event.type) {
    case "change-done":
      return on(before, event.object.cluster, (c) => ({
        ...c,
        done: c.done + 1,
        note: `${event.object.kind} ${event.object.name}`,
      }));
    case "change-failed":
      return {
        ...on(before, event.object.cluster, (c) => ({ ...c, failed: c.failed + 1, note: event.reason })),
        failures: [
          ...before.failures,
          `${event.object.cluster}: ${event.object.kind} ${event.object.name}: ${event.reason}`,
        ],
      };
    case "waiting":
      return on(before, event.object.cluster, (c) => ({
        ...c,
        note: `${event.object.kind} ${event.object.name}: ${event.message}`,
      }));
    case "ready":
      return on(before, event.object.cluster, (c) => ({
        ...c,
        note: `${event.object.kind} ${event.object.name} is ready`,
      }));
    case "retrying":
      return on(before, event.cluster, (c) => ({ ...c, note: `${event.reason}; again in ${event.seconds} s` }));
    case "cluster-done":
      return on(before, event.cluster, (c) => ({ ...c, outcome: event.outcome, note: event.detail ?? "" }));
    case "apply-done":
      return {
        ...before,
        summary: `${event.outcome}: ${event.created} created, ${event.updated} changed, ${event.deleted} deleted, ${event.failed} failed`,
      };
    default:
      return before;
  }
}

const on = (
  before: ApplyProgress,
  cluster: string,
  change: (c: ClusterProgress) => ClusterProgress,
): ApplyProgress => ({
  ...before,
  clusters: before.clusters.map((c) => (c.cluster === cluster ? change(c) : c)),
});
