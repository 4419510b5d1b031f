// What to do about a token that can not stand where it does: each remedy looks at the token and at what was wanted, and the first that
// knows better is taken. It must not know how the wrong place was found.
import type { TokenType } from "chevrotain";
import type { Fix, Span } from "./diagnostic.ts";
import { nearWord } from "./expectations.ts";
import * as t from "./tokens.ts";
import { fits } from "./walk.ts";

interface Remedy {
  readonly help?: string;
  readonly fix?: Fix;
}

/** A remedy says what to write instead and why, or only a word of help. */
type Idea = (token: t.Token, wants: (type: TokenType) => boolean) => { help: string; write?: string } | undefined;

/** The best advice for `token`, which stands where one of `wanted` was expected. */
export function remedy(file: string, token: t.Token, wanted: readonly TokenType[]): Remedy {
  const wants = (type: TokenType): boolean => wanted.includes(type);
  for (const idea of ideas) {
    const found = idea(token, wants);
    if (found === undefined) continue;
    const { help, write } = found;
    return write === undefined ? { help } : { help, fix: replace(file, token, write) };
  }
  return {};
}

/** A fix that puts `text` in the place of `token`. */
export const replace = (file: string, token: t.Token, text: string): Fix => ({
  title: text === "" ? `remove \`${token.image}\`` : `write \`${text}\``,
  edits: [{ span: spanOf(file, token), text }],
});

export const spanOf = (file: string, token: t.Token): Span => ({
  file,
  start: token.startOffset,
  end: token.endOffset + 1,
});

const misspelt: Idea = ({ image }, wants) => {
  const near = nearWord(image, wants);
  return near === undefined ? undefined : { help: `did you mean \`${near}\`?`, write: near };
};

/** Words that other languages have, or that speech has, where this one has a symbol. */
const spoken: Idea = ({ tokenType }, wants) => {
  if (tokenType === t.word.and && wants(t.Comma)) return { help: "lists have commas", write: "," };
  if (tokenType === t.word.to && wants(t.Arrow)) return { help: "who reaches whom is written `->`", write: "->" };
  if (tokenType === t.Arrow && wants(t.BothWays)) return { help: "a link goes both ways: `<->`", write: "<->" };
  if (tokenType === t.word.not && wants(t.word.reach)) return { help: "write `cannot`" };
  return undefined;
};

const unquotedPath: Idea = ({ tokenType, image }, wants) =>
  wants(t.PathLike) && fits(t.NameLike, tokenType)
    ? { help: "paths are quoted", write: JSON.stringify(image) }
    : undefined;

const missingUnit: Idea = ({ tokenType, image }, wants) => {
  if (tokenType !== t.Integer) return undefined;
  if (wants(t.DurationLike)) return { help: `a duration has a unit, such as \`${image}ms\``, write: `${image}ms` };
  if (wants(t.PercentLike)) return { help: "a percentage ends in `%`", write: `${image}%` };
  return undefined;
};

const missingWord: Idea = ({ tokenType, image }, wants) => {
  if (fits(t.DurationLike, tokenType) && wants(t.word.within) && tokenType !== t.Parameter) {
    return { help: `did you mean \`within ${image}\`?`, write: `within ${image}` };
  }
  return undefined;
};

/** `16GB` and `16GiB`, which Kubernetes writes without the `B`. */
const bytes: Idea = ({ image }) => {
  const parts = /^(\d+(?:\.\d+)?)([kKMGTPE])(i?)B$/.exec(image);
  if (parts === null) return undefined;
  const right = `${parts[1]}${parts[3] === "" ? parts[2]!.replace("K", "k") : `${parts[2]}i`}`;
  return { help: `quantities are written as in Kubernetes: \`${right}\``, write: right };
};

const resourceOfCluster: Idea = ({ tokenType }, wants) =>
  fits(t.Figure, tokenType) && wants(t.word.nodes)
    ? { help: "resources are said of nodes: `nodes general x4 { cpu 16 }`" }
    : undefined;

const commaInBlock: Idea = ({ tokenType }, wants) =>
  tokenType === t.Comma && wants(t.CloseBrace) ? { help: "entries of a block have no commas", write: "" } : undefined;

const trailingComma: Idea = ({ tokenType }, wants) =>
  (tokenType === t.CloseBracket || tokenType === t.CloseParen) && wants(t.Value) && !wants(tokenType)
    ? { help: "no comma stands after the last of a list" }
    : undefined;

const reservedName: Idea = ({ tokenType, image }, wants) =>
  t.isReserved(tokenType) && (wants(t.NameLike) || wants(t.Value))
    ? { help: `if \`${image}\` is meant as a name, quote it: \`"${image}"\`` }
    : undefined;

const ideas: readonly Idea[] = [
  spoken,
  misspelt,
  unquotedPath,
  missingUnit,
  missingWord,
  bytes,
  resourceOfCluster,
  commaInBlock,
  trailingComma,
  reservedName,
];
