// A status report as text: clusters, workloads with their health, and what somebody changed. It must not know how it was found.
import type { Drift, StatusReport, WorkloadStatus } from "../../status.ts";
import { plural, printable, type Paint } from "./style.ts";
import { padEnd, padStart, truncate, widest } from "./width.ts";

const colors = {
  ready: "green",
  written: "green",
  waiting: "yellow",
  failed: "red",
  missing: "red",
  unknown: "red",
} as const;
const mostRows = 60;

export function statusText(report: StatusReport, width: number, paint: Paint): string {
  const sections = [
    ["What runs", ...workloadLines(report.workloads, width, paint)],
    ["What somebody changed", ...driftLines(report.drift, width, paint)],
  ].filter((section) => section.length > 1);
  const text = sections.map(([title = "", ...lines]) => [paint(["bold", "underline"], title), ...lines].join("\n"));
  return `${[...text, summaryLine(report, paint)].join("\n\n")}\n`;
}

function workloadLines(workloads: readonly WorkloadStatus[], width: number, paint: Paint): string[] {
  const shown = workloads.slice(0, mostRows);
  const name = Math.min(40, widest(shown.map((w) => printable(`${w.app}/${w.workload}`))));
  const cluster = Math.min(30, widest(shown.map((w) => printable(w.cluster))));
  const lines = shown.map((w) => {
    const left = `  ${padEnd(truncate(printable(`${w.app}/${w.workload}`), name), name)}  ${padEnd(truncate(printable(w.cluster), cluster), cluster)}  ${padStart(String(w.replicas), 3)}×  `;
    const message =
      w.message === undefined
        ? ""
        : `  ${paint("dim", truncate(printable(w.message), Math.max(10, width - left.length - 10)))}`;
    return `${left}${paint(colors[w.health], w.health)}${message}`;
  });
  return workloads.length > shown.length
    ? [...lines, paint("dim", `  … and ${workloads.length - shown.length} more (--json shows all)`)]
    : lines;
}

function driftLines(drift: readonly Drift[], width: number, paint: Paint): string[] {
  return drift.map(({ object, kind, fields }) => {
    const name = `${object.kind} ${object.namespace === "" ? "" : `${object.namespace}/`}${object.name}`;
    const what =
      kind === "changed" && fields.length > 0
        ? fields.map((f) => f.path).join(", ")
        : { missing: "is gone", recreated: "was made again by somebody else", changed: "was changed" }[kind];
    return `  ${printable(object.cluster)}  ${paint("yellow", truncate(printable(name), 60))}  ${truncate(printable(what), Math.max(20, width - name.length - object.cluster.length - 6))}`;
  });
}

function summaryLine(report: StatusReport, paint: Paint): string {
  if (report.workloads.length === 0 && report.clusters.every((c) => c.objects === 0)) {
    const unknown = report.clusters.filter((c) => c.state === "unknown").length;
    return unknown > 0
      ? paint("red", `Nothing is known: ${plural(unknown, "cluster")} can not be reached.`)
      : "Nothing is applied yet.";
  }
  const count = (health: WorkloadStatus["health"]): number =>
    report.workloads.filter((w) => w.health === health).length;
  const parts = (["ready", "written", "waiting", "failed", "missing", "unknown"] as const)
    .filter((health) => count(health) > 0)
    .map((health) => paint(colors[health], `${count(health)} ${health}`));
  const objects = report.clusters.reduce((sum, c) => sum + c.objects, 0);
  const drift =
    report.drift.length === 0
      ? "no drift"
      : paint("yellow", plural(report.drift.length, "object with drift", "objects with drift"));
  return (
    paint(
      "bold",
      `${parts.join(", ")}; ${plural(objects, "object")} on ${plural(report.clusters.filter((c) => c.objects > 0).length, "cluster")}; `,
    ) + drift
  );
}
