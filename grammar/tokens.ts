// The kinds of tokens and the words of the language. It must not know how text is cut into tokens, nor how tokens make statements.
import { createToken, Lexer, type IToken, type TokenType } from "chevrotain";

/** A token of one file. `endOffset` is inclusive, as Chevrotain has it. */
export interface Token extends IToken {
  endOffset: number;
  /** The first token of its line: only the wording of errors depends on it, never the meaning of a right program. */
  readonly startsLine: boolean;
  /** Its text was wrong and has been reported already. */
  readonly faulty: boolean;
}

const all: TokenType[] = [];

/** Every token type, for the parser's vocabulary. */
export const vocabulary: readonly TokenType[] = all;

function kind(name: string, label: string, categories: TokenType[] = []): TokenType {
  const type = createToken({ name, label, pattern: Lexer.NA, categories });
  all.push(type);
  return type;
}

// ---- categories: what may stand at a place ---------------------------------------------------------------------------------

/** Wherever any value may stand. */
export const Value = kind("Value", "a value");
/** Wherever a name must stand, so that a word that begins with a digit is one too. */
export const NameLike = kind("NameLike", "a name");
/** A name where a number would mean something else: keys of labels, features, resources. */
export const Key = kind("Key", "a name");
/** What follows a resource. */
export const Figure = kind("Figure", "a quantity");
export const NumberLike = kind("NumberLike", "a number");
export const DurationLike = kind("DurationLike", "a duration");
export const RateLike = kind("RateLike", "a rate");
export const PercentLike = kind("PercentLike", "a percentage");
export const PathLike = kind("PathLike", "a path in quotes");
export const PortLike = kind("PortLike", "a port");
export const AddressLike = kind("AddressLike", "an address");
/** The operators of comparisons other than `=`, which also gives values. */
export const CompareSign = kind("CompareSign", "a comparison");

const asName = [Key, NameLike, Value, PortLike];

// ---- leaves ------------------------------------------------------------------------------------------------------------------

export const Name = kind("Name", "a name", asName);
export const Text = kind("Text", "a string", [...asName, PathLike, AddressLike]);
/** `x6`: a count straight after a name, a name elsewhere. */
export const Count = kind("Count", "a count such as `x3`", asName);
/** `x$sites`. */
export const CountParameter = kind("CountParameter", "a count such as `x$sites`", [Count]);
export const DigitName = kind("DigitName", "a name", [NameLike, Value]);
export const Integer = kind("Integer", "a number", [NameLike, Value, Figure, NumberLike, PortLike]);
export const Decimal = kind("Decimal", "a number", [NameLike, Value, Figure, NumberLike]);
export const Negative = kind("Negative", "a number", [Value, Figure, NumberLike]);
export const Quantity = kind("Quantity", "a quantity", [NameLike, Value, Figure]);
/** `500m`: half a CPU, or five hundred minutes; the place decides. */
export const MilliOrMinutes = kind("MilliOrMinutes", "a quantity", [NameLike, Value, Figure, DurationLike]);
export const Duration = kind("Duration", "a duration", [NameLike, Value, Figure, DurationLike]);
export const Rate = kind("Rate", "a rate", [NameLike, Value, Figure, RateLike]);
export const Percent = kind("Percent", "a percentage", [Value, Figure, PercentLike]);
/** `8805/udp`, `8000-8010`, `8000-8010/tcp`. */
export const PortNumber = kind("PortNumber", "a port", [NameLike, Value, PortLike]);
export const Address = kind("Address", "an address", [Value, AddressLike]);
export const Parameter = kind("Parameter", "a parameter", [
  NameLike,
  Value,
  Figure,
  NumberLike,
  DurationLike,
  RateLike,
  PercentLike,
  PathLike,
  PortLike,
  AddressLike,
]);
export const Fact = kind("Fact", "a fact of the cluster", [Value, AddressLike]);

export const OpenBrace = kind("OpenBrace", "`{`");
export const CloseBrace = kind("CloseBrace", "`}`");
export const OpenParen = kind("OpenParen", "`(`");
export const CloseParen = kind("CloseParen", "`)`");
export const OpenBracket = kind("OpenBracket", "`[`");
export const CloseBracket = kind("CloseBracket", "`]`");
export const Comma = kind("Comma", "`,`");
export const Equals = kind("Equals", "`=`");
export const NotEquals = kind("NotEquals", "`!=`", [CompareSign]);
export const Less = kind("Less", "`<`", [CompareSign]);
export const LessEquals = kind("LessEquals", "`<=`", [CompareSign]);
export const Greater = kind("Greater", "`>`", [CompareSign]);
export const GreaterEquals = kind("GreaterEquals", "`>=`", [CompareSign]);
export const Arrow = kind("Arrow", "`->`");
export const BothWays = kind("BothWays", "`<->`");
export const Range = kind("Range", "`..`");
/** What no rule takes: already reported by the scanner. */
export const Junk = kind("Junk", "something else");

