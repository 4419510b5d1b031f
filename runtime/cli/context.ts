// What a command may touch of the outside, injected, so that a command is tested as a function (STYLE.md: ink-ui, Stricli).
// It must not know any command.
import process from "node:process";

/** One output stream: where text goes, and what it can show. */
export interface Stream {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly color: boolean;
  /** Columns; 80 for a pipe. */
  readonly width: number;
}

export interface CliContext {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds, for progress and time limits. */
  readonly now: () => number;
  /** Whether a person can be asked: both ends are terminals and CI is not set. */
  readonly interactive: boolean;
  /** Asks one line; undefined when the input ended. */
  readonly ask: (question: string) => Promise<string | undefined>;
  /** Asks for something to be done when the command has ended: connections that are closed. */
  readonly atEnd: (task: () => Promise<void>) => void;
  /** Does it; called once, by the command line. */
  readonly end: () => Promise<void>;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the second ends the process. */
  readonly signal: AbortSignal;
}

/** The real one, over this process. */
export function processContext(): CliContext {
  const env = process.env;
  const stream = (out: NodeJS.WriteStream): Stream => ({
    write: (text) => void out.write(text),
    isTerminal: out.isTTY === true,
    color: wantsColor(out.isTTY === true, env),
    width: out.columns ?? (Number(env["COLUMNS"]) || 80),
  });
  const interactive = process.stdin.isTTY === true && process.stdout.isTTY === true && !isSet(env["CI"]);
  const tasks: (() => Promise<void>)[] = [];
  return {
    atEnd: (task) => void tasks.push(task),
    end: async () => {
      await Promise.all(tasks.splice(0).map((task) => task()));
    },
    stdout: stream(process.stdout),
    stderr: stream(process.stderr),
    cwd: process.cwd(),
    env,
    now: () => performance.now(),
    interactive,
    ask: askLine,
    signal: signalled(),
  };
}

// https://no-color.org: any non-empty NO_COLOR wins; FORCE_COLOR is what CI systems with colour logs set.
function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (isSet(env["NO_COLOR"])) return false;
  if (isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0") return true;
  return isTerminal && env["TERM"] !== "dumb";
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "" && value !== "false";

async function askLine(question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await new Promise((resolve) => {
      reader.once("close", () => resolve(undefined));
      void reader.question(question).then(resolve, () => resolve(undefined));
    });
  } finally {
    reader.close();
  }
}

function signalled(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(name);
    });
  }
  return controller.signal;
}
