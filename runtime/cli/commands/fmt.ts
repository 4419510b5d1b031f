// `placet fmt`: writes files in the canonical form; with `--check` only says which are not.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { format, hasErrors } from "../../../grammar/index.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit-code.ts";
import { diagnosticsText } from "../view/diagnostics-text.ts";
import { plural, printable } from "../view/style.ts";

export async function run(
  context: CliContext,
  paths: readonly string[],
  options: { readonly check?: boolean },
): Promise<number> {
  const files = (paths.length === 0 ? ["."] : paths).flatMap((path) => intentFiles(resolve(context.cwd, path)));
  let broken = 0;
  const unformatted: string[] = [];
  for (const path of files) {
    const name = relative(context.cwd, path);
    const read = readText(path);
    if (read === undefined) {
      context.stderr.write(`error: ${printable(name)} can not be read\n`);
      broken += 1;
      continue;
    }
    const formatted = format(name, read);
    if (hasErrors(formatted.diagnostics)) {
      broken += 1;
      context.stderr.write(
        `${diagnosticsText(formatted.diagnostics, new Map([[name, read]]), context.stderr.color, context.stderr.width)}\n`,
      );
      continue;
    }
    if (formatted.value === read) continue;
    unformatted.push(name);
    if (options.check !== true) writeFileSync(path, formatted.value);
  }
  for (const name of unformatted) context.stdout.write(`${printable(name)}\n`);
  const verb = options.check === true ? "not in the canonical form" : "written";
  context.stdout.write(
    `${plural(unformatted.length, "file")} ${verb}, ${files.length - unformatted.length - broken} unchanged.\n`,
  );
  return broken > 0 || (options.check === true && unformatted.length > 0) ? exitCode.wrongInput : exitCode.done;
}

/** A file as it is; of a directory every `.intent` file below it, but not in `node_modules` or hidden directories. */
function intentFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory())
        return entry.name.startsWith(".") || entry.name === "node_modules" ? [] : intentFiles(join(path, entry.name));
      return entry.isFile() && entry.name.endsWith(".intent") ? [join(path, entry.name)] : [];
    });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
