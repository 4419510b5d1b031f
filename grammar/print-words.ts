// The parts of statements as text: words, targets, conditions, amounts, peers, data. It must not know statements.
import type { Amount, Condition, DataValue, KeyValue, Peer, PortSpec, Target, Word } from "./ast.ts";
import { isWordCode, wordEnd } from "./characters.ts";
import { isReservedText, wordTypes } from "./tokens.ts";

/** A word where a name or a value stands. A name that is none as it stands is quoted. */
export function word(w: Word): string {
  switch (w.form) {
    case "string":
      return JSON.stringify(w.text);
    case "parameter":
      return `$${w.text}`;
    case "fact":
      return `$cluster.${w.text}`;
    case "name":
      return isPlain(w.text) && !isReservedText(w.text) ? w.text : JSON.stringify(w.text);
    default:
      return w.text;
  }
}

/** A key before a comparison, where no word is reserved. */
export function key(w: Word): string {
  return w.form === "name" && isPlain(w.text) ? w.text : word(w);
}

/** A bare word of a block, where the words that have a meaning there must be quoted. */
export function bare(w: Word): string {
  return w.form === "name" && wordTypes.has(w.text) ? JSON.stringify(w.text) : word(w);
}

const isPlain = (text: string): boolean => isWordCode(text.charCodeAt(0)) && wordEnd(text, 0) === text.length;

export const list = (words: readonly Word[]): string => words.map(word).join(", ");

/** `x6`, `x$sites`. */
export const count = (w: Word): string => (w.form === "parameter" ? `x$${w.text}` : `x${w.text}`);

export function target({ items, except }: Target): string {
  const named = items.map((item) => (item.kind === "app" ? `app ${word(item.name)}` : peerName(item.name))).join(", ");
  return except.length === 0 ? named : `${named} except ${list(except)}`;
}

const peerWords = new Set(["anywhere", "internet", "kubernetes", "pods", "all"]);

/** A workload's name, quoted where a peer of that name would be meant. */
const peerName = (w: Word): string => (w.form === "name" && peerWords.has(w.text) ? JSON.stringify(w.text) : word(w));

export const amounts = (all: readonly Amount[]): string =>
  all.map(({ resource, amount }) => `${word(resource)} ${word(amount)}`).join(", ");

const strength = { or: 0, and: 1, not: 2, has: 3, compare: 3, in: 3 } as const;

/** Parentheses only where the meaning needs them. */
export function condition(c: Condition): string {
  const within = (inner: Condition, least: number): string =>
    strength[inner.kind] < least ? `(${condition(inner)})` : condition(inner);
  switch (c.kind) {
    case "or":
    case "and":
      return c.operands.map((operand) => within(operand, strength[c.kind] + 1)).join(` ${c.kind} `);
    case "not":
      return `not ${within(c.operand, 2)}`;
    case "has":
      return word(c.key);
    case "compare":
      return `${key(c.key)} ${c.operator} ${word(c.value)}`;
    case "in": {
      // `not in (…)` would want a key before it.
      const k = c.key.text === "not" && !c.negated ? word(c.key) : key(c.key);
      return `${k} ${c.negated ? "not in" : "in"} (${list(c.values)})`;
    }
  }
}

export function port({ port, end, protocol }: PortSpec): string {
  return word(port) + (end === undefined ? "" : `-${end.text}`) + (protocol === undefined ? "" : `/${protocol.text}`);
}

export const ports = (all: readonly PortSpec[]): string => (all.length === 0 ? "" : ` on ${all.map(port).join(", ")}`);

const label = ({ key: k, value }: KeyValue): string => `${key(k)} = ${word(value)}`;

export function peer(p: Peer): string {
  switch (p.kind) {
    case "target":
      return target(p.target);
    case "range":
      return word(p.cidr);
    case "pods":
      return `pods ${p.labels.length === 0 ? "" : `(${p.labels.map(label).join(", ")}) `}in ${word(p.namespace)}`;
    default:
      return p.kind;
  }
}

export const peers = (all: readonly Peer[]): string => all.map(peer).join(", ");

export function data(value: DataValue): string {
  switch (value.kind) {
    case "word":
      return word(value.word);
    case "list":
      return `[${value.items.map(data).join(", ")}]`;
    case "block": {
      const entries = value.entries.map((entry) =>
        entry.value.kind === "block"
          ? `${key(entry.key)} ${data(entry.value)}`
          : `${key(entry.key)} = ${data(entry.value)}`,
      );
      return `{ ${entries.join(" ")} }`;
    }
  }
}
