// The contract of a rebalance: machines that run processes, what a better assignment may cost, and what every move must respect. It must not
// know how a better one is found, nor what a machine or a process stands for.

/**
 * Where everything runs, and what would be better. All amounts are whole numbers ≥ 0 in units of their resource; the sum of everything that
 * could be charged must stay below 2^53, so that costs are exact. The model is the one of the ROADEF/EURO challenge 2012.
 */
export interface Reassignment {
  readonly resources: readonly MovedResource[];
  readonly machines: readonly Machine[];
  readonly services: readonly Service[];
  readonly processes: readonly Process[];
  readonly balances: readonly Balance[];
  /** travel[a][b]: what moving any process from machine a to machine b costs, before `weights.machineMove`. */
  readonly travel: readonly (readonly number[])[];
  readonly weights: {
    /** For each process away from its initial machine: this × its `moveCost`. */
    readonly processMove: number;
    /** For the service most of whose processes are away from their initial machines: this × how many. */
    readonly serviceMove: number;
    /** For each process: this × `travel` from its initial machine to where it is. */
    readonly machineMove: number;
  };
}

export interface MovedResource {
  /** Whether a process that leaves still holds it where it was (disk, memory while both copies run): room while moving. */
  readonly transient: boolean;
  /** Price of a unit in use beyond a machine's safety capacity. */
  readonly loadWeight: number;
}

export interface Machine {
  /** Dependent services must meet within one. */
  readonly neighbourhood: number;
  /** Services are spread over these. */
  readonly location: number;
  /** By resource: never exceeded. */
  readonly capacity: readonly number[];
  /** By resource: what is used beyond it is charged (head-room). */
  readonly safety: readonly number[];
}

/** No machine runs two processes of one service. */
export interface Service {
  /** Least number of locations that its processes are in. */
  readonly spread: number;
  /** Services of which each must have a process in every neighbourhood where this one has any. */
  readonly dependsOn: readonly number[];
}

export interface Process {
  readonly service: number;
  readonly needs: readonly number[];
  readonly moveCost: number;
  /** Where it runs now. The initial assignment must hold every constraint. */
  readonly machine: number;
}

/** For each machine `weight` × max(0, `target` × what is free of `first` − what is free of `second`). */
export interface Balance {
  readonly first: number;
  readonly second: number;
  readonly target: number;
  readonly weight: number;
}
