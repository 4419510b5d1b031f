// The one table of statements whose controllers are not built yet. They are read, their names are checked, and they are refused:
// never silently accepted. When a controller comes, its line goes. It must not know what the statements will mean.
import type {
  Condition,
  Diagnostic,
  Expectation,
  Peer,
  PortSpec,
  Scope,
  Span,
  Statement,
  Target,
  Word,
} from "../grammar/index.ts";
import { resolveCondition } from "./conditions/resolve.ts";
import { propose } from "./conditions/unknown.ts";
import { diagnose } from "./diagnostics.ts";
import type { Context } from "./placement/clauses.ts";
import type { Declarations, StatementOf } from "./reading/declare.ts";
import { resolvePlaces, resolveTarget } from "./reading/targets.ts";
import { resolvePeers } from "./traffic/peers.ts";
import { readPorts } from "./traffic/ports.ts";

/** Checks the names in one kind of thing that a statement holds. */
interface Check {
  readonly target: (target: Target | undefined) => void;
  readonly peers: (peers: readonly Peer[]) => void;
  readonly places: (words: readonly Word[]) => void;
  readonly scope: (scope: Scope | undefined) => void;
  readonly app: (name: Word) => void;
  readonly network: (name: Word) => void;
  readonly condition: (condition: Condition) => void;
  readonly ports: (ports: readonly PortSpec[]) => void;
}

type Later = {
  readonly [
    K in
      | "network"
      | "attach"
      | "chain"
      | "expose"
      | "mesh"
      | "connect"
      | "set"
      | "configure"
      | "patch"
      | "object"
      | "scale"
      | "monitor"
      | "start"
      | "roll-out"
      | "intent"
      | "expect"
      | "cloud"
  ]: { readonly words: string; readonly check: (statement: StatementOf<K>, check: Check) => void };
};

export const NOT_YET: Later = {
  network: { words: "network", check: () => {} },
  attach: {
    words: "attach",
    check: (s, check) => {
      check.target(s.target);
      check.network(s.network);
    },
  },
  chain: { words: "chain", check: (s, check) => check.peers(s.stops) },
  expose: {
    words: "expose",
    check: (s, check) => {
      check.target(s.target);
      if (s.port !== undefined) check.ports([s.port]);
    },
  },
  mesh: { words: "mesh", check: (s, check) => check.app(s.app) },
  connect: { words: "connect", check: (s, check) => [s.from, s.to].forEach(check.places) },
  set: { words: "set", check: (s, check) => scoped(s, check) },
  configure: { words: "configure", check: (s, check) => scoped(s, check) },
  patch: { words: "patch", check: (s, check) => scoped(s, check) },
  object: { words: "object", check: (s, check) => check.scope(s.scope) },
  scale: { words: "scale", check: (s, check) => check.target(s.target) },
  monitor: {
    words: "monitor",
    check: (s, check) => {
      check.target(s.target);
      if (s.port !== undefined) check.ports([s.port]);
    },
  },
  start: { words: "start … after", check: (s, check) => [s.target, s.after].forEach(check.target) },
  "roll-out": { words: "roll out", check: (s, check) => check.target(s.target) },
  intent: { words: "intent", check: () => {} },
  expect: { words: "expect", check: (s, check) => expectation(s.expectation, check) },
  cloud: {
    words: "cloud",
    check: (s, check) => {
      for (const entry of s.entries) if (entry.kind === "clusters") check.condition(entry.condition);
    },
  },
};

function scoped(statement: { readonly target: Target; readonly scope?: Scope }, check: Check): void {
  check.target(statement.target);
  check.scope(statement.scope);
}

function expectation(expected: Expectation, check: Check): void {
  switch (expected.kind) {
    case "placed-on":
      check.target(expected.target);
      return check.places(expected.clusters);
    case "near":
      check.target(expected.target);
      return check.target(expected.of);
    case "reach":
      check.peers([expected.from, expected.to]);
      return check.ports(expected.ports);
    case "placed":
      check.target(expected.target);
      return check.places(expected.without);
    case "objective":
      return;
  }
}

/** Checks the names of every statement of the table, and `allow … over`, and refuses them. */
export function refuseNotYet(declarations: Declarations, context: Omit<Context, "say">): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  const check = checks({ ...context, say: (d) => void diagnostics.push(d) }, declarations);
  const refuse = <K extends keyof Later>(kind: K) => {
    for (const statement of declarations.of(kind)) {
      NOT_YET[kind].check(statement, check);
      diagnostics.push(diagnose["not-supported-yet"](firstWords((statement as Statement).span), [NOT_YET[kind].words]));
    }
  };
  for (const kind of Object.keys(NOT_YET) as (keyof Later)[]) refuse(kind);
  for (const { over, from, to } of declarations.of("allow")) {
    if (over === undefined) continue;
    check.peers(from);
    check.peers(to);
    check.network(over);
    diagnostics.push(diagnose["not-supported-yet"](over.span, ["allow … over"]));
  }
  return diagnostics;
}

/** A block of a hundred lines is not underlined whole. */
const firstWords = (span: Span): Span => ({ ...span, end: Math.min(span.end, span.start + 60) });

function checks(context: Context, declarations: Declarations): Check {
  const { names, say, suggest } = context;
  const places = (words: readonly Word[]) => void resolvePlaces(words, names, say);
  const condition = (c: Condition) => void resolveCondition(c, context);
  return {
    target: (target) => {
      if (target !== undefined) resolveTarget(target, names, say);
    },
    peers: (peers) => void resolvePeers(peers, names, say),
    places,
    condition,
    scope: (scope) => {
      if (scope === undefined) return;
      places(scope.clusters);
      if (scope.condition !== undefined) condition(scope.condition);
    },
    app: (name) => {
      if (names.apps.has(name.text)) return;
      const near = suggest(name.text, names.apps.keys());
      say(diagnose["unknown-app"](name.span, [name.text], near === undefined ? {} : propose(name, near)));
    },
    network: (name) => {
      if (declarations.networks.has(name.text)) return;
      const near = suggest(name.text, declarations.networks.keys());
      say(diagnose["unknown-network"](name.span, [name.text], near === undefined ? {} : propose(name, near)));
    },
    ports: (ports) => void readPorts(ports, say),
  };
}
