// Railroad diagrams as SVG: a track that can be ridden from left to right is a right text. It must not know any grammar.

/** What a diagram shows. */
export type Track =
  | { readonly kind: "word" | "leaf"; readonly text: string }
  | { readonly kind: "rule"; readonly text: string; readonly link: string }
  | { readonly kind: "sequence"; readonly parts: readonly Track[] }
  | { readonly kind: "choice"; readonly ways: readonly Track[] }
  | { readonly kind: "optional"; readonly part: Track }
  /** Once or more, with something in between. */
  | { readonly kind: "loop"; readonly part: Track; readonly between?: Track };

/** A piece of a drawing whose track enters at its left edge, at height 0, and leaves at its right edge, at height 0. */
interface Drawing {
  readonly width: number;
  readonly above: number;
  readonly below: number;
  readonly draw: (x: number, y: number) => string;
}

const box = { height: 22, perCharacter: 7.3, padding: 10 };
const gap = { between: 12, rows: 8 };
const bend = 8;
const widest = 860;

/** A whole diagram, with a start and an end. */
export function railroad(track: Track): string {
  const inner = drawing(track);
  const ends = 24;
  const width = Math.ceil(inner.width + 2 * ends);
  const height = Math.ceil(inner.above + inner.below + 16);
  const y = inner.above + 8;
  const start = `M4 ${y - 6}v12M4 ${y}H${ends}`;
  const end = `M${ends + inner.width} ${y}h${ends - 4}M${width - 4} ${y - 6}v12`;
  const title = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  return `${title}<path d="${start}${end}"/>${inner.draw(ends, y)}</svg>`;
}

function drawing(track: Track): Drawing {
  switch (track.kind) {
    case "word":
    case "leaf":
    case "rule":
      return station(track);
    case "sequence":
      return sequence(track.parts);
    case "choice":
      return choice(track.ways.map(drawing));
    case "optional":
      return choice([empty, drawing(track.part)]);
    case "loop":
      return loop(drawing(track.part), track.between === undefined ? empty : drawing(track.between));
  }
}

const empty: Drawing = { width: 0, above: 0, below: 0, draw: () => "" };

function station(track: Extract<Track, { kind: "word" | "leaf" | "rule" }>): Drawing {
  const width = Math.round(track.text.length * box.perCharacter + 2 * box.padding);
  const half = box.height / 2;
  return {
    width,
    above: half,
    below: half,
    draw: (x, y) => {
      const radius = track.kind === "rule" ? 2 : half;
      const rectangle = `<rect x="${x}" y="${y - half}" width="${width}" height="${box.height}" rx="${radius}"/>`;
      const text = `<text x="${x + width / 2}" y="${y + 4}">${escape(track.text)}</text>`;
      const station = `<g class="${track.kind}">${rectangle}${text}</g>`;
      return track.kind === "rule" ? `<a href="#${track.link}">${station}</a>` : station;
    },
  };
}

const line = (x: number, y: number, width: number): string => (width <= 0 ? "" : `<path d="M${x} ${y}h${width}"/>`);

/** In a row; a row that is too wide goes on in the next one. */
function sequence(parts: readonly Track[]): Drawing {
  const rows: Drawing[][] = [[]];
  let width = 0;
  for (const part of parts.map(drawing)) {
    if (width > 0 && width + part.width > widest) {
      rows.push([]);
      width = 0;
    }
    rows.at(-1)!.push(part);
    width += part.width + gap.between;
  }
  const drawn = rows.map(row);
  return drawn.length === 1 ? drawn[0]! : wrapped(drawn);
}

function row(parts: readonly Drawing[]): Drawing {
  return {
    width: parts.reduce((sum, part) => sum + part.width, 0) + gap.between * Math.max(0, parts.length - 1),
    above: Math.max(0, ...parts.map((part) => part.above)),
    below: Math.max(0, ...parts.map((part) => part.below)),
    draw: (x, y) => {
      let at = x;
      return parts
        .map((part, i) => {
          const joint = i === 0 ? "" : line(at, y, gap.between);
          if (i > 0) at += gap.between;
          const drawn = joint + part.draw(at, y);
          at += part.width;
          return drawn;
        })
        .join("");
    },
  };
}

