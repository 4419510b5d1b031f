// The process: runs one command and turns what it says into an exit code. Our bugs are caught here, once, and say that they are bugs.
import process from "node:process";
import { processContext } from "./context.ts";
import { exitCode } from "./exit-code.ts";
import { runCommandLine } from "./program.ts";

// A reader that went away (`placet plan | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(exitCode.done);
    throw error;
  });
}

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), processContext());
} catch (error) {
  process.stderr.write(
    `placet: this is a bug of ours, not a mistake of yours.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = exitCode.bug;
}
