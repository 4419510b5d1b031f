// The door of presolving: smaller problems with the same answer, and what an answer is worth.
export { asItRuns, heldOf, leastMoves, runningOn, wholeOf, type Held } from "./held.ts";
export { joinPlacements, presolve, type Presolved } from "./presolve.ts";
export { speaksOf } from "./components.ts";
export { contradicts, LOOK } from "./own-rules/index.ts";
export { partOf, type Part } from "./parts.ts";
export { overfullWith } from "./spare.ts";
export { without } from "./usable.ts";
export { choicesOf, nearest, presentOn, valuesOf, wantedOf } from "./value.ts";