function wrapped(rows: readonly Drawing[]): Drawing {
  const width = Math.max(...rows.map((r) => r.width)) + 4 * bend;
  const offsets: number[] = [0];
  for (let i = 1; i < rows.length; i++) {
    offsets.push(offsets[i - 1]! + rows[i - 1]!.below + rows[i]!.above + 3 * gap.rows);
  }
  const last = offsets.length - 1;
  return {
    width,
    above: rows[0]!.above,
    below: offsets[last]! + rows[last]!.below,
    draw: (x, y) =>
      rows
        .map((r, i) => {
          const top = y + offsets[i]!;
          const left = x + 2 * bend;
          const entry = i === 0 ? line(x, top, 2 * bend) : "";
          if (i === last) {
            const up = `<path d="M${left + r.width} ${top}H${x + width - bend}V${y}h${bend}"/>`;
            return entry + r.draw(left, top) + up;
          }
          const down = y + offsets[i + 1]! - rows[i + 1]!.above - gap.rows;
          const turn = `M${left + r.width} ${top}h${bend}V${down}H${x + bend}V${y + offsets[i + 1]!}h${bend}`;
          return `${entry}${r.draw(left, top)}<path d="${turn}"/>`;
        })
        .join(""),
  };
}

/** One of several, below each other; the first is on the straight track. */
function choice(ways: readonly Drawing[]): Drawing {
  const inner = Math.max(...ways.map((way) => way.width));
  const width = inner + 4 * bend;
  const offsets: number[] = [0];
  for (let i = 1; i < ways.length; i++) {
    const before = ways[i - 1]!;
    offsets.push(offsets[i - 1]! + Math.max(before.below, bend) + gap.rows + Math.max(ways[i]!.above, bend));
  }
  return {
    width,
    above: ways[0]!.above,
    below: offsets.at(-1)! + ways.at(-1)!.below,
    draw: (x, y) =>
      ways
        .map((way, i) => {
          const at = y + offsets[i]!;
          const left = x + 2 * bend;
          const drawn = way.draw(left, at) + line(left + way.width, at, inner - way.width);
          if (i === 0) return line(x, y, 2 * bend) + drawn + line(left + inner, y, 2 * bend);
          const into = `M${x} ${y}q${bend} 0 ${bend} ${bend}V${at - bend}q0 ${bend} ${bend} ${bend}`;
          const out = `M${left + inner} ${at}q${bend} 0 ${bend} ${-bend}V${y + bend}q0 ${-bend} ${bend} ${-bend}`;
          return `${drawn}<path d="${into}${out}"/>`;
        })
        .join(""),
  };
}

/** Once or more: the way back is below. */
function loop(part: Drawing, between: Drawing): Drawing {
  const inner = Math.max(part.width, between.width);
  const width = inner + 4 * bend;
  const back = Math.max(part.below, bend) + gap.rows + Math.max(between.above, bend);
  return {
    width,
    above: part.above,
    below: back + between.below,
    draw: (x, y) => {
      const left = x + 2 * bend;
      const forth =
        line(x, y, 2 * bend) + part.draw(left, y) + line(left + part.width, y, inner - part.width + 2 * bend);
      const turnBack = `M${left + inner} ${y}q${bend} 0 ${bend} ${bend}V${y + back - bend}q0 ${bend} ${-bend} ${bend}`;
      const turnForth = `M${left} ${y + back}q${-bend} 0 ${-bend} ${-bend}V${y + bend}q0 ${-bend} ${bend} ${-bend}`;
      const below = between.draw(left, y + back) + line(left + between.width, y + back, inner - between.width);
      return `${forth}${below}<path d="${turnBack}${turnForth}"/>`;
    },
  };
}

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
