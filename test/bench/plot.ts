// Draws lines that fall over time as SVG, readable on light and dark pages. It must not know what the lines are.
import { shown, type Plot } from "./report.ts";

const WIDTH = 860;
const HEIGHT = 460;
const AREA = { left: 70, right: 700, top: 50, bottom: 400 };

/** Told apart by hue and lightness on white and on near-black; in this order. */
const COLOURS = ["#2f6fde", "#d9541e", "#1a9461", "#a04bd0", "#b98900", "#7a7f87"];
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "4 2", "1 4"];

interface Scale {
  readonly of: (value: number) => number;
  readonly ticks: readonly number[];
}

/** @returns a whole SVG document; both axes are logarithmic. */
export function plotSvg({ title, x, y, lines }: Plot): string {
  const drawn = lines.map((line) => ({
    ...line,
    points: line.points.filter(([a, b]) => a > 0 && b > 0 && Number.isFinite(b)),
  }));
  const all = drawn.flatMap(({ points }) => points);
  const across = scale(
    all.map(([a]) => a),
    AREA.left,
    AREA.right,
  );
  const down = scale(
    all.map(([, b]) => b),
    AREA.bottom,
    AREA.top,
  );
  const labels = spaced(drawn.map(({ points }) => down.of(points.at(-1)?.[1] ?? 1)));
  const paths = drawn.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length] as string;
    const dash = DASHES[i % DASHES.length] as string;
    const end = points.at(-1);
    if (end === undefined) return "";
    return [
      `<path d="${stairs(points, across, down)}" fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}"><title>${name}</title></path>`,
      `<circle cx="${fixed(across.of(end[0]))}" cy="${fixed(down.of(end[1]))}" r="3.5" fill="${colour}"/>`,
      `<text x="${AREA.right + 10}" y="${fixed((labels[i] as number) + 4)}" fill="${colour}" font-weight="600">${name}</text>`,
    ].join("\n");
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}" font-family="system-ui, sans-serif" font-size="13">`,
    "<style>.ink{fill:#24292f}.quiet{fill:#57606a}.grid{stroke:#d0d7de}.page{fill:#ffffff}",
    "@media (prefers-color-scheme: dark){.ink{fill:#e6edf3}.quiet{fill:#9da7b3}.grid{stroke:#30363d}.page{fill:#0d1117}}</style>",
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="ink" x="${AREA.left}" y="26" font-size="15" font-weight="600">${title}</text>`,
    ...across.ticks.map((tick) => vertical(tick, across)),
    ...down.ticks.map((tick) => horizontal(tick, down)),
    `<text class="quiet" x="${(AREA.left + AREA.right) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${x}</text>`,
    `<text class="quiet" transform="translate(18 ${(AREA.top + AREA.bottom) / 2}) rotate(-90)" text-anchor="middle">${y}</text>`,
    ...paths,
    "</svg>",
    "",
  ].join("\n");
}

function vertical(tick: number, across: Scale): string {
  const at = fixed(across.of(tick));
  return `<line class="grid" x1="${at}" y1="${AREA.top}" x2="${at}" y2="${AREA.bottom}"/><text class="quiet" x="${at}" y="${AREA.bottom + 20}" text-anchor="middle">${shown(tick)}</text>`;
}

function horizontal(tick: number, down: Scale): string {
  const at = fixed(down.of(tick));
  return `<line class="grid" x1="${AREA.left}" y1="${at}" x2="${AREA.right}" y2="${at}"/><text class="quiet" x="${AREA.left - 8}" y="${fixed(down.of(tick) + 4)}" text-anchor="end">${shown(tick)}</text>`;
}

/** From the smallest to the largest of some values, with a tick at 1, 2 and 5 of every power of ten (1 alone over many of them). */
function scale(values: readonly number[], from: number, to: number): Scale {
  const least = Math.log10(Math.min(...values, 1));
  const most = Math.max(Math.log10(Math.max(...values, 1)), least + 0.5);
  const steps = most - least > 2.5 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(least); power <= Math.ceil(most); power++)
    for (const step of steps) {
      const tick = Math.log10(step) + power;
      if (tick >= least - 1e-9 && tick <= most + 1e-9) ticks.push(step * 10 ** power);
    }
  return { of: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from), ticks };
}

/** What was reached stays reached until something better is. */
function stairs(points: Plot["lines"][number]["points"], across: Scale, down: Scale): string {
  return points
    .map(([a, b], i) =>
      i === 0 ? `M${fixed(across.of(a))} ${fixed(down.of(b))}` : `H${fixed(across.of(a))}V${fixed(down.of(b))}`,
    )
    .join("");
}

/** Labels moved apart where they would lie on each other, keeping their order. */
function spaced(heights: readonly number[]): readonly number[] {
  const order = heights.map((_, i) => i).sort((a, b) => (heights[a] as number) - (heights[b] as number) || a - b);
  const result = [...heights];
  let last = -Infinity;
  for (const i of order) {
    result[i] = Math.max(result[i] as number, last + 17);
    last = Math.max(last + 17, heights[i] as number);
  }
  return result;
}

const fixed = (value: number): string => value.toFixed(1);
