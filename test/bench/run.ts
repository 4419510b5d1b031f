// `npm run bench [NAME…] [--long] [--quick] [--write]`: runs the benchmarks and prints each figure beside its peer's, measured in the same run; a run of
// all of them, or `--write`, also puts the tables and plots into docs/benchmarks.md. Machines are noisy: read the ratios, not the seconds.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writePart } from "./document.ts";
import { shown, tableText, type Bench, type Figure, type Report } from "./report.ts";

const asked = process.argv.slice(2);
const long = asked.includes("--long");
const names = asked.filter((word) => !word.startsWith("--"));
const write = names.length === 0 || asked.includes("--write");
const here = import.meta.dirname;
const files = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .filter((file) => names.length === 0 || names.includes(file.replace(/\.ts$/, "")))
  .sort();

for (const file of files) {
  const module = (await import(join(here, file))) as { bench?: Bench };
  if (module.bench === undefined) continue;
  const name = file.replace(/\.ts$/, "");
  console.log(`\n${name}`);
  // One part that fails does not keep the others from being measured; what it said stands in its place.
  const report = await module
    .bench({ long, effort: asked.includes("--quick") ? 0.2 : 1 })
    .catch((error: unknown): Report => ({ notes: [`failed: ${String(error)}`] }));
  for (const figure of report.figures ?? []) console.log(line(figure));
  for (const table of report.tables ?? []) console.log(tableText(table));
  for (const note of report.notes ?? []) console.log(`  ${note}`);
  if (write) await writePart(name, report);
}

function line({ name, value, unit, peer }: Figure): string {
  const own = `  ${name.padEnd(64)} ${shown(value).padStart(10)} ${unit.padEnd(12)}`;
  return peer === undefined
    ? own
    : `${own} ${peer.name}: ${shown(peer.value)} (ratio ${(value / peer.value).toFixed(2)})`;
}
