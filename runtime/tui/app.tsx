// The TUI's view: draws the state, and nothing else. Lists are virtual: only the rows that fit are drawn.
import { Box, Text } from "ink";
import { objectiveValue } from "../cli/view/plan-text.ts";
import { bar, percent, printable } from "../cli/view/style.ts";
import { truncate } from "../cli/view/width.ts";
import { detailLines } from "./detail.ts";
import { canApply, isApplying, rows, tabs, type Row, type TuiState } from "./state.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export function App({ state, size }: { readonly state: TuiState; readonly size: Size }) {
  const body = Math.max(4, size.rows - 5);
  const left = Math.max(28, Math.floor(size.columns * 0.45));
  const right = size.columns - left - 3;
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Header state={state} width={size.columns} />
      <Tabs state={state} />
      {state.help ? (
        <Help height={body} />
      ) : (
        <Box height={body}>
          <Box flexDirection="column" width={left}>
            <List state={state} height={body} width={left} />
          </Box>
          <Box flexDirection="column" width={1} marginX={1}>
            <Text dimColor>{Array.from({ length: body }, () => "│").join("\n")}</Text>
          </Box>
          <Box flexDirection="column" width={right}>
            <Detail state={state} height={body} width={right} />
          </Box>
        </Box>
      )}
      <Footer state={state} width={size.columns} />
    </Box>
  );
}

function Header({ state, width }: { readonly state: TuiState; readonly width: number }) {
  const { plan, phase, title } = state.shown;
  const terms = (plan?.objective ?? [])
    .filter((t) => t.value !== 0)
    .map((t) => `${t.name} ${objectiveValue(t.name, t.value)}`);
  const verdict = phase === undefined ? [plan?.status ?? "", ...terms].join(" · ") : `${phase} …`;
  const color = plan?.status === "optimal" ? "green" : plan?.status === "feasible" ? "yellow" : "red";
  return (
    <Box>
      <Text bold>{truncate(`placet ${printable(title)}`, Math.floor(width / 2))} </Text>
      <Text {...(phase === undefined ? { color } : {})}>{truncate(verdict, Math.ceil(width / 2) - 2)}</Text>
    </Box>
  );
}

function Tabs({ state }: { readonly state: TuiState }) {
  const counts: Record<string, number> = {
    clusters: state.shown.clusters.length,
    workloads: state.shown.workloads.length,
    changes: state.shown.plan?.changes.filter((c) => c.action !== "none").length ?? 0,
    diagnostics: state.shown.plan?.diagnostics.length ?? 0,
    apply: state.apply?.clusters.length ?? 0,
  };
  return (
    <Box marginBottom={1}>
      {tabs.map((tab, index) => (
        <Text key={tab} inverse={tab === state.tab} wrap="truncate">
          {` ${index + 1} ${tab} ${counts[tab] ?? 0} `}
        </Text>
      ))}
    </Box>
  );
}

function List({ state, height, width }: { readonly state: TuiState; readonly height: number; readonly width: number }) {
  const all = rows(state);
  const selected = Math.min(state.selected[state.tab], Math.max(0, all.length - 1));
  const first = Math.max(0, Math.min(selected - Math.floor(height / 2), all.length - height));
  if (all.length === 0) return <Text dimColor>{emptyText(state)}</Text>;
  const usage = new Map((state.shown.plan?.usage ?? []).map((u) => [u.cluster, u]));
  return all.slice(first, first + height).map((row, index) => (
    <Text key={row.key} inverse={first + index === selected} wrap="truncate">
      {truncate(rowText(state, row, width, usage), width)}
    </Text>
  ));
}

