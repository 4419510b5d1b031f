// Statements to text, for trees that a program made (a fleet that was discovered): each in its canonical form.
// It must not know spans, comments, or where the statements came from.
import type { Expectation, OnClause, RunClause, Scope, Statement, Word } from "./ast.ts";
import { formatText } from "./format.ts";
import { appEntry, block, cloudEntry, clusterEntry, fleetEntry, networkEntry } from "./print-entries.ts";
import { amounts, condition, count, data, key, list, peer, peers, port, ports, target, word } from "./print-words.ts";

/** The text of a file of these statements, one after the other. Reading it gives the same statements, spans aside. */
export function print(statements: readonly Statement[]): string {
  return formatText(statements.map((statement) => `${printStatement(statement)}\n`).join(""));
}

const after = (keyword: string, w: Word | undefined): string => (w === undefined ? "" : ` ${keyword} ${word(w)}`);
const where = (c: Parameters<typeof condition>[0] | undefined): string =>
  c === undefined ? "" : ` where ${condition(c)}`;

function printStatement(s: Statement): string {
  switch (s.kind) {
    case "use":
      return `use ${word(s.path)}`;
    case "param":
      return `param ${key(s.name)} = ${word(s.value)}`;
    case "cluster":
      return `cluster ${word(s.name)} ${block(s.entries.map(clusterEntry))}`;
    case "clusters-from":
      return `clusters from ${word(s.path)}`;
    case "group":
      return s.condition === undefined
        ? `group ${key(s.name)} = ${list(s.members)}`
        : `group ${word(s.name)}${where(s.condition)}`;
    case "link": {
      const figures = [s.latency, s.rate].filter((figure) => figure !== undefined).map((figure) => ` ${word(figure)}`);
      return `link ${word(s.a)} <-> ${word(s.b)}${figures.join("")}`;
    }
    case "fleet":
      return `fleet ${block(s.entries.map(fleetEntry))}`;
    case "app":
      return `app ${word(s.name)}${after("of", s.cloud)}${after("in", s.namespace)} ${block(s.entries.map(appEntry))}`;
    case "cloud":
      return `cloud ${word(s.name)} ${block(s.entries.map(cloudEntry))}`;
    case "run": {
      const clauses = s.clauses.map((clause) => ` ${runClause(clause)}`).join("");
      return `run ${target(s.target)}${s.count === undefined ? "" : ` ${count(s.count)}`}${clauses}`;
    }
    case "forbid":
      return `forbid ${target(s.target)}${s.clusters.length === 0 ? "" : ` on ${list(s.clusters)}`}${where(s.condition)}`;
    case "minimize":
      return `minimize ${s.terms.map(term).join(", ")}`;
    case "move":
      return `move ${target(s.target)}`;
    default:
      return printAction(s);
  }
}

type Action = Exclude<
  Statement,
  {
    kind:
      | ("use" | "param" | "cluster" | "clusters-from" | "group" | "link" | "fleet")
      | ("app" | "cloud" | "run" | "forbid" | "minimize" | "move");
  }
>;

function printAction(s: Action): string {
  switch (s.kind) {
    case "allow":
      return `allow ${flow(s)}${after("over", s.over)}`;
    case "deny":
      return `deny ${flow(s)}`;
    case "isolate":
      return `isolate ${target(s.target)}${s.direction === "both" ? "" : ` ${s.direction}`}`;
    case "network":
      return `network ${word(s.name)} ${block(s.entries.map(networkEntry))}`;
    case "attach":
      return `attach ${target(s.target)} to ${word(s.network)}${after("at", s.address)}${after("as", s.interfaceName)}`;
    case "chain":
      return `chain ${s.stops.map(peer).join(" -> ")}`;
    case "expose":
      return `expose ${target(s.target)}${s.port === undefined ? "" : ` on ${port(s.port)}`}${after("as", s.as)}`;
    case "mesh":
      return `mesh ${word(s.app)}${s.settings.map((setting) => ` ${word(setting.key)} ${word(setting.value)}`).join("")}`;
    case "connect":
      return `connect ${list(s.from)} to ${list(s.to)}${s.encrypted ? " encrypted" : ""}`;
    case "set":
      return `set ${target(s.target)} ${key(s.key)} = ${word(s.value)}${scope(s.scope)}`;
    case "configure":
      return `configure ${target(s.target)} at ${word(s.path)} from ${word(s.from)}${scope(s.scope)}`;
    case "patch":
      return `patch ${target(s.target)} ${data(s.data)}${scope(s.scope)}`;
    case "object":
      return `object ${word(s.path)}${scope(s.scope)}`;
    case "scale":
      return `scale ${target(s.target)} ${word(s.min)}..${word(s.max)} on ${amounts(s.metrics)}`;
    case "monitor":
      return `monitor ${target(s.target)}${s.port === undefined ? "" : ` on ${port(s.port)}`}${after("every", s.every)}`;
    case "start":
      return `start ${target(s.target)} after ${target(s.after)} ${word(s.condition)}`;
    case "roll-out":
      return `roll out ${s.target === undefined ? "" : `${target(s.target)} `}${clusters(s.count)} at a time`;
    case "intent":
      return `intent ${word(s.name)} ${data(s.data)}`;
    case "expect":
      return `expect ${expectation(s.expectation)}`;
  }
}

