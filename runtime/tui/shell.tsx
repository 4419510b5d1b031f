// Joins the reducer, the view, the keyboard and the engine. It must not know how a row is drawn or what a plan means.
import { Box, render, useApp, useInput, useWindowSize, type Key } from "ink";
import process from "node:process";
import { useCallback, useEffect, useReducer, useRef } from "react";
import type { EngineEvent } from "../events.ts";
import { App } from "./app.tsx";
import { commandOf, initialState, isApplying, reduce, type Shown, type TuiAction, type TuiState } from "./state.ts";

/** What the TUI asks of the outside; the tests give their own. */
export interface Backend {
  readonly title: string;
  /** Plans, telling what it is doing. */
  readonly plan: (phase: (text: string) => void) => Promise<Shown>;
  /** Ends a plan that is being made, with the best so far. */
  readonly stop: () => void;
  /** Lines that say why a workload is where it is. */
  readonly why: (workload: string, width: number) => Promise<readonly string[]>;
  readonly apply: (emit: (event: EngineEvent) => void, signal: AbortSignal) => Promise<void>;
}

/** Opens the TUI and answers when the person has left it. */
export async function openTui(backend: Backend): Promise<void> {
  // On the alternate screen: what the person had before is there again afterwards.
  await render(<Shell backend={backend} />, { exitOnCtrlC: false, alternateScreen: true }).waitUntilExit();
  // What is typed from here on is the shell's, also while the process is still on its way out.
  process.stdin.pause();
}

export function Shell({ backend }: { readonly backend: Backend }) {
  const [state, dispatch] = useReducer(reduce, backend.title, initialState);
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const stopping = useRef<AbortController | undefined>(undefined);
  // The newest state, for keys that arrive between two renders.
  const now = useRef<TuiState>(state);
  now.current = state;

  const plan = useCallback(async () => {
    dispatch({ type: "phase", phase: "reading the intents" });
    const shown = await backend.plan((phase) => dispatch({ type: "phase", phase }));
    dispatch({ type: "planned", shown });
  }, [backend]);

  useEffect(() => {
    plan().catch(exit);
  }, [plan, exit]);

  const press = (name: string): void => {
    const command = commandOf(now.current, name);
    const action: TuiAction = { type: "key", key: name };
    now.current = reduce(now.current, action);
    dispatch(action);
    if (command === "quit") {
      // The first press stops an apply, the next one leaves: what is in flight ends well.
      if (isApplying(now.current) && stopping.current?.signal.aborted === false) stopping.current.abort();
      else exit();
    } else if (command === "stop") backend.stop();
    else if (command === "replan") plan().catch(exit);
    else if (command === "apply") runApply(backend, dispatch, stopping).catch(exit);
    else if (command !== undefined) askWhy(backend, command.why, columns, dispatch).catch(exit);
  };

  useInput((input, key) => {
    const name = keyName(input, key);
    // Keys that arrive together (a fast hand, a paste) come as one text.
    const typed = name === input ? [...input] : [name];
    for (const one of typed) press(one);
  });

  return (
    <Box>
      <App state={state} size={{ columns, rows: rows - 1 }} />
    </Box>
  );
}

type Dispatch = (action: TuiAction) => void;

async function runApply(
  backend: Backend,
  dispatch: Dispatch,
  stopping: { current: AbortController | undefined },
): Promise<void> {
  stopping.current = new AbortController();
  await backend.apply((event) => dispatch({ type: "event", event }), stopping.current.signal);
}

async function askWhy(backend: Backend, workload: string, width: number, dispatch: Dispatch): Promise<void> {
  dispatch({ type: "why", workload, lines: "asking" });
  dispatch({ type: "why", workload, lines: await backend.why(workload, Math.floor(width / 2)) });
}

function keyName(input: string, key: Key): string {
  if (key.ctrl && input === "c") return "ctrl-c";
  if (key.upArrow) return "up";
  if (key.downArrow) return "down";
  if (key.leftArrow) return "left";
  if (key.rightArrow) return "right";
  if (key.pageUp) return "page-up";
  if (key.pageDown) return "page-down";
  if (key.return) return "enter";
  if (key.escape) return "escape";
  if (key.backspace || key.delete) return "backspace";
  if (key.tab) return key.shift ? "shift-tab" : "tab";
  return input;
}
