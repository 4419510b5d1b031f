// Random words, conditions, targets, peers and data, as a right program may have them. It must not know the parser.
import * as fc from "fast-check";
import type {
  Amount,
  Condition,
  DataValue,
  KeyValue,
  Peer,
  PortSpec,
  Target,
  TargetItem,
  Word,
} from "../../grammar/index.ts";

const span = { file: "", start: 0, end: 0 };
const of =
  (form: Word["form"]) =>
  (text: string): Word => ({ form, text, span });

/** Turns a record of arbitraries into one of nodes; a key that draws undefined is left out. */
export function node<T>(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<T> {
  return fc.record(fields).map((drawn) => {
    const present = Object.entries(drawn).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(present), span } as T;
  });
}

export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
export const few = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 3 });
export const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { minLength: 1, maxLength: 3 });
export const is = <T>(value: T): fc.Arbitrary<T> => fc.constant(value);

// ---- words -------------------------------------------------------------------------------------------------------------------

const plainNames = fc.constantFrom(
  "amf",
  "smf",
  "upf-1",
  "edge-paris-1",
  "core.amf",
  "nvidia.com/gpu",
  "free5gc_x",
  "Deployment",
  "a--b",
  "x",
  "m",
  "X6",
  "xy6",
  "true",
  "null",
  "e3",
  "Gi",
  "web.example.com",
  "feature.node.kubernetes.io/cpu-cpuid.AVX2",
);
/** Keywords of some place that are names everywhere else. */
const placeWords = fc.constantFrom(
  "gateway",
  "image",
  "port",
  "cost",
  "time",
  "a",
  "over",
  "out",
  "reach",
  "x6",
  "via",
);
const texts = fc.oneof(
  fc.constantFrom("run", "where", "a b", "", "é", '"', "\\", "// no comment", "\t\n", "$x", "a=b", "{", "\u2028"),
  fc.string({ maxLength: 8, unit: "grapheme" }),
);

const string = texts.map(of("string"));
export const parameter = fc.constantFrom("sites", "n", "lo-1", "a_b").map(of("parameter"));
const fact = fc.constantFrom("gateway", "upf-n3", "nvidia.com/gpu").map(of("fact"));
export const number = fc
  .oneof(fc.nat({ max: 99999 }).map(String), fc.constantFrom("0.04", "1.30", "1e3"))
  .map(of("number"));
const negative = fc.constantFrom("-1", "-0.5").map(of("number"));
const quantity = fc.constantFrom("500m", "16Gi", "1.5M", "2k", "100n", "-3Mi").map(of("quantity"));
export const rate = fc.constantFrom("10Gbps", "1.5Mbps", "300bps").map(of("rate"));
export const percent = fc.constantFrom("70%", "0.5%", "-1%").map(of("percent"));
const plainDuration = fc.constantFrom("10ms", "30s", "2h", "1h30m", "7d", "250us").map(of("duration"));
const address = fc
  .constantFrom("10.0.0.1", "10.0.0.0/8", "fd00::1", "::/0", "2001:db8::/32", "1.30.2")
  .map(of("address"));
const digitName = fc.constantFrom("5gc", "3-a", "10G-site", "1.x");

/** Where a name must stand. */
export const name: fc.Arbitrary<Word> = fc.oneof(
  { weight: 6, arbitrary: plainNames.map(of("name")) },
  { weight: 2, arbitrary: placeWords.map(of("name")) },
  { weight: 1, arbitrary: fc.oneof(digitName, fc.constantFrom("10", "1.30", "16Gi")).map(of("name")) },
  { weight: 1, arbitrary: string },
  { weight: 1, arbitrary: parameter },
);
/** Where a number would mean something else. */
export const word = fc.oneof({ weight: 4, arbitrary: plainNames.map(of("name")) }, { weight: 1, arbitrary: string });
/** Before `=`: any word of the language too. */
export const key = fc.oneof(
  { weight: 3, arbitrary: word },
  { weight: 2, arbitrary: fc.constantFrom("app", "where", "in", "not", "cost", "x6", "run", "pods").map(of("name")) },
);
export const value: fc.Arbitrary<Word> = fc.oneof(
  { weight: 4, arbitrary: plainNames.map(of("name")) },
  placeWords.map(of("name")),
  digitName.map(of("name")),
  string,
  parameter,
  fact,
  number,
  negative,
  quantity,
  rate,
  percent,
  plainDuration,
  address,
);
export const count = fc.oneof(fc.nat({ max: 200 }).map(String).map(of("number")), parameter);
export const figure = fc.oneof(number, quantity, parameter);
export const weight = fc.oneof(number, negative, parameter);
export const duration = fc.oneof(plainDuration, is("5m").map(of("duration")), parameter);
export const path = fc.oneof(string, parameter);
export const place = fc.oneof(address, fact, parameter, string);

