// Judges an assignment from the contract alone, with plain objects: what it costs, and every constraint that it breaks. It shares no code with
// the search.
import type { Reassignment } from "./reassignment.ts";

export interface Checked {
  readonly load: number;
  readonly balance: number;
  readonly processMove: number;
  readonly serviceMove: number;
  readonly machineMove: number;
  /** Sum of all. */
  readonly total: number;
  /** One sentence for each constraint that is broken; empty when all hold. */
  readonly broken: readonly string[];
}

/** @param assignment the machine of each process */
export function check(reassignment: Reassignment, assignment: readonly number[]): Checked {
  const known = assignment.every((m) => reassignment.machines[m] !== undefined);
  if (assignment.length !== reassignment.processes.length || !known) {
    const none = { load: NaN, balance: NaN, processMove: NaN, serviceMove: NaN, machineMove: NaN, total: NaN };
    return { ...none, broken: ["each process needs one machine that there is"] };
  }
  const used = usage(reassignment, assignment);
  const load = sum(
    reassignment.machines.flatMap(({ safety }, m) =>
      reassignment.resources.map(
        ({ loadWeight }, r) => loadWeight * Math.max(0, (used[m]?.[r] ?? 0) - (safety[r] ?? 0)),
      ),
    ),
  );
  const costs = { load, balance: balanceOf(reassignment, used), ...movesOf(reassignment, assignment) };
  const broken = [
    ...overfull(reassignment, assignment, used),
    ...together(reassignment, assignment),
    ...narrow(reassignment, assignment),
    ...alone(reassignment, assignment),
  ];
  return { ...costs, total: sum(Object.values(costs)), broken };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function usage({ machines, resources, processes }: Reassignment, assignment: readonly number[]): number[][] {
  const used = machines.map(() => resources.map(() => 0));
  processes.forEach(({ needs }, p) => {
    const row = used[assignment[p] as number] as number[];
    needs.forEach((need, r) => (row[r] = (row[r] as number) + need));
  });
  return used;
}

function balanceOf({ balances, machines }: Reassignment, used: readonly (readonly number[])[]): number {
  const room = (m: number, r: number): number => (machines[m]?.capacity[r] ?? 0) - (used[m]?.[r] ?? 0);
  return sum(
    balances.flatMap(({ first, second, target, weight }) =>
      machines.map((_, m) => weight * Math.max(0, target * room(m, first) - room(m, second))),
    ),
  );
}

function movesOf(
  { processes, services, travel, weights }: Reassignment,
  assignment: readonly number[],
): Pick<Checked, "processMove" | "serviceMove" | "machineMove"> {
  const moved = processes.map(({ machine }, p) => machine !== assignment[p]);
  const away = services.map(() => 0);
  processes.forEach(({ service }, p) => (away[service] = (away[service] ?? 0) + (moved[p] ? 1 : 0)));
  return {
    processMove: weights.processMove * sum(processes.map(({ moveCost }, p) => (moved[p] ? moveCost : 0))),
    serviceMove: weights.serviceMove * away.reduce((a, b) => Math.max(a, b), 0),
    machineMove:
      weights.machineMove * sum(processes.map(({ machine }, p) => travel[machine]?.[assignment[p] as number] ?? NaN)),
  };
}

/** Capacity, and of transient resources what those hold who left. */
function overfull(
  { machines, resources, processes }: Reassignment,
  assignment: readonly number[],
  used: readonly (readonly number[])[],
): string[] {
  const held = machines.map(() => resources.map(() => 0));
  processes.forEach(({ machine, needs }, p) => {
    if (assignment[p] === machine) return;
    const row = held[machine] as number[];
    needs.forEach((need, r) => (row[r] = (row[r] as number) + need));
  });
  return machines.flatMap(({ capacity }, m) =>
    resources.flatMap(({ transient }, r) => {
      const taken = (used[m]?.[r] ?? 0) + (transient ? (held[m]?.[r] ?? 0) : 0);
      return taken > (capacity[r] ?? 0) ? [`machine ${m} has ${capacity[r]} of resource ${r}, ${taken} is taken`] : [];
    }),
  );
}

function together({ processes }: Reassignment, assignment: readonly number[]): string[] {
  const seen = new Set<string>();
  return processes.flatMap(({ service }, p) => {
    const key = `${service} on ${assignment[p]}`;
    if (seen.has(key)) return [`two processes of service ${key}`];
    seen.add(key);
    return [];
  });
}

function narrow(reassignment: Reassignment, assignment: readonly number[]): string[] {
  const places = placesOf(reassignment, assignment, (m) => reassignment.machines[m]?.location ?? -1);
  return reassignment.services.flatMap(({ spread }, s) => {
    const count = places[s]?.size ?? 0;
    return count < spread ? [`service ${s} is in ${count} locations, not in ${spread}`] : [];
  });
}

function alone(reassignment: Reassignment, assignment: readonly number[]): string[] {
  const places = placesOf(reassignment, assignment, (m) => reassignment.machines[m]?.neighbourhood ?? -1);
  return reassignment.services.flatMap(({ dependsOn }, s) =>
    dependsOn.flatMap((other) =>
      [...(places[s] ?? [])]
        .filter((place) => places[other]?.has(place) !== true)
        .map((place) => `service ${s} is in neighbourhood ${place} without service ${other}`),
    ),
  );
}

function placesOf(
  { services, processes }: Reassignment,
  assignment: readonly number[],
  place: (machine: number) => number,
): Set<number>[] {
  const places = services.map(() => new Set<number>());
  processes.forEach(({ service }, p) => places[service]?.add(place(assignment[p] as number)));
  return places;
}
