// The rules of meaning, in the order in which their diagnostics are counted. A new rule is one file and one line here.
import type { Diagnostic } from "../../grammar/index.ts";
import { choicesAndShares } from "./choices-and-shares.ts";
import { company } from "./company.ts";
import { divisible } from "./divisible.ts";
import { eachWithSurvive } from "./each-with-survive.ts";
import { knownTaints } from "./known-taints.ts";
import { moves } from "./moves.ts";
import { notRun } from "./not-run.ts";
import { objectives } from "./objectives.ts";
import { poolsToldApart } from "./pools-told-apart.ts";
import { priority } from "./priority.ts";
import type { Checked, Rule } from "./rule.ts";
import { sameObject } from "./same-object.ts";
import { scaleAndCount } from "./scale-and-count.ts";
import { spreadKeys } from "./spread-keys.ts";
import { spreadOfOne } from "./spread-of-one.ts";
import { trafficEnds } from "./traffic-ends.ts";

export const RULES: readonly Rule[] = [
  // What the objects themselves say.
  sameObject,
  // How replicas are counted.
  divisible,
  scaleAndCount,
  choicesAndShares,
  eachWithSurvive,
  // Which words mean something in this fleet.
  spreadKeys,
  knownTaints,
  poolsToldApart,
  // Who else is there.
  company,
  trafficEnds,
  // What changes nothing.
  spreadOfOne,
  priority,
  moves,
  objectives,
  notRun,
];

export const checkRules = (checked: Checked): readonly Diagnostic[] => RULES.flatMap((rule) => [...rule(checked)]);
