// One `run` statement's clauses, resolved once for all the workloads that it names. It must not know which workloads these are.
import type { OnClause, RunClause, Span, TargetItem, Word } from "../../grammar/index.ts";
import { resolveCondition, resourceOf } from "../conditions/resolve.ts";
import type { ConditionContext } from "../conditions/resolve.ts";
import { sayUnknownWord } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { ConditionIr } from "../ir.ts";
import { readAmount } from "../quantity.ts";
import type { StatementOf } from "../reading/declare.ts";
import { resolvePlaces, resolveTarget, sayUnknownPlace } from "../reading/targets.ts";
import type { Names, ResolvedTarget } from "../reading/targets.ts";
import { decimal, duration, wholeNumber } from "../reading/words.ts";

export interface Context extends ConditionContext {
  readonly names: Names;
}

/** A fact with the words that state it; `text` is how it is quoted when it conflicts with another. */
export interface Stated<T> {
  readonly value: T;
  readonly text: string;
  readonly span: Span;
}

export interface Other {
  readonly workload: string;
  /** The words that named it; an app's workload that is the runner itself is left out without a word. */
  readonly item: TargetItem;
  readonly span: Span;
}

export interface RunFacts {
  readonly span: Span;
  readonly single: boolean;
  readonly count: Stated<number> | undefined;
  readonly where: { readonly condition: ConditionIr; readonly span: Span }[];
  readonly on: { readonly clusters: readonly string[]; readonly span: Span }[];
  readonly each: Stated<readonly string[] | undefined>[];
  readonly clusters: Stated<number>[];
  readonly choices: Stated<readonly (readonly string[])[]>[];
  readonly shares: Stated<readonly { readonly cluster: string; readonly weight: number }[]>[];
  readonly spread: { readonly key: string; readonly max?: number; readonly span: Span }[];
  readonly near: (Other & { readonly microseconds?: number })[];
  readonly with: Other[];
  readonly apart: (Other & { readonly key: string })[];
  readonly needs: { readonly resource: string; readonly amount: number; readonly text: string; readonly span: Span }[];
  readonly container: Stated<string>[];
  readonly survive: Stated<{ readonly count: number; readonly unit: string; readonly keeping: number | undefined }>[];
  optional: boolean;
  readonly priority: Stated<number>[];
  readonly prefer: { readonly condition: ConditionIr; readonly weight: number; readonly span: Span }[];
  readonly tolerates: { readonly taint: string; readonly span: Span }[];
}

export function readRun(statement: StatementOf<"run">, single: boolean, context: Context): RunFacts {
  const count = statement.count === undefined ? undefined : wholeNumber(statement.count, context.say);
  const facts: RunFacts = {
    span: statement.span,
    single,
    count:
      statement.count === undefined || count === undefined
        ? undefined
        : { value: count, text: `x${count}`, span: statement.count.span },
    where: [],
    on: [],
    each: [],
    clusters: [],
    choices: [],
    shares: [],
    spread: [],
    near: [],
    with: [],
    apart: [],
    needs: [],
    container: [],
    survive: [],
    optional: false,
    priority: [],
    prefer: [],
    tolerates: [],
  };
  for (const clause of statement.clauses) readClause(clause, facts, context);
  return facts;
}

function readClause(clause: RunClause, facts: RunFacts, context: Context): void {
  const { say, names } = context;
  const { span } = clause;
  switch (clause.kind) {
    case "where":
      facts.where.push({ condition: resolveCondition(clause.condition, context), span });
      return;
    case "on":
      return readOn(clause, facts, context);
    case "spread": {
      const max = clause.max === undefined ? undefined : wholeNumber(clause.max, say);
      facts.spread.push({ key: clause.key.text, ...(max === undefined ? {} : { max }), span: clause.key.span });
      return;
    }
    case "near": {
      const microseconds = clause.within === undefined ? undefined : duration(clause.within, say);
      const more = microseconds === undefined ? {} : { microseconds };
      facts.near.push(...others(resolveTarget(clause.target, names, say), span).map((o) => ({ ...o, ...more })));
      return;
    }
    case "with":
      facts.with.push(...others(resolveTarget(clause.target, names, say), span));
      return;
    case "apart":
      facts.apart.push(
        ...others(resolveTarget(clause.target, names, say), span).map((o) => ({
          ...o,
          key: clause.by?.text ?? "cluster",
        })),
      );
      return;
    case "needs":
      for (const { resource, amount, span: at } of clause.amounts) readNeed(resource, amount, at, facts, context);
      return;
    case "container":
      facts.container.push({ value: clause.name.text, text: `in ${clause.name.text}`, span: clause.name.span });
      return;
    case "survive": {
      const count = wholeNumber(clause.count, say);
      const keeping = clause.keeping === undefined ? undefined : wholeNumber(clause.keeping, say, 0);
      const unit = clause.unit.text;
      if (count !== undefined)
        facts.survive.push({
          value: { count, unit, keeping },
          text: `survive ${count} ${unit}${keeping === undefined ? "" : ` keeping ${keeping}`}`,
          span,
        });
      return;
    }
    case "optional":
      facts.optional = true;
      return;
    case "priority": {
      const value = wholeNumber(clause.value, say, -1_000_000_000, 1_000_000_000);
      if (value !== undefined) facts.priority.push({ value, text: `priority ${value}`, span });
      return;
    }
    case "prefer": {
      const weight = clause.weight === undefined ? 1 : (decimal(clause.weight, say, "above-zero") ?? 1);
      facts.prefer.push({ condition: resolveCondition(clause.condition, context), weight, span });
      return;
    }
    case "tolerates":
      for (const taint of clause.taints) facts.tolerates.push({ taint: taint.text, span: taint.span });
  }
}

