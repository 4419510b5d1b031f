// Small reassignments drawn at random, whose initial assignment holds every constraint. They must not know the search.
import fc from "fast-check";
import type { Reassignment } from "../../planner/rebalance/index.ts";

export interface Shape {
  readonly machines: number;
  readonly services: number;
  readonly processes: number;
}

/** Constraints are drawn around an initial assignment, so that it holds them: capacities beyond its use, spread within what it has. */
export function small(most: Shape): fc.Arbitrary<Reassignment> {
  return fc
    .record({
      machines: fc.integer({ min: 2, max: most.machines }),
      services: fc.integer({ min: 1, max: most.services }),
      processes: fc.integer({ min: 1, max: most.processes }),
      draw: fc.infiniteStream(fc.nat(9)),
      transient: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
    })
    .map(({ machines, services, processes, draw, transient }) => {
      const next = (below: number): number =>
        ((draw.next().value as number) * 7 + (draw.next().value as number)) % below;
      const many = <Value>(count: number, one: (index: number) => Value): Value[] =>
        Array.from({ length: count }, (_, index) => one(index));
      const taken = new Set<string>();
      const placed = many(processes, () => {
        const service = next(services);
        const free = many(machines, (m) => m).filter((m) => !taken.has(`${service} ${m}`));
        const machine = free[next(Math.max(1, free.length))];
        if (machine === undefined) return [];
        taken.add(`${service} ${machine}`);
        return [{ service, machine, needs: transient.map(() => next(6)), moveCost: next(4) }];
      }).flat();
      const places = many(machines, () => ({ neighbourhood: next(3), location: next(3) }));
      const of = (service: number, key: "neighbourhood" | "location"): Set<number> =>
        new Set(placed.filter((entry) => entry.service === service).map(({ machine }) => places[machine]?.[key] ?? -1));
      return {
        resources: transient.map((kept) => ({ transient: kept, loadWeight: next(5) })),
        machines: places.map((place, m) => {
          const used = transient.map((_, r) =>
            placed.reduce((sum, { machine, needs }) => sum + (machine === m ? (needs[r] ?? 0) : 0), 0),
          );
          const capacity = used.map((amount) => amount + next(7));
          return { ...place, capacity, safety: capacity.map((amount) => next(amount + 3)) };
        }),
        services: many(services, (s) => ({
          spread: next(of(s, "location").size + 1),
          dependsOn: many(services, (other) => other).filter(
            (other) =>
              other !== s &&
              next(3) === 0 &&
              [...of(s, "neighbourhood")].every((place) => of(other, "neighbourhood").has(place)),
          ),
        })),
        processes: placed,
        balances:
          transient.length > 1 && next(2) === 0 ? [{ first: 0, second: 1, target: 1 + next(3), weight: next(4) }] : [],
        travel: many(machines, (a) => many(machines, (b) => (a === b ? 0 : next(5)))),
        weights: { processMove: next(3), serviceMove: next(4), machineMove: next(3) },
      };
    });
}
