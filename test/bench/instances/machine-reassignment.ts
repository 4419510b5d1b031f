// The instances of the ROADEF/EURO challenge 2012 (machine reassignment, posed by Google) in ../shared/instances, and what is known of them. It
// must not know how they are solved.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Reassignment } from "../../../planner/rebalance/index.ts";

const folder = join(import.meta.dirname, "../../../../shared/instances/machine-reassignment");

export const reassignmentsAreThere = (): boolean => existsSync(join(folder, "model_b_01.txt"));

export interface NamedReassignment {
  readonly reassignment: Reassignment;
  /** Lower bound that came with the instances, and the cost of the initial assignment. */
  readonly bound: number;
  readonly initial: number;
}

/** @param name `a1_1` … `b_04` */
export function reassignmentNamed(name: string): NamedReassignment {
  const text = (kind: string): string => readFileSync(join(folder, `${kind}_${name}.txt`), "utf8");
  return {
    reassignment: readReassignment(text("model"), text("assignment")),
    bound: Number(text("lb")),
    initial: Number(text("original_cost")),
  };
}

/** The challenge's format: numbers apart by blanks, in the order of its problem statement. */
export function readReassignment(model: string, assignment: string): Reassignment {
  const numbers = model.trim().split(/\s+/).map(Number);
  const initial = assignment.trim().split(/\s+/).map(Number);
  let at = 0;
  const next = (): number => {
    const value = numbers[at++];
    if (value === undefined || !Number.isSafeInteger(value)) throw new Error(`no whole number at word ${at}`);
    return value;
  };
  const many = <Value>(count: number, one: (index: number) => Value): Value[] =>
    Array.from({ length: count }, (_, index) => one(index));
  const resources = many(next(), () => ({ transient: next() === 1, loadWeight: next() }));
  const width = resources.length;
  const count = next();
  const rows = many(count, () => {
    const [neighbourhood, location] = [next(), next()];
    const machine = { neighbourhood, location, capacity: many(width, next), safety: many(width, next) };
    return { machine, travel: many(count, next) };
  });
  const services = many(next(), () => {
    const spread = next();
    return { spread, dependsOn: many(next(), next) };
  });
  const processes = many(next(), (p) => {
    const service = next();
    return { service, needs: many(width, next), moveCost: next(), machine: initial[p] as number };
  });
  const balances = many(next(), () => ({ first: next(), second: next(), target: next(), weight: next() }));
  const weights = { processMove: next(), serviceMove: next(), machineMove: next() };
  if (at !== numbers.length || initial.length !== processes.length)
    throw new Error("more or fewer numbers than the format has");
  const [machines, travel] = [rows.map(({ machine }) => machine), rows.map((row) => row.travel)];
  return { resources, machines, services, processes, balances, travel, weights };
}