// ---- words -------------------------------------------------------------------------------------------------------------------

const statementWords = [
  "use",
  "param",
  "cluster",
  "clusters",
  "group",
  "link",
  "fleet",
  "app",
  "cloud",
  "run",
  "forbid",
  "minimize",
  "move",
  "allow",
  "deny",
  "isolate",
  "network",
  "attach",
  "chain",
  "expose",
  "mesh",
  "connect",
  "set",
  "configure",
  "patch",
  "object",
  "scale",
  "monitor",
  "start",
  "roll",
  "intent",
  "expect",
] as const;

const clauseWords = [
  "where",
  "and",
  "or",
  "not",
  "in",
  "on",
  "each",
  "then",
  "near",
  "within",
  "with",
  "apart",
  "from",
  "by",
  "needs",
  "survive",
  "optional",
  "priority",
  "prefer",
  "weight",
  "spread",
  "across",
  "max",
  "tolerates",
  "to",
  "at",
  "as",
  "after",
  "every",
] as const;

/** Words that are keywords only at their place; anywhere else they are names. */
const placeWords = [
  "of",
  "except",
  "keeping",
  "over",
  "encrypted",
  "ingress",
  "egress",
  "anywhere",
  "internet",
  "kubernetes",
  "pods",
  "context",
  "cost",
  "nodes",
  "taint",
  "NoSchedule",
  "PreferNoSchedule",
  "NoExecute",
  "networks",
  "api",
  "accepts",
  "connectivity",
  "reserve",
  "resource",
  "feature",
  "dns",
  "workload",
  "image",
  "port",
  "manifests",
  "chart",
  "values",
  "kustomization",
  "namespace",
  "quota",
  "admin",
  "editor",
  "viewer",
  "cidr",
  "vlan",
  "gateway",
  "routes",
  "via",
  "out",
  "a",
  "time",
  "can",
  "cannot",
  "reach",
  "all",
  "placed",
  "without",
] as const;

type WordText = (typeof statementWords)[number] | (typeof clauseWords)[number] | (typeof placeWords)[number];

function words<W extends string>(texts: readonly W[], categories: TokenType[]): Record<W, TokenType> {
  const all: Partial<Record<W, TokenType>> = {};
  for (const text of texts) all[text] = kind(`"${text}"`, `\`${text}\``, categories);
  return all as Record<W, TokenType>;
}

/** The token type of each word of the language, by its text. */
export const word: Readonly<Record<WordText, TokenType>> = {
  ...words(statementWords, []),
  ...words(clauseWords, []),
  ...words(placeWords, asName),
};

/** The token type of a word by its text, for text that may be no word of the language. */
export const wordTypes: ReadonlyMap<string, TokenType> = new Map(Object.entries(word));

/** A set of token types that is asked for every token of a file: a look-up by number. */
export interface Flags {
  readonly has: (type: TokenType) => boolean;
}

export function flags(types: Iterable<TokenType>): Flags {
  const table: boolean[] = [];
  for (const { tokenTypeIdx = 0 } of types) table[tokenTypeIdx] = true;
  return { has: ({ tokenTypeIdx = 0 }) => table[tokenTypeIdx] === true };
}

/** The token types of a category. */
export const membersOf = (category: TokenType): readonly TokenType[] =>
  all.filter((type) => type.CATEGORIES?.includes(category));

const textsToTypes = (texts: readonly WordText[]): readonly TokenType[] => texts.map((text) => word[text]);
const statementFlags = flags(textsToTypes(statementWords));
const reservedFlags = flags(textsToTypes([...statementWords, ...clauseWords]));
const placeFlags = flags(textsToTypes(placeWords));

/** Whether a word begins a statement. */
export const isStatementWord = (type: TokenType): boolean => statementFlags.has(type);

/** Whether a word must be quoted to be a name. */
export const isReserved = (type: TokenType): boolean => reservedFlags.has(type);

/** Whether a word is a keyword where one is expected, and else a name. */
export const isPlaceWord = (type: TokenType): boolean => placeFlags.has(type);

/** Whether a word's text must be quoted where a name is meant. */
export const isReservedText = (text: string): boolean => {
  const type = wordTypes.get(text);
  return type !== undefined && isReserved(type);
};
