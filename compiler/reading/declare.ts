// Statements by kind, and what they give names to: clusters and groups (one namespace, since `on` takes both), apps, clouds, networks.
// It must not know what is inside of the statements, nor workloads, which come from sources.
import type { Diagnostic, Phase, Span, Statement, StatementKind, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";

export type StatementOf<K extends StatementKind> = Extract<Statement, { kind: K }>;

export interface Declarations {
  /** All statements of a kind, in the order of files and lines. */
  readonly of: <K extends StatementKind>(kind: K) => readonly StatementOf<K>[];
  readonly clusters: ReadonlyMap<string, StatementOf<"cluster">>;
  readonly groups: ReadonlyMap<string, StatementOf<"group">>;
  readonly apps: ReadonlyMap<string, StatementOf<"app">>;
  readonly clouds: ReadonlyMap<string, StatementOf<"cloud">>;
  readonly networks: ReadonlyMap<string, StatementOf<"network">>;
}

export function declare(statements: readonly Statement[]): Phase<Declarations> {
  const byKind = new Map<StatementKind, Statement[]>();
  for (const statement of statements) {
    const same = byKind.get(statement.kind);
    if (same === undefined) byKind.set(statement.kind, [statement]);
    else same.push(statement);
  }
  const of = <K extends StatementKind>(kind: K) =>
    (byKind.get(kind) ?? []) as readonly Statement[] as readonly StatementOf<K>[];
  const diagnostics: Diagnostic[] = [];
  const places = new Map<string, Span>();
  const value = {
    of,
    clusters: named(of("cluster"), "clusters or groups", "a cluster", diagnostics, places),
    groups: named(of("group"), "clusters or groups", "a group", diagnostics, places),
    apps: named(of("app"), "apps", "an app", diagnostics),
    clouds: named(of("cloud"), "clouds", "a cloud", diagnostics),
    networks: named(of("network"), "networks", "a network", diagnostics),
  };
  return { value, diagnostics };
}

function named<S extends { readonly name: Word }>(
  statements: readonly S[],
  kinds: string,
  kind: NamedKind,
  diagnostics: Diagnostic[],
  places = new Map<string, Span>(),
): ReadonlyMap<string, S> {
  const found = new Map<string, S>();
  for (const statement of statements) {
    const fresh = !places.has(statement.name.text);
    const problem = claimName(statement.name, kinds, kind, places);
    if (problem !== undefined) diagnostics.push(problem);
    if (fresh) found.set(statement.name.text, statement);
  }
  return found;
}

type NamedKind = "a cluster" | "a group" | "an app" | "a cloud" | "a network";

/** Takes a name for its first owner; says why when it is taken or can not be one. */
export function claimName(
  name: Word,
  kinds: string,
  kind: NamedKind,
  places: Map<string, Span>,
): Diagnostic | undefined {
  const first = places.get(name.text);
  if (first !== undefined) {
    return diagnose["duplicate-name"](name.span, [kinds, name.text], {
      related: [{ message: "the first one", span: first }],
    });
  }
  places.set(name.text, name.span);
  const isObject = kind === "a cloud" || kind === "a network";
  return (isObject ? KUBERNETES_NAME : PLACE_NAME).test(name.text) && name.text.length <= 63
    ? undefined
    : diagnose["bad-name"](name.span, [kind, name.text]);
}

/** Clouds and networks name objects; what an app's name becomes is said where its namespace is known. */
const KUBERNETES_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Other names become directories and values of labels: capitals and `_` are harmless there. */
const PLACE_NAME = /^[A-Za-z0-9]([-\w.]*[A-Za-z0-9])?$/;
