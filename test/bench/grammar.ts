// What reading costs: 10,000 mixed statements to a tree, and where the time goes. It must not know the compiler.
import { format, parse } from "../../grammar/index.ts";
import { Cutter } from "../../grammar/cut.ts";
import { Problems } from "../../grammar/problems.ts";
import { Scanner } from "../../grammar/scan.ts";
import type { Report } from "./report.ts";

/** Milliseconds of CPU, the best of several runs after a warm-up: what other work on the machine does not change much. */
function cpu(action: () => unknown, runs = 15): number {
  for (let i = 0; i < 5; i++) action();
  let best = Infinity;
  for (let i = 0; i < runs; i++) {
    const start = process.cpuUsage();
    action();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

function scan(text: string): number {
  const scanner = new Scanner(text, new Problems(""));
  let count = 0;
  while (scanner.next() !== undefined) count++;
  return count;
}

function cut(text: string): void {
  const problems = new Problems("");
  const cutter = new Cutter(new Scanner(text, problems), problems);
  while (cutter.next() !== undefined);
}

/** Statements of every kind, in the shares of a real project: many intents, some clusters. */
export function mixedStatements(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) lines.push(shapes[i % shapes.length]!(i));
  return `${lines.join("\n")}\n`;
}

const shapes: readonly ((i: number) => string)[] = [
  (i) => `run w${i} x3 where gpu and cpu >= 8 or region in (eu-west, eu-north) prefer provider = orange weight 5`,
  (i) => `run w${i} on paris, lyon then nice needs cpu 2, memory 4Gi survive 1 cluster keeping 2`,
  (i) => `allow w${i}, smf -> app core${i} except upf on sbi, 8805/udp // signalling`,
  (i) => `allow pods (app = prometheus) in monitoring -> w${i} on metrics`,
  (i) => `run w${i} near amf within 10ms apart from nrf by zone tolerates accel-only optional priority -1`,
  (i) => `set w${i} LOG_LEVEL = debug on lyon where not (edge or trusted)`,
  (i) => `cluster c${i} { region = eu-west  sriov  nodes general x4 { cpu 16  memory 64Gi  gpu 2 }  networks n3, n6 }`,
  (i) => `app a${i} in ns { workload amf { image "free5gc/amf:v3.4"  cpu 500m  memory 512Mi  port sbi 8000 } }`,
  (i) => `patch w${i} { spec { template { spec { hostNetwork = true } } } } where provider = orange`,
  (i) => `expect w${i} can reach smf on sbi`,
  (i) => `attach w${i} to n3 at 10.10.3.2 as n3`,
  (i) => `forbid app core${i} where not region in (eu-west, eu-north)`,
];

export async function bench(): Promise<Report> {
  const text = mixedStatements(10_000);
  const scanned = cpu(() => scan(text));
  const cutTime = cpu(() => cut(text));
  const parsed = cpu(() => parse("bench.intent", text));
  const formatted = cpu(() => format("bench.intent", text), 8);
  const wrong = text.replaceAll(" -> ", " ");
  const refused = cpu(() => parse("bench.intent", wrong), 8);
  const figures = [
    { name: "grammar: tokens of 10,000 statements", value: scan(text), unit: "tokens" },
    { name: "grammar: scan 10,000 statements", value: scanned, unit: "ms of CPU" },
    { name: "grammar: scan and cut 10,000 statements", value: cutTime, unit: "ms of CPU" },
    {
      name: "grammar: read 10,000 statements to a tree",
      value: parsed,
      unit: "ms of CPU",
      peer: { name: "the bound of the project", value: 350 },
    },
    { name: "grammar: give up on 10,000 statements after 100 errors", value: refused, unit: "ms of CPU" },
    { name: "grammar: format 10,000 statements", value: formatted, unit: "ms of CPU" },
  ];
  return { figures };
}
