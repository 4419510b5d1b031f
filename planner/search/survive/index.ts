// What a search needs to keep `survive`: how much may be in one place, and the room for what comes back. It must not know how that is done.
export { attendSurvival } from "./attend.ts";
export { newKeeping } from "./keeping.ts";
export type { Keeping } from "./keeping.ts";
export { comeBack, newAfterLoss, put, stands } from "./after-loss.ts";
export type { Ground } from "./after-loss.ts";
