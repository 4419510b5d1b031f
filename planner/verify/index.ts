// The door of the checker.
export { verifyPlacement, type VerifyOptions } from "./verify.ts";
export { objectiveOf, type ObjectiveValue } from "./objective.ts";
export { verifyProof, type ProofCheck, type ProofOptions } from "./proof.ts";
export type { NodeAssignment } from "./certificate.ts";
export type { BrokenPromise, Violation } from "./violation.ts";
