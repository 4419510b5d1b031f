// Starts the processes of the clusters and makes sure that none outlives the test, however the test ends.
// It must not know what the processes are.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

/** A process that can be stopped, paused and started again with the same arguments. */
export interface Process {
  readonly name: string;
  readonly pid: number;
  readonly running: boolean;
  start(): void;
  kill(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** The last lines that it wrote, for messages. */
  log(): string;
}

/** A temporary directory and the processes that live in it; all of it goes when this test process does. */
export interface Nest {
  readonly directory: string;
  spawn(name: string, program: string, args: readonly string[]): Process;
  /** Kills everything and removes the directory. */
  close(): Promise<void>;
}

// The watchdog reads the process ids on its standard input. When this test process goes, even by SIGKILL, the input ends, and
// the watchdog kills what is left. A process that has ended is taken off the list, so that its number can be used again.
const watchdogScript = `
while read -r pid; do
  case $pid in
    -*) left=; for each in $alive; do [ "$each" = "\${pid#-}" ] || left="$left $each"; done; alive=$left ;;
    *) alive="$alive $pid" ;;
  esac
done
[ -z "$alive" ] || kill -9 $alive 2>/dev/null
rm -rf "$1"`;

export function openNest(): Nest {
  const directory = mkdtempSync(join(tmpdir(), "placet-clusters-"));
  const watchdog = spawn("/bin/sh", ["-c", watchdogScript, "placet-watchdog", directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // an interrupt from the terminal must not reach it
  });
  watchdog.unref();
  watchdog.stdin.on("error", () => {});
  if (watchdog.stdin instanceof Socket) watchdog.stdin.unref();
  const processes: Process[] = [];
  return {
    directory,
    spawn(name, program, args) {
      const process = startable(name, program, args, join(directory, `${name}.log`), (line) =>
        watchdog.stdin.write(line + "\n"),
      );
      processes.push(process);
      process.start();
      return process;
    },
    async close() {
      await Promise.all(processes.map((process) => process.kill()));
      watchdog.stdin.end();
      rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function startable(
  name: string,
  program: string,
  args: readonly string[],
  logFile: string,
  tell: (line: string) => void,
): Process {
  let child: ChildProcess | undefined;
  const pid = () => {
    if (child?.pid === undefined) throw new Error(`${name} does not run`);
    return child.pid;
  };
  return {
    name,
    get pid() {
      return pid();
    },
    get running() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    start() {
      const log = openSync(logFile, "a");
      const started = spawn(program, args, { stdio: ["ignore", log, log], detached: true });
      closeSync(log);
      if (started.pid === undefined) throw new Error(`${basename(program)} could not be started`);
      child = started;
      const number = started.pid;
      started.unref();
      started.on("exit", () => tell(`-${number}`));
      tell(String(number));
    },
    async kill() {
      if (!this.running) return;
      const ended = new Promise((resolve) => child?.once("exit", resolve));
      child?.ref();
      child?.kill("SIGKILL");
      await ended;
    },
    pause: () => void process.kill(pid(), "SIGSTOP"),
    resume: () => void process.kill(pid(), "SIGCONT"),
    log: () => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n"),
  };
}

let nextPort = 20_000 + Math.floor(Math.random() * 10_000);

/**
 * A TCP port on which nothing listens. It lies below the range from which outgoing connections take theirs: so nobody takes it
 * while an API server that is to come back on it is down.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    nextPort = nextPort >= 32_000 ? 20_000 : nextPort + 1;
    const port = nextPort;
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error("no free port between 20000 and 32000");
}

/** Asks again and again until there is an answer other than undefined; throws with what `otherwise` says after the time. */
export async function eventually<T>(
  ask: () => Promise<T | undefined>,
  options: { readonly seconds: number; readonly every?: number; readonly otherwise: () => string },
): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(options.otherwise());
    await new Promise((resolve) => setTimeout(resolve, options.every ?? 50));
  }
}
