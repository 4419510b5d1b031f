// The exit codes of DESIGN.md, a contract that scripts rely on.
export const exitCode = {
  done: 0,
  wrongInput: 1,
  changes: 2,
  infeasible: 3,
  clusterFailed: 4,
  staleOrLocked: 5,
  stopped: 6,
  bug: 70,
  interrupted: 130,
} as const;
