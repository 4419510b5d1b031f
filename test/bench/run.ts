// `npm run bench [NAME…]`: runs the benchmarks and prints each figure beside its peer's, measured in the same run. Machines are noisy: read
// the ratios, not the seconds.
import { readdirSync } from "node:fs";
import { join } from "node:path";

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: { readonly name: string; readonly value: number };
}

const wanted = process.argv.slice(2);
const here = import.meta.dirname;
const files = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && file !== "run.ts")
  .filter((file) => wanted.length === 0 || wanted.includes(file.replace(/\.ts$/, "")))
  .sort();

for (const file of files) {
  const module = (await import(join(here, file))) as { bench?: () => Promise<readonly Figure[]> };
  if (module.bench === undefined) continue;
  console.log(`\n${file.replace(/\.ts$/, "")}`);
  for (const figure of await module.bench()) console.log(line(figure));
}

function line({ name, value, unit, peer }: Figure): string {
  const own = `  ${name.padEnd(64)} ${shown(value).padStart(10)} ${unit.padEnd(12)}`;
  return peer === undefined
    ? own
    : `${own} ${peer.name}: ${shown(peer.value)} (ratio ${(value / peer.value).toFixed(2)})`;
}

function shown(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(4)));
}