const others = (target: ResolvedTarget, span: Span): readonly Other[] =>
  [...target.words].map(([workload, item]) => ({ workload, item, span }));

function readOn(clause: OnClause, facts: RunFacts, { names, say }: Context): void {
  const { span } = clause;
  const text = (parts: readonly (readonly Word[])[]) =>
    `on ${parts.map((p) => p.map((w) => w.text).join(", ")).join(" then ")}`;
  switch (clause.mode) {
    case "each": {
      if (clause.of.length === 0) {
        facts.each.push({ value: undefined, text: "on each", span });
        return;
      }
      const of = resolvePlaces(clause.of, names, say);
      if (of === undefined) return;
      facts.each.push({ value: of, text: `on each of ${clause.of.map((w) => w.text).join(", ")}`, span });
      facts.on.push({ clusters: of, span });
      return;
    }
    case "count": {
      const value = wholeNumber(clause.count, say);
      if (value !== undefined)
        facts.clusters.push({ value, text: `on ${value} ${value === 1 ? "cluster" : "clusters"}`, span });
      return;
    }
    case "choices": {
      const choices = clause.choices.map((words) => resolvePlaces(words, names, say));
      const known = choices.filter((c) => c !== undefined);
      if (known.length < choices.length) return;
      if (known.length > 1) {
        sayRepeatedPlaces(known, span, say);
        facts.choices.push({ value: known, text: text(clause.choices), span });
      }
      facts.on.push({ clusters: union(known), span });
      return;
    }
    case "shares":
      return readShares(clause, facts, names, say);
  }
}

function readShares(
  clause: Extract<OnClause, { mode: "shares" }>,
  facts: RunFacts,
  names: Names,
  say: Context["say"],
): void {
  const shares: { cluster: string; weight: number }[] = [];
  for (const { cluster, weight } of clause.shares) {
    const value = decimal(weight, say, "above-zero") ?? 1;
    const members = names.groups.get(cluster.text);
    const [only] = members ?? [];
    if (names.clusters.has(cluster.text)) shares.push({ cluster: cluster.text, weight: value });
    else if (members === undefined) return sayUnknownPlace(cluster, names, say);
    else if (only !== undefined && members.length === 1) shares.push({ cluster: only, weight: value });
    else return say(diagnose["share-of-group"](cluster.span, [cluster.text, members]));
  }
  sayRepeatedPlaces(
    shares.map((s) => [s.cluster]),
    clause.span,
    say,
  );
  const text = `on ${clause.shares.map((s) => `${s.cluster.text} weight ${s.weight.text}`).join(", ")}`;
  shares.sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  facts.shares.push({ value: shares, text, span: clause.span });
  facts.on.push({ clusters: union(shares.map((s) => [s.cluster])), span: clause.span });
}

const union = (sets: readonly (readonly string[])[]): readonly string[] => [...new Set(sets.flat())].sort();

function sayRepeatedPlaces(sets: readonly (readonly string[])[], span: Span, say: Context["say"]): void {
  const seen = new Set<string>();
  for (const set of sets) {
    for (const cluster of set) {
      if (seen.has(cluster)) return say(diagnose["same-place-twice"](span, [cluster]));
      seen.add(cluster);
    }
  }
}

function readNeed(
  resource: Word,
  amount: Word,
  span: Span,
  facts: RunFacts,
  { vocabulary, suggest, say }: Context,
): void {
  const name = resourceOf(resource.text, vocabulary);
  if (name === undefined) return sayUnknownWord(resource, vocabulary, suggest, say);
  const value = readAmount(name, amount.text);
  if (!value.ok) say(diagnose["bad-amount"](amount.span, [resource.text, amount.text, value.problem]));
  else facts.needs.push({ resource: name, amount: value.value, text: `${resource.text} ${amount.text}`, span });
}
