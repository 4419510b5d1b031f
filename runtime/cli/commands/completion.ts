// `placet completion SHELL`: a script that completes commands, options and files, made from the commands themselves.
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { commandLine } from "../program.ts";

export async function run(context: CliContext, [shell]: readonly string[]): Promise<number> {
  const commands = commandLine(context, () => {}).commands;
  const script = { bash, zsh, fish }[shell as "bash" | "zsh" | "fish"] as
    ((commands: readonly Command[]) => string) | undefined;
  if (script === undefined) {
    context.stderr.write(`error: there is no completion for \`${shell ?? ""}\`; choose bash, zsh or fish\n`);
    return exitCode.wrongInput;
  }
  context.stdout.write(script(commands));
  return exitCode.done;
}

const flags = (command: Command): string[] =>
  command.options.flatMap((o) => (o.long === null || o.long === undefined ? [] : [o.long]));

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bash(commands: readonly Command[]): string {
  const cases = commands.map((c) => `    ${c.name()}) words="${[...flags(c), "--help"].join(" ")}" ;;`);
  return `# placet completion for bash: source <(placet completion bash)
_placet() {
  local current=\${COMP_WORDS[COMP_CWORD]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((c) => c.name()).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="--help" ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) compopt -o filenames; COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -F _placet placet
`;
}

function zsh(commands: readonly Command[]): string {
  const names = commands.map((c) => `    ${quoted(`${c.name()}:${c.description()}`)}`);
  const cases = commands.map((c) => {
    const options = c.options.map((o) =>
      quoted(`${o.long ?? ""}[${o.description.replaceAll("]", "\\]")}]${o.required ? ":value:_files" : ""}`),
    );
    return `    ${c.name()}) _arguments ${[...options, "'*:file:_files'"].join(" ")} ;;`;
  });
  return `#compdef placet
# placet completion for zsh: source <(placet completion zsh)
_placet() {
  local -a commands
  commands=(
${names.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
compdef _placet placet
`;
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((c) => [
    `complete -c placet -n __fish_use_subcommand -f -a ${c.name()} -d ${quoted(c.description())}`,
    ...c.options.map(
      (o) =>
        `complete -c placet -n '__fish_seen_subcommand_from ${c.name()}' -l ${(o.long ?? "").replace(/^--/, "")}${o.required ? " -r" : ""} -d ${quoted(o.description)}`,
    ),
  ]);
  return `# placet completion for fish: placet completion fish | source\n${lines.join("\n")}\n`;
}
