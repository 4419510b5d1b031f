// Programs whose clusters are nearly full, as people would write them: each cluster one large node, so that what peers are given is the whole
// truth. `node intent-tight.ts CLUSTERS WORKLOADS SEED MAX_REPLICAS` prints one. It must not know how programs are planned.
import { dice } from "../../oracles/dice.ts";

export interface TightSize {
  readonly clusters: number;
  readonly workloads: number;
  readonly seed: number;
  /** Replicas of a workload are between one and this. */
  readonly replicas: number;
}

/** Room beyond what a hidden placement takes, per cent. */
const SPARE = 6;
/** The share of clusters that may take a workload, about. */
const OPEN = 0.5;

/** @returns the text of one `.intent` file, which has a placement by construction. */
export function intentTight({ clusters, workloads, seed, replicas }: TightSize): string {
  const roll = dice(seed);
  const used = Array.from({ length: clusters }, () => ({ cpu: 0, memory: 0, gpu: 0 }));
  const prices = used.map(
    () => `cost cpu 0.0${roll.between(20, 60)}, memory 0.00${roll.between(20, 60)}, gpu ${roll.between(10, 30) / 10}`,
  );
  const features = used.map((_, c) => Array.from({ length: 4 }, (__, f) => roll.chance(OPEN) || c % 4 === f));
  const lines: string[] = [];
  const runs: string[] = [];
  for (let w = 0; w < workloads; w++) {
    const cpu = roll.between(1, 16);
    const memory = roll.between(1, 64);
    const gpu = roll.chance(0.2) ? roll.between(1, 4) : 0;
    const feature = roll.between(0, 3);
    const count = roll.between(1, replicas);
    const able = features.flatMap((has, c) => (has[feature] === true ? [c] : []));
    for (let n = 0; n < count; n++) {
      const at = used[roll.pick(able)];
      if (at === undefined) continue;
      at.cpu += cpu;
      at.memory += memory;
      at.gpu += gpu;
    }
    const takes = `cpu ${cpu} memory ${memory}Gi${gpu > 0 ? ` gpu ${gpu}` : ""}`;
    lines.push(`  workload w${w} { image "registry.example/w${w}:1" ${takes} }`);
    runs.push(`run w${w} x${count} where f${feature}`);
  }
  const room = (amount: number): number => Math.ceil((amount * (100 + SPARE)) / 100);
  const sites = used.map(({ cpu, memory, gpu }, c) => {
    const words = (features[c] as readonly boolean[]).flatMap((has, f) => (has ? [`f${f}`] : [])).join(" ");
    const node = `nodes all x1 { cpu ${room(cpu) + 1} memory ${room(memory) + 1}Gi gpu ${room(gpu)} pods 2000 }`;
    return `cluster c${c} { ${words} ${prices[c]} ${node} }`;
  });
  return ["fleet { connectivity mcs }", ...sites, "app shop {", ...lines, "}", ...runs, "minimize cost", ""].join("\n");
}

if (process.argv[1] === import.meta.filename) {
  const [clusters = 10, workloads = 60, seed = 1, replicas = 1] = process.argv.slice(2, 6).map(Number);
  process.stdout.write(intentTight({ clusters, workloads, seed, replicas }));
}
