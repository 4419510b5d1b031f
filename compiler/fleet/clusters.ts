// `cluster NAME { … }` → a cluster of the IR. It must not know conditions, nor other clusters.
import type { ClusterEntry, Condition, PoolEntry, Span, TaintEntry, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Cluster, NodePool, Taint } from "../ir.ts";
import { readAmount } from "../quantity.ts";
import type { StatementOf } from "../reading/declare.ts";
import { canonicalRange, decimal, wholeNumber } from "../reading/words.ts";
import type { Say } from "../reading/words.ts";
import type { ResourceWords } from "./resources.ts";

/** A cluster whose `accepts` is not resolved yet: it asks for properties of workloads. */
export interface DraftCluster {
  readonly cluster: Cluster;
  readonly accepts: readonly Condition[];
}

/** The kubelet's own default. */
export const PODS_PER_NODE = 110;

export function readCluster(statement: StatementOf<"cluster">, resources: ResourceWords, say: Say): DraftCluster {
  const labels = new Entries("label", say);
  const features = new Entries("feature", say);
  const prices: Record<string, number> = {};
  const pools: NodePool[] = [];
  const accepts: Condition[] = [];
  const networks: string[] = [];
  const podRanges: string[] = [];
  const apiAddresses: string[] = [];
  let context: Word | undefined;

  const read = (entry: ClusterEntry): void => {
    switch (entry.kind) {
      case "label":
        return labels.add(entry.key, entry.value.text);
      case "feature":
        return features.add(entry.name, "true");
      case "context":
        if (context !== undefined)
          say(
            diagnose["said-twice"](entry.span, ["the context", context.text, entry.context.text], {
              related: [{ message: "the first one", span: context.span }],
            }),
          );
        context ??= entry.context;
        return;
      case "cost":
        for (const { resource, price, span } of entry.prices) {
          const name = resource === undefined ? "cpu" : resources.named(resource, say);
          const value = decimal(price, say, "zero");
          if (Object.hasOwn(prices, name))
            say(diagnose["said-twice"](span, [`the price of \`${name}\``, String(prices[name]), price.text]));
          else if (value !== undefined) prices[name] = value;
        }
        return;
      case "nodes": {
        const same = pools.find((p) => p.name === entry.name.text);
        if (same === undefined) pools.push(readPool(entry, resources, say));
        else
          say(
            diagnose["duplicate-name"](entry.name.span, ["node pools of this cluster", entry.name.text], {
              related: [{ message: "the first one", span: same.span }],
            }),
          );
        return;
      }
      case "networks":
        return addEach(entry.names, networks, say, (w) => w.text);
      case "pods":
        return addEach(entry.ranges, podRanges, say, (w) => range(w, say));
      case "api":
        return addEach(entry.addresses, apiAddresses, say, (w) => (range(w, say) === undefined ? undefined : w.text));
      case "accepts":
        accepts.push(entry.condition);
    }
  };
  statement.entries.forEach(read);
  const cluster: Cluster = {
    name: statement.name.text,
    labels: labels.record(),
    features: features.names(),
    ...(context === undefined ? {} : { context: context.text }),
    prices,
    pools,
    networks,
    podRanges,
    apiAddresses,
    span: statement.name.span,
  };
  return { cluster, accepts };
}

/** Labels or features of one block; a second value is a conflict, the same one again a repetition. */
class Entries {
  readonly #kind: string;
  readonly #say: Say;
  readonly #found = new Map<string, { readonly value: string; readonly span: Span }>();

  constructor(kind: string, say: Say) {
    this.#kind = kind;
    this.#say = say;
  }

  add(key: Word, value: string): void {
    const before = this.#found.get(key.text);
    if (before === undefined) {
      this.#found.set(key.text, { value, span: key.span });
      return;
    }
    const related = [{ message: "the first one", span: before.span }];
    const what = `the ${this.#kind} \`${key.text}\``;
    this.#say(
      before.value === value
        ? diagnose["repeated"](key.span, [what], { related })
        : diagnose["said-twice"](key.span, [what, before.value, value], { related }),
    );
  }

  record(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#found].map(([key, { value }]) => [key, value]));
  }

  names(): readonly string[] {
    return [...this.#found.keys()];
  }
}

function readPool(entry: Extract<ClusterEntry, { kind: "nodes" }>, resources: ResourceWords, say: Say): NodePool {
  const labels = new Entries("label", say);
  const features = new Entries("feature", say);
  const shape: Record<string, number> = {};
  const taints: Taint[] = [];
  const read = (e: PoolEntry): void => {
    switch (e.kind) {
      case "label":
        return labels.add(e.key, e.value.text);
      case "feature":
        return features.add(e.name, "true");
      case "resource": {
        const name = resources.named(e.resource, say);
        const amount = readAmount(name, e.amount.text);
        if (!amount.ok) say(diagnose["bad-amount"](e.amount.span, [e.resource.text, e.amount.text, amount.problem]));
        else if (Object.hasOwn(shape, name)) say(diagnose["repeated"](e.span, [`\`${e.resource.text}\``]));
        else shape[name] = amount.value;
        return;
      }
      case "taint":
        taints.push(readTaint(e, say));
    }
  };
  entry.entries.forEach(read);
  const count = entry.count === undefined ? 1 : (wholeNumber(entry.count, say, 0) ?? 1);
  return {
    name: entry.name.text,
    count,
    shape: { pods: PODS_PER_NODE, ...shape },
    labels: labels.record(),
    features: features.names(),
    taints,
    span: entry.name.span,
  };
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"] as const;

function readTaint(entry: TaintEntry, say: Say): Taint {
  const effect =
    entry.effect === undefined
      ? "NoSchedule"
      : EFFECTS.find((e) => e.toLowerCase() === entry.effect?.text.toLowerCase());
  if (effect === undefined) say(diagnose["bad-taint-effect"](entry.effect?.span, [entry.effect?.text ?? ""]));
  return { key: entry.key.text, value: entry.value?.text ?? "", effect: effect ?? "NoSchedule" };
}

function addEach(words: readonly Word[], to: string[], say: Say, read: (word: Word) => string | undefined): void {
  for (const word of words) {
    const value = read(word);
    if (value === undefined) continue;
    if (to.includes(value)) say(diagnose["named-twice"](word.span, [word.text]));
    else to.push(value);
  }
}

function range(word: Word, say: Say): string | undefined {
  const value = canonicalRange(word.text);
  if (value === undefined) say(diagnose["bad-range"](word.span, [word.text]));
  return value;
}