function rowText(
  state: TuiState,
  row: Row,
  width: number,
  usage: ReadonlyMap<
    string,
    { readonly resources: Readonly<Record<string, { readonly used: number; readonly capacity: number }>> }
  >,
): string {
  if (state.tab === "clusters") {
    const cpu = usage.get(row.key)?.resources["cpu"];
    const share = cpu === undefined || cpu.capacity === 0 ? 0 : cpu.used / cpu.capacity;
    const name = width - 20;
    return `${truncate(printable(row.text), name).padEnd(name)} cpu ${bar(share, 8)} ${percent(share).padStart(5)}`;
  }
  if (state.tab === "workloads") {
    const places = (state.shown.plan?.placements ?? []).filter((p) => `${p.app}/${p.workload}` === row.key);
    const where =
      places.length > 2 ? `${places.length} clusters` : places.map((p) => `${p.cluster} ${p.replicas}`).join(", ");
    return `${printable(row.text)}  ${where === "" ? "–" : printable(where)}`;
  }
  if (state.tab === "apply") {
    const part = state.apply?.clusters.find((c) => c.cluster === row.key);
    const share = part === undefined || part.total === 0 ? 1 : part.done / part.total;
    const outcome = part?.outcome === "running" ? "" : (part?.outcome ?? "");
    return `${printable(row.text)} ${bar(share, 10)} ${part?.done ?? 0}/${part?.total ?? 0} ${outcome}`;
  }
  return printable(row.text);
}

function emptyText(state: TuiState): string {
  if (state.shown.phase !== undefined) return `${state.shown.phase} …`;
  if (state.filter !== "") return `nothing matches ${printable(state.filter)}`;
  const texts = {
    clusters: "no clusters",
    workloads: "no workloads",
    changes: "nothing changes",
    diagnostics: "nothing to say",
    apply: "press a to apply",
  };
  return texts[state.tab];
}

function Detail({
  state,
  height,
  width,
}: {
  readonly state: TuiState;
  readonly height: number;
  readonly width: number;
}) {
  const lines = detailLines(state, width).flatMap((line) => wrapLine(line, width));
  const first = Math.max(0, Math.min(state.scroll, lines.length - height));
  return <Text>{lines.slice(first, first + height).join("\n")}</Text>;
}

/** Breaks a line at spaces; what has none is cut. */
function wrapLine(line: string, width: number): string[] {
  const broken: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const at = space > width / 2 ? space : width;
    broken.push(rest.slice(0, at));
    rest = `  ${rest.slice(at).trimStart()}`;
  }
  return [...broken, rest];
}

function Footer({ state, width }: { readonly state: TuiState; readonly width: number }) {
  if (state.confirming) return <Text color="yellow">Apply this plan to its clusters? y: yes, anything else: no</Text>;
  if (state.typing) return <Text>{`/${printable(state.filter)}▏`}</Text>;
  if (state.apply?.summary !== undefined && state.tab === "apply")
    return <Text bold>{truncate(printable(state.apply.summary), width)}</Text>;
  const planning = state.shown.phase !== undefined;
  const keys = ["↑↓ select", "←→ tabs", "enter why", "/ search", planning ? "s stop here" : "r plan again"];
  if (canApply(state)) keys.push("a apply");
  if (isApplying(state)) keys.push("applying …");
  return <Text dimColor>{truncate([...keys, "? help", "q quit"].join("  "), width)}</Text>;
}

const helpLines = [
  "↑ ↓  j k        move in the list          page up, page down  ten at a time",
  "g G             first, last               1 – 5               a tab",
  "← →  tab        the next tab              [ ]                 scroll the right side",
  "enter w         why here, why not there   /                   search the list",
  "escape          show everything again     r                   read the files and plan again",
  "a               apply, after a question   q  ctrl-c           quit",
  "s               while it plans: stop with the best so far",
];

function Help({ height }: { readonly height: number }) {
  return (
    <Box flexDirection="column" height={height}>
      <Text bold>Keys</Text>
      <Text> </Text>
      {helpLines.map((line) => (
        <Text key={line}>{line}</Text>
      ))}
    </Box>
  );
}