const clusters = (n: Word): string => `${word(n)} ${n.text === "1" ? "cluster" : "clusters"}`;
const term = (w: Word): string => (w.form === "name" && w.text === "clusters" ? w.text : word(w));
/** `cluster` is reserved, and still what people spread across and survive. */
const topology = (w: Word): string => (w.form === "name" && /^clusters?$/.test(w.text) ? w.text : word(w));

function flow(s: Extract<Statement, { kind: "allow" | "deny" }>): string {
  return `${peers(s.from)} ${s.both ? "<->" : "->"} ${peers(s.to)}${ports(s.ports)}`;
}

function scope(s: Scope | undefined): string {
  if (s === undefined) return "";
  if (s.clusters.length > 0) return ` on ${list(s.clusters)}${where(s.condition)}`;
  return s.condition === undefined ? " on each" : where(s.condition);
}

function runClause(c: RunClause): string {
  switch (c.kind) {
    case "where":
      return `where ${condition(c.condition)}`;
    case "on":
      return onClause(c);
    case "spread":
      return `spread across ${topology(c.key)}${after("max", c.max)}`;
    case "near":
      return `near ${target(c.target)}${after("within", c.within)}`;
    case "with":
      return `with ${target(c.target)}`;
    case "apart":
      return `apart from ${target(c.target)}${c.by === undefined ? "" : ` by ${topology(c.by)}`}`;
    case "needs":
      return `needs ${amounts(c.amounts)}`;
    case "container":
      return `in ${word(c.name)}`;
    case "survive": {
      const isPlural = c.count.text !== "1" && c.unit.form === "name";
      const unit = isPlural ? topology({ ...c.unit, text: `${c.unit.text}s` }) : topology(c.unit);
      return `survive ${word(c.count)} ${unit}${after("keeping", c.keeping)}`;
    }
    case "optional":
      return "optional";
    case "priority":
      return `priority ${word(c.value)}`;
    case "prefer":
      return `prefer ${condition(c.condition)}${after("weight", c.weight)}`;
    case "tolerates":
      return `tolerates ${list(c.taints)}`;
  }
}

function onClause(c: OnClause): string {
  switch (c.mode) {
    case "each":
      return `on each${c.of.length === 0 ? "" : ` of ${list(c.of)}`}`;
    case "count":
      return `on ${clusters(c.count)}`;
    case "choices":
      return `on ${c.choices.map(list).join(" then ")}`;
    case "shares":
      return `on ${c.shares.map(({ cluster, weight }) => `${word(cluster)} weight ${word(weight)}`).join(", ")}`;
  }
}

function expectation(e: Expectation): string {
  switch (e.kind) {
    case "placed-on":
      return `${target(e.target)}${e.negated ? " not" : ""} on ${list(e.clusters)}`;
    case "near":
      return `${target(e.target)} near ${target(e.of)} within ${word(e.within)}`;
    case "reach":
      return `${peer(e.from)} ${e.negated ? "cannot" : "can"} reach ${peer(e.to)}${ports(e.ports)}`;
    case "placed": {
      const without = e.without.length === 0 ? "" : ` without ${list(e.without)}`;
      return `${e.target === undefined ? "all" : target(e.target)} placed${without}`;
    }
    case "objective":
      return `${key(e.term)} ${e.operator} ${word(e.value)}`;
  }
}
