// The door of presolving: smaller problems with the same answer, and what an answer is worth.
export { heldOf, leastMoves, wholeOf, type Held } from "./held.ts";
export { joinPlacements, presolve, type Presolved } from "./presolve.ts";
export { speaksOf } from "./components.ts";
export { partOf, type Part } from "./parts.ts";
export { without } from "./usable.ts";
export { choicesOf, nearest, presentOn, valuesOf, wantedOf } from "./value.ts";
