// Runs commands as functions in a project of a temporary directory. It must not know any command.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { CliContext } from "../../runtime/cli/context.ts";
import { runCommandLine } from "../../runtime/cli/program.ts";

const root = join(import.meta.dirname, "../..");

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Workplace {
  readonly directory: string;
  readonly run: (...argv: readonly string[]) => Promise<Answer>;
  readonly write: (path: string, text: string) => void;
  /** What a person answers to questions; without any, there is nobody to ask. */
  readonly answers: string[];
}

/** A temporary directory with these files, or with a copy of an example of that name; gone when the test ends. */
export function workplace(
  content: string | Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Workplace {
  const directory = mkdtempSync(join(tmpdir(), "placet-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  if (typeof content === "string") {
    const source = join(root, "examples", content);
    cpSync(source, directory, { recursive: true, filter: (path) => !path.includes("/.placet") });
  } else for (const [path, text] of Object.entries(content)) write(path, text);
  const answers: string[] = [];
  return { directory, write, answers, run: (...argv) => runIn(directory, argv, answers, env) };
}

async function runIn(
  cwd: string,
  argv: readonly string[],
  answers: string[],
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  let [out, err] = ["", ""];
  const tasks: (() => Promise<void>)[] = [];
  const stream = (write: (text: string) => void) => ({ write, isTerminal: false, color: false, width: 100 });
  const context: CliContext = {
    stdout: stream((text) => (out += text)),
    stderr: stream((text) => (err += text)),
    cwd,
    env: { HOME: cwd, ...env },
    now: () => performance.now(),
    interactive: answers.length > 0,
    ask: async () => answers.shift(),
    atEnd: (task) => void tasks.push(task),
    end: async () => {
      await Promise.all(tasks.splice(0).map((task) => task()));
    },
    signal: new AbortController().signal,
  };
  const code = await runCommandLine(argv, context);
  return { code, out, err };
}
