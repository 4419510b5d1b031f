// Lowers a condition to alternatives of node-label requirements, for one cluster: what speaks of the cluster is decided here, what
// speaks of nodes is left to the kube-scheduler. It must not know manifests.
import { formatAmount, holdsOnPool, type ConditionIr, type Fleet, type Requirement } from "../../../compiler/index.ts";
import { ALWAYS, NEVER, all, either, type Alternatives } from "./alternatives.ts";
import { labelOfFeature, trueOfCluster, type Site } from "./site.ts";
import { tellApart } from "./tell-apart.ts";

type LabelComparison = Extract<ConditionIr, { kind: "label" }>;
export type ResourceBound = Extract<ConditionIr, { kind: "resource" }>;

export interface Lowering {
  readonly fleet: Fleet;
  readonly site: Site;
  /** Told of a bound that is true of the pools `yes` and not of `no`, which have the same labels. */
  readonly alike: (bound: ResourceBound, yes: readonly string[], no: readonly string[]) => void;
}

/** The alternatives under which `condition` is `wanted` (true or false) on a node of the site. */
export function lower(condition: ConditionIr, wanted: boolean, to: Lowering): Alternatives {
  switch (condition.kind) {
    case "always":
      return wanted ? ALWAYS : NEVER;
    case "not":
      return lower(condition.operand, !wanted, to);
    case "and":
    case "or": {
      const parts = condition.operands.map((operand) => lower(operand, wanted, to));
      return (condition.kind === "and") === wanted ? all(parts) : either(parts);
    }
    case "resource":
      return lowerBound(condition, wanted, to);
    default:
      if (condition.level === "cluster") return trueOfCluster(condition, to.site) === wanted ? ALWAYS : NEVER;
      if (condition.kind === "feature") {
        const { key, value } = condition.nodeLabel ?? labelOfFeature(to.fleet, condition.name);
        return isIn(key, [value], wanted);
      }
      if (condition.kind === "label-in") return isIn(condition.key, condition.values, wanted);
      return lowerComparison(condition, wanted, to.site);
  }
}

const one = (...requirements: readonly Requirement[]): Alternatives => [requirements];

/** `NotIn` also holds where the label is absent, as the negation of a comparison does. */
const isIn = (key: string, values: readonly string[], wanted: boolean): Alternatives =>
  one({ key, operator: wanted ? "In" : "NotIn", values });

function lowerComparison(condition: LabelComparison, wanted: boolean, site: Site): Alternatives {
  const { key, operator, value } = condition;
  const exists: Requirement = { key, operator: "Exists", values: [] };
  const absent: Requirement = { key, operator: "DoesNotExist", values: [] };
  if (condition.comparesAs === "text" && operator === "=") return isIn(key, [value], wanted);
  if (condition.comparesAs === "text" && operator === "!=") {
    if (wanted) return one(exists, { key, operator: "NotIn", values: [value] });
    return [[absent], [{ key, operator: "In", values: [value] }]];
  }
  const seen = [...new Set(site.pools.flatMap(({ labels }) => labels[key] ?? []))].sort();
  if (condition.comparesAs === "number" && [...seen, value].every(isWholeNumber)) {
    const bounds = wholeNumberBounds(key, wanted ? operator : OPPOSITE[operator], Number(value));
    return wanted ? bounds : either([one(absent), bounds]);
  }
  // Node affinity knows whole numbers only. What else compares is said by naming the values that the nodes have.
  const holding = site.pools.filter(({ pool }) => holdsOnPool(condition, site.cluster, pool));
  const matching = [...new Set(holding.flatMap(({ labels }) => labels[key] ?? []))].sort();
  if (matching.length === 0) return wanted ? NEVER : ALWAYS;
  return isIn(key, matching, wanted);
}

const OPPOSITE = { "=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<" } as const;

/** What `Gt` and `Lt` read without loss: they parse 64-bit integers. */
const isWholeNumber = (text: string): boolean => /^-?\d{1,15}$/.test(text);

function wholeNumberBounds(key: string, operator: LabelComparison["operator"], value: number): Alternatives {
  const above: Requirement = { key, operator: "Gt", values: [String(operator === ">=" ? value - 1 : value)] };
  const below: Requirement = { key, operator: "Lt", values: [String(operator === "<=" ? value + 1 : value)] };
  if (operator === ">" || operator === ">=") return one(above);
  if (operator === "<" || operator === "<=") return one(below);
  // `08` and `8` are one number but two label values, so equality is said with bounds too.
  if (operator === "!=") return [[above], [below]];
  return one(
    { key, operator: "Gt", values: [String(value - 1)] },
    { key, operator: "Lt", values: [String(value + 1)] },
  );
}

/** A node has no label that says its amounts: the pools of which the bound is true are told from the others by the labels they have. */
function lowerBound(bound: ResourceBound, wanted: boolean, { site, alike }: Lowering): Alternatives {
  const holds = ({ pool }: Site["pools"][number]) => holdsOnPool(bound, site.cluster, pool) === wanted;
  const yes = site.pools.filter(holds);
  const no = site.pools.filter((pool) => !holds(pool));
  const found = tellApart(
    yes.map((pool) => pool.labels),
    no.map((pool) => pool.labels),
  );
  if (found !== undefined) return found;
  const names = (pools: Site["pools"]) => pools.map(({ pool }) => pool.name);
  alike(bound, wanted ? names(yes) : names(no), wanted ? names(no) : names(yes));
  return ALWAYS;
}

/** `cpu >= 8`, as people write it. */
export const showBound = ({ resource, operator, amount }: ResourceBound): string =>
  `${resource} ${operator} ${formatAmount(resource, amount)}`;
