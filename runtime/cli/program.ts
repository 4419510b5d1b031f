// The command line: every command, its options, and help with examples. Each command's code is loaded only when it runs, so that
// `--help` costs little. It must not know what the commands do.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CliContext } from "./context.ts";
import { exitCode } from "./exit-code.ts";
import { version } from "./version.ts";

/** Runs `placet ARGUMENTS…` in a context; answers the exit code (DESIGN.md). */
export async function runCommandLine(argv: readonly string[], context: CliContext): Promise<number> {
  let code: number = exitCode.done;
  const program = commandLine(context, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.wrongInput;
    throw error;
  } finally {
    await context.end();
  }
  return code;
}

type Run = (context: CliContext, paths: readonly string[], options: never) => Promise<number>;

/** The commands as data: also what completion scripts are made from. */
export function commandLine(context: CliContext, done: (code: number) => void): Command {
  const program = new Command("placet")
    .description(
      "Says where every workload runs across many Kubernetes clusters, proves how good that is, and applies it.",
    )
    .version(version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: context.stdout.write,
      writeErr: context.stderr.write,
      getOutHelpWidth: () => Math.min(context.stdout.width, 110),
      getErrHelpWidth: () => Math.min(context.stderr.width, 110),
      getOutHasColors: () => context.stdout.color,
      getErrHasColors: () => context.stderr.color,
    })
    .showSuggestionAfterError()
    .addHelpText(
      "after",
      examples([
        "placet plan examples/5g-core",
        "placet apply examples/5g-core",
        "placet explain upf examples/5g-core",
      ]),
    );

  const command = (
    name: string,
    description: string,
    load: () => Promise<{ run: Run }>,
    lines: readonly string[],
  ): Command => {
    const made = program.command(name).description(description).addHelpText("after", examples(lines));
    made.action(async (...passed: unknown[]) => {
      // commander passes the arguments in order, then the options, then the command.
      const given = passed
        .slice(0, -2)
        .flat()
        .filter((p): p is string => typeof p === "string");
      const { run } = await load();
      done(await run(context, given, passed.at(-2) as never));
    });
    return made;
  };
  addCommands(command);
  return program;
}

type AddCommand = (
  name: string,
  description: string,
  load: () => Promise<{ run: Run }>,
  lines: readonly string[],
) => Command;

function addCommands(command: AddCommand): void {
  planning(
    json(
      command(
        "plan [paths...]",
        "show where everything goes and what would change; changes nothing",
        () => import("./commands/plan.ts"),
        ["placet plan", "placet plan --without paris --gap 1%", "placet plan --out tonight.json --detailed-exitcode"],
      ),
    ),
  )
    .option("--out <file>", "save the plan, for `placet apply FILE`")
    .option("--detailed-exitcode", "exit with 2 when there are changes")
    .option("--full", "show every field that changes")
    .option("--failures", "show what happens when each cluster or zone is lost")
    .option("--adopt", "plan to take over objects that exist and are not ours")
    .option("--tui", "open the result in the terminal interface");
  planning(
    json(
      command(
        "apply [paths...]",
        "carry out a plan: of these files, or a saved one",
        () => import("./commands/apply.ts"),
        ["placet apply", "placet apply --yes examples/5g-core", "placet apply tonight.json"],
      ),
    ),
  )
    .option("--yes", "do not ask")
    .option("--full", "show every field that changes")
    .option("--adopt", "take over objects that exist and are not ours")
    .option("--lock-timeout <duration>", "wait for another apply to end", duration, 0)
    .option("--tui", "follow the apply in the terminal interface");
  json(
    command(
      "destroy [paths...]",
      "remove everything of this project from its clusters",
      () => import("./commands/destroy.ts"),
      ["placet destroy examples/hello"],
    ),
  ).option("--yes", "do not ask");
  json(
    command(
      "status [paths...]",
      "show placement, health and drift as the clusters say it",
      () => import("./commands/status.ts"),
      ["placet status", "placet status --json"],
    ),
  );
  planning(
    json(
      command(
        "explain <workload> [paths...]",
        "say why a workload is where it is, and why not elsewhere",
        () => import("./commands/explain.ts"),
        ["placet explain upf", "placet explain core5g.upf examples/5g-core", "placet explain upf --prices"],
      ),
    ),
  ).option("--prices", "also show what each intent costs: what the plan would gain without it");
  json(
    inputs(
      command("check [paths...]", "check the files without planning", () => import("./commands/check.ts"), [
        "placet check",
      ]),
    ),
  );
  command("fmt [paths...]", "write files in the canonical form", () => import("./commands/fmt.ts"), [
    "placet fmt",
    "placet fmt --check",
  ]).option("--check", "change nothing; exit with 1 when a file is not in the canonical form");
  json(
    command(
      "discover [contexts...]",
      "read a fleet from kubeconfig contexts and write it as intents",
      () => import("./commands/discover.ts"),
      ["placet discover --out fleet.intent", "placet discover paris-admin lyon-admin"],
    ),
  ).option("--out <file>", "write here instead of standard output");
  planning(
    command("render [paths...]", "print the manifests of each cluster as YAML", () => import("./commands/render.ts"), [
      "placet render --cluster paris",
      "placet render --out manifests/",
    ]),
  )
    .option("--cluster <name>", "only this cluster (several times)", collect, [])
    .option("--out <directory>", "write one folder a cluster instead of standard output");
  planning(
    command("tui [paths...]", "open the terminal interface", () => import("./commands/tui.ts"), [
      "placet tui examples/5g-core",
    ]),
  );
  command(
    "completion <shell>",
    "print a completion script for bash, zsh or fish",
    () => import("./commands/completion.ts"),
    ["source <(placet completion bash)"],
  );
}

// ---- options that several commands share ----------------------------------------------------------------------------------------

const json = (command: Command): Command => command.option("--json", "machine-readable answer on standard output");

const inputs = (command: Command): Command =>
  command
    .addOption(
      new Option("--set <name=value>", "give a param a value (several times)").argParser(assignment).default({}),
    )
    .option("--with <file>", "read these intents too (several times)", collect, []);

const planning = (command: Command): Command =>
  inputs(command)
    .option("--without <cluster>", "plan as if this cluster were gone (several times)", collect, [])
    .option("--live", "read the fleet's nodes from the clusters instead of from the files")
    .option("--gap <percent>", "stop when the plan is provably this close to the best (default: the best)", percentage)
    .option(
      "--time-limit <duration>",
      "stop with the best plan so far (default: after a number of steps that is the same on every machine)",
      duration,
    )
    .option("--solver <name>", `${solvers.slice(0, -1).join(", ")} or ${solvers.at(-1)}`, solverName, "auto")
    .option("--seed <number>", "seed of every random choice", wholeNumber, 1);

const solvers = ["auto", "javascript-lp-solver", "highs", "search"];

function solverName(text: string): string {
  if (solvers.includes(text)) return text;
  throw new InvalidArgumentError(`There is no such solver; it is one of ${solvers.join(", ")}.`);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function assignment(value: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("write NAME=VALUE.");
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

function percentage(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(text);
  const value = Number(match?.[1]);
  if (match === null || value > 100) throw new InvalidArgumentError("write a percentage, as 1%.");
  return value / 100;
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new InvalidArgumentError("write a duration, as 30s or 5m.");
  return Number(match[1]) * (units[match[2] ?? "s"] ?? 1000);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("write a whole number.");
  return value;
}

const examples = (lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join("")}`;
