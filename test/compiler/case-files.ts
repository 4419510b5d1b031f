// Reads and writes case files: Markdown with one case a `##` section, source blocks (```intent NAME) and expected blocks
// (```diagnostics, ```ir FIELD). Blocks before the first section belong to every case. It must not know the compiler.

export interface Block {
  /** `intent`, `yaml`, `csv`; `diagnostics` and `ir` are expected. */
  readonly language: string;
  /** The file's name, the IR's field, or empty. */
  readonly name: string;
  readonly text: string;
  /** Lines of the block's content in the file, end exclusive. */
  readonly from: number;
  readonly to: number;
}

export interface Case {
  readonly title: string;
  /** Path → text of everything that is given. */
  readonly files: Readonly<Record<string, string>>;
  /** `--set` values, from ```set blocks: `NAME=VALUE` lines. */
  readonly set: Readonly<Record<string, string>>;
  /** Path → why the host refuses it, from ```refused NAME blocks. */
  readonly refused: Readonly<Record<string, string>>;
  readonly expected: readonly Block[];
}

const EXPECTED: readonly string[] = ["diagnostics", "ir"];

export function readCases(markdown: string): readonly Case[] {
  const lines = markdown.split("\n");
  const sections: { title: string; blocks: Block[] }[] = [{ title: "", blocks: [] }];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line.startsWith("## ")) sections.push({ title: line.slice(3).trim(), blocks: [] });
    const fence = /^```(\w+) ?(.*)$/.exec(line);
    if (fence === null) continue;
    const end = lines.indexOf("```", i + 1);
    if (end === -1) throw new Error(`a block that begins on line ${i + 1} is never closed`);
    const text = lines.slice(i + 1, end).join("\n");
    sections
      .at(-1)
      ?.blocks.push({ language: fence[1] ?? "", name: (fence[2] ?? "").trim(), text, from: i + 1, to: end });
    i = end;
  }
  const [shared, ...cases] = sections;
  return cases.map(({ title, blocks }) => {
    const all = [...(shared?.blocks ?? []), ...blocks];
    const given = all.filter((b) => !EXPECTED.includes(b.language) && b.language !== "set" && b.language !== "refused");
    const set = all
      .filter((b) => b.language === "set")
      .flatMap((b) => b.text.split("\n").map((l) => l.split("=") as [string, string]));
    return {
      title,
      files: Object.fromEntries(given.map((b) => [b.name === "" ? "case.intent" : b.name, `${b.text}\n`])),
      set: Object.fromEntries(set),
      refused: Object.fromEntries(all.filter((b) => b.language === "refused").map((b) => [b.name, b.text])),
      expected: blocks.filter((b) => EXPECTED.includes(b.language)),
    };
  });
}

/** The file with the content of expected blocks replaced, from the last to the first so that line numbers hold. */
export function accept(markdown: string, actual: readonly { readonly block: Block; readonly text: string }[]): string {
  const lines = markdown.split("\n");
  for (const { block, text } of actual.toSorted((a, b) => b.block.from - a.block.from))
    lines.splice(block.from, block.to - block.from, ...text.split("\n"));
  return lines.join("\n");
}
