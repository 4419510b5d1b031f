// Alibaba's GPU trace packed node by node, from text: pods placed and seconds, beside first-fit, best-fit and the real kube-scheduler. It must
// not know how Placet packs.
import { clusterTools, toolsAvailable } from "../kubernetes/clusters.ts";
import { scheduledPods } from "./peers/kube-scheduler.ts";
import {
  kindsOf,
  largestFirst,
  packedBy,
  readTrace,
  traceIsThere,
  traceProgram,
  type Trace,
} from "./instances/trace.ts";
import { planText, type Outcome } from "./plan-text.ts";
import type { BenchOptions, Report } from "./report.ts";

/** CPU seconds that the solver gets; the goal is five from text to plan. */
const SECONDS = 30;

export async function bench({ long, effort }: BenchOptions): Promise<Report> {
  if (!traceIsThere()) return { notes: ["not measured: ../shared/instances/alibaba-gpu is not there"] };
  const notes: string[] = [];
  const rows: (string | number | undefined)[][] = [];
  const tools = toolsAvailable(...clusterTools);
  if (!long) notes.push("the real kube-scheduler is asked with `--long`");
  else if (!tools.available) notes.push(`without the real kube-scheduler: ${tools.reason}`);
  for (const name of ["default", "gpuspec33", "cpu050"]) {
    const trace = readTrace(name);
    const own = await planText(traceProgram(trace), { gap: 0, seconds: effort * SECONDS, accept: 1 });
    if (own.trouble !== undefined) notes.push(`${name}: ${own.trouble}`);
    if (own.done !== undefined) notes.push(...own.done.diagnostics.map((text) => `${name}: ${text.slice(0, 200)}`));
    const simple = (["first-fit", "best-fit"] as const).map((kind) =>
      Math.max(packedBy(kind, trace), packedBy(kind, largestFirst(trace))),
    );
    const asked = long && tools.available ? name : undefined;
    const theirs = asked === undefined ? undefined : await scheduledPods(trace, trace.pods);
    const ours =
      asked === undefined || own.plan === undefined ? undefined : await scheduledPods(trace, inOurOrder(trace, own));
    const bound = own.done?.objective.find((term) => term.name === "unplaced")?.bound;
    const most = bound === undefined ? undefined : trace.pods.length - bound;
    rows.push([
      name,
      trace.pods.length,
      own.done?.replicas,
      most,
      own.done?.at,
      ...simple,
      theirs?.placed,
      theirs?.seconds,
      ours?.placed,
    ]);
  }
  return {
    tables: [
      {
        title: "Alibaba's GPU trace, 1,523 nodes",
        about:
          "Pods placed. Seconds of Placet are CPU seconds from text to plan, with everything that a plan holds. First-fit and best-fit take the pods as they came, or largest first, whichever places more. The last column is what the real kube-scheduler places of the pods of the plan, created in the plan's order.",
        columns: [
          "pods of",
          "pods",
          "Placet",
          "proven at most",
          "s",
          "first-fit",
          "best-fit",
          "kube-scheduler",
          "s",
          "plan, by kube-scheduler",
        ],
        rows,
      },
    ],
    notes,
  };
}

/** The pods that the plan places, workload after workload in the order that it gives. */
function inOurOrder(trace: Trace, { plan }: Outcome): Trace["pods"] {
  const kinds = kindsOf(trace.pods);
  const placed = new Map(plan?.placements.map(({ app, workload, replicas }) => [`${app}/${workload}`, replicas]));
  const named = plan?.order["openb"] ?? [];
  const rest = [...placed.keys()].filter((id) => !named.includes(id)).sort();
  return [...named, ...rest].flatMap((id) => {
    const kind = kinds[Number(id.slice("trace/k".length))];
    if (kind === undefined) return [];
    return Array.from({ length: placed.get(id) ?? 0 }, (_, i) => ({
      ...kind.pod,
      name: `${id.replace("/", "-")}-${i}`,
    }));
  });
}
