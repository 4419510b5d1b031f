// Runs a script of this folder in a process of its own and collects what it prints, JSON line by line, until it ends or is ended. It must not
// know what the lines mean.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What ended the child: it itself, or we after `wall` seconds. */
export interface Ended<Line> {
  readonly lines: readonly Line[];
  readonly ended: "itself" | "stopped" | "crashed";
  /** The end of what it wrote to standard error. */
  readonly errors: string;
}

/** @param wall seconds after which the child is ended from outside. */
export async function runChild<Line>(script: string, args: readonly string[], wall: number): Promise<Ended<Line>> {
  return collect<Line>(process.execPath, [join(import.meta.dirname, script), ...args], wall);
}

/** The same for any program that prints JSON lines; `input` goes to its standard input. */
export async function collect<Line>(
  program: string,
  args: readonly string[],
  wall: number,
  input?: string,
): Promise<Ended<Line>> {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  let stopped = false;
  const timer = setTimeout(() => {
    stopped = true;
    child.kill("SIGKILL");
  }, wall * 1000);
  child.stdin.on("error", () => undefined); // a child that died early says so by its exit code
  child.stdin.end(input ?? "");
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2000)));
  const lines: Line[] = [];
  for await (const line of createInterface({ input: child.stdout }))
    if (line.startsWith("{")) lines.push(JSON.parse(line) as Line);
  const code = child.exitCode ?? (await new Promise<number | null>((done) => child.once("close", done)));
  clearTimeout(timer);
  return { lines, ended: stopped ? "stopped" : code === 0 ? "itself" : "crashed", errors };
}
