// How long 10,000 mixed statements take from text to IR, after warm-up. `bench()` is read by test/bench/run.ts.
import { compile, memoryHost } from "../../compiler/index.ts";
import type { Host } from "../../compiler/index.ts";
import { parse } from "../../grammar/index.ts";
import type { Report } from "./report.ts";

const CLUSTERS = 200;
const APPS = 100;
const WORKLOADS = 20;

/** A program of `count` statements of every supported kind over a fleet of 200 clusters and 2,000 workloads. */
function mixedProgram(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < CLUSTERS; i++) {
    lines.push(
      `cluster c${i} { region = r${i % 8} zone = z${i % 40} ${i % 3 === 0 ? "edge" : "core"} cost cpu 0.0${1 + (i % 9)} pods 10.${i}.0.0/16 nodes general x4 { cpu 64 memory 256Gi } nodes accel x2 { cpu 32 memory 128Gi gpu 2 dpdk taint accel-only } }`,
    );
  }
  for (let a = 0; a < APPS; a++) {
    const workloads = Array.from(
      { length: WORKLOADS },
      (_, w) =>
        `workload w${a}-${w} { image "registry.example/w:${w}" cpu 500m memory 512Mi port sbi 8000 port n4 8805/udp tier = ${w % 2 === 0 ? "gold" : "iron"} }`,
    );
    lines.push(`app a${a} {\n  ${workloads.join("\n  ")}\n}`);
  }
  // Steps that share no factor with the number of workloads, so that every one is named and few statements repeat each other.
  const workload = (i: number) => {
    const n = (i * 1_009) % (APPS * WORKLOADS);
    return `w${n % APPS}-${Math.floor(n / APPS)}`;
  };
  const kinds: readonly ((i: number) => string)[] = [
    (i) => `run ${workload(i)} where region = r${i % 8} and (edge or cpu >= ${1 + (i % 8)})`,
    (i) => `allow ${workload(i)} -> ${workload(i * 7 + 1)} on sbi`,
    (i) => `run ${workload(i)} prefer zone = z${i % 40} weight ${1 + (i % 5)}`,
    (i) => `forbid ${workload(i)} where not region in (r0, r1, r${i % 8})`,
    (i) => `allow ${workload(i)}, ${workload(i * 3 + 1)} -> ${workload(i * 5 + 2)} on 8805/udp`,
    (i) => `run ${workload(i)} near ${workload(i * 11 + 3)} within 10ms`,
    (i) =>
      `link c${i % CLUSTERS} <-> c${(i + 1 + (Math.floor(i / CLUSTERS) % (CLUSTERS / 2 - 1))) % CLUSTERS} ${1 + (i % 20)}ms`,
    (i) => `run ${workload(i)} apart from ${workload(i * 17 + 5)} by zone tolerates accel-only`,
    (i) => `group g${i} where region = r${i % 8} and edge`,
    (i) => `isolate ${workload(i)} ingress`,
  ];
  for (let a = 0; a < APPS; a++) lines.push(`run app a${a}`);
  for (let i = 0; lines.length < count; i++)
    lines.push(kinds[i % kinds.length]?.(Math.floor(i / kinds.length) + 211 * (i % kinds.length)) ?? "");
  return lines.join("\n");
}

/** Median milliseconds of `work`, of `runs` runs after one that warms up. */
function milliseconds(runs: number, work: () => unknown): number {
  work();
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

export async function bench(): Promise<Report> {
  const text = mixedProgram(10_000);
  const host: Host = memoryHost({ "big.intent": text });
  const parsing = milliseconds(5, () => parse("big.intent", text));
  const whole = milliseconds(5, () => compile(["big.intent"], host));
  const figures = [
    { name: "parse 10,000 mixed statements", value: Math.round(parsing), unit: "ms" },
    { name: "parse, check and compile 10,000 mixed statements", value: Math.round(whole), unit: "ms" },
  ];
  return { figures };
}