// ---- shared parts ---------------------------------------------------------------------------------------------------------------

export const amounts = some(node<Amount>({ resource: word, amount: figure }));

const has = node<Condition>({ kind: is("has"), key: name });
const operator = fc.constantFrom("=", "!=", "<", "<=", ">", ">=");
const conditionKey = fc.oneof(key, digitName.map(of("name")));
const compare = node<Condition>({ kind: is("compare"), key: conditionKey, operator, value });
const among = node<Condition>({
  kind: is("in"),
  key: conditionKey.filter((k) => k.text !== "not"),
  values: some(value),
  negated: fc.boolean(),
});

/** Any conditions: an `and` among the operands of an `and` stands in parentheses. */
export const condition: fc.Arbitrary<Condition> = fc.letrec<Record<"any" | "leaf" | "and" | "or" | "not", Condition>>(
  (tie) => ({
    any: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie("leaf"), tie("and"), tie("or"), tie("not")),
    leaf: fc.oneof(has, compare, among),
    and: operands("and", tie("any")),
    or: operands("or", tie("any")),
    not: node<Condition>({ kind: is("not"), operand: tie("any") }),
  }),
).any;

function operands(kind: "and" | "or", any: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> {
  return node<Condition>({ kind: is(kind), operands: fc.array(any, { minLength: 2, maxLength: 3 }) });
}

const item = node<TargetItem>({ kind: fc.constantFrom("workload", "app"), name });
export const target = node<Target>({ items: some(item), except: fc.oneof(is([]), some(name)) });

export const port: fc.Arbitrary<PortSpec> = fc.oneof(
  node<PortSpec>({ port: fc.oneof(plainNames.map(of("name")), string, parameter, is("443").map(of("number"))) }),
  node<PortSpec>({
    port: is("8000").map(of("number")),
    end: maybe(is("8010").map(of("number"))),
    protocol: fc.constantFrom("udp", "sctp", "tcp").map(of("name")),
  }),
  node<PortSpec>({ port: is("8000").map(of("number")), end: is("8010").map(of("number")) }),
);
export const ports = fc.oneof(is([]), some(port));

const label = node<KeyValue>({ key, value });
const workloads = target.map((t): Peer => ({ kind: "target", target: t, span }));
const one = target.map((t): Peer => ({ kind: "target", target: { ...t, except: [] }, span }));
const special: fc.Arbitrary<Peer> = fc.oneof(
  fc
    .constantFrom("anywhere" as const, "internet" as const, "kubernetes" as const)
    .map((kind): Peer => ({ kind, span })),
  node<Peer>({ kind: is("range"), cidr: address }),
  node<Peer>({ kind: is("pods"), labels: few(label), namespace: name }),
);
/** One peer. */
export const peer = fc.oneof(workloads, special);
/** Several: workloads side by side are one, and `except` ends the list. */
export const peers: fc.Arbitrary<Peer[]> = fc.oneof(
  peer.map((p) => [p]),
  fc.tuple(one, some(special)).map(([t, s]) => [t, ...s]),
  fc.tuple(some(special), workloads).map(([s, t]) => [...s, t]),
);

const dataWord = value.map((w): DataValue => ({ kind: "word", word: w, span }));
const data = fc.letrec<Record<"block" | "list" | "value" | "item", DataValue>>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, dataWord, tie("list")),
  item: fc.oneof({ maxDepth: 3 }, dataWord, tie("list"), tie("block")),
  list: node<DataValue>({ kind: is("list"), items: few(tie("item")) }),
  block: node<DataValue>({
    kind: is("block"),
    entries: few(node({ key, value: fc.oneof({ maxDepth: 3 }, tie("value"), tie("block")) })),
  }),
}));
export const dataBlock = data.block;
