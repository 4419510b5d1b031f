// What the right pane says about the selected row, as lines of plain text. It must not know Ink or widths.
import { diagnosticsText } from "../cli/view/diagnostics-text.ts";
import { percent, printable } from "../cli/view/style.ts";
import { shortResource } from "../cli/view/placement-text.ts";
import { bySeverity, rows, type TuiState } from "./state.ts";

export function detailLines(state: TuiState, width: number): readonly string[] {
  const row = rows(state)[state.selected[state.tab]];
  if (row === undefined) return [];
  switch (state.tab) {
    case "clusters":
      return clusterLines(state, row.key);
    case "workloads":
      return workloadLines(state, row.key);
    case "changes":
      return changeDetail(state, Number(row.key));
    case "diagnostics": {
      const diagnostic = [...(state.shown.plan?.diagnostics ?? [])].sort(bySeverity)[Number(row.key)];
      return diagnostic === undefined
        ? []
        : diagnosticsText([diagnostic], state.shown.sources, false, width).split("\n");
    }
    case "apply":
      return applyLines(state, row.key);
  }
}

function clusterLines({ shown }: TuiState, cluster: string): string[] {
  const usage = shown.plan?.usage.find((u) => u.cluster === cluster);
  const here = (shown.plan?.placements ?? []).filter((p) => p.cluster === cluster);
  const changes = (shown.plan?.changes ?? []).filter((c) => c.cluster === cluster && c.action !== "none");
  const full = Object.entries(usage?.resources ?? {})
    .filter(([, r]) => r.capacity > 0)
    .map(
      ([name, r]) =>
        `  ${shortResource(name).padEnd(20)} ${percent(r.used / r.capacity)} of ${amount(name, r.capacity)}`,
    );
  return [
    printable(cluster),
    "",
    ...(full.length > 0 ? full : ["  nothing of ours runs here"]),
    "",
    `${here.length} workloads`,
    ...here.map((p) => `  ${p.replicas}× ${printable(p.app)}/${printable(p.workload)}`),
    "",
    `${changes.length} changes`,
    ...changes.slice(0, 50).map((c) => `  ${c.action} ${printable(c.kind)} ${printable(c.name)}`),
  ];
}

/** Base units as people say them: 4000 milli-CPU is 4, bytes are GiB. */
export function amount(resource: string, base: number): string {
  if (resource === "cpu") return String(base / 1000);
  if (/^(memory|storage|ephemeral-storage|hugepages-.*)$/.test(resource))
    return `${Number((base / 2 ** 30).toFixed(1))}Gi`;
  return String(base);
}

function workloadLines({ shown, why }: TuiState, id: string): string[] {
  const places = (shown.plan?.placements ?? []).filter((p) => `${p.app}/${p.workload}` === id);
  const reasons = (shown.plan?.reasons ?? []).filter((r) => `${r.app}/${r.workload}` === id);
  const answer = why[id];
  return [
    printable(id),
    "",
    ...(places.length > 0 ? places.map((p) => `  ${p.replicas}× on ${printable(p.cluster)}`) : ["  is not placed"]),
    "",
    ...reasons.slice(0, 20).map((r) => printable(`${r.cluster}: ${r.because}`)),
    "",
    ...(answer === undefined
      ? ["enter: why here, and why not elsewhere"]
      : answer === "asking"
        ? ["asking the solver …"]
        : answer),
  ];
}

function changeDetail({ shown }: TuiState, index: number): string[] {
  const change = shown.plan?.changes[index];
  if (change === undefined) return [];
  return [
    `${change.action} ${printable(change.kind)} ${printable(change.namespace)}${change.namespace === "" ? "" : "/"}${printable(change.name)}`,
    `on ${printable(change.cluster)}`,
    ...(change.because === undefined ? [] : ["", printable(change.because)]),
    "",
    ...change.fields.map((f) => {
      const [before, after] = [f.before, f.after].map((v) =>
        v === undefined ? undefined : printable(JSON.stringify(v)),
      );
      if (before === undefined) return `+ ${printable(f.path)} = ${after}`;
      return after === undefined
        ? `- ${printable(f.path)} = ${before}`
        : `~ ${printable(f.path)} = ${before} → ${after}`;
    }),
  ];
}

function applyLines({ apply }: TuiState, cluster: string): string[] {
  const part = apply?.clusters.find((c) => c.cluster === cluster);
  if (part === undefined) return [];
  const failures = (apply?.failures ?? []).filter((f) => f.startsWith(`${cluster}: `));
  return [
    printable(cluster),
    "",
    `${part.done} of ${part.total} done, ${part.failed} failed`,
    printable(part.note),
    "",
    ...failures.map(printable),
  ];
}
