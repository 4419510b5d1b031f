export { attendSurvival } from "./attend.ts";
export { newKeeping } from "./keeping.ts";
export type { Keeping } from "./keeping.ts";
