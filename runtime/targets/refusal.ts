// What the world may refuse, as one error with a kind: the engine decides by the kind, people read the message.
// It must not know HTTP or files: each target translates its own failures into these.

export type RefusalKind =
  /** No answer, or none in time: what was asked may or may not have happened. */
  | "unreachable"
  | "timeout"
  /** Who we are is not accepted, or may not do this. */
  | "unauthorized"
  | "forbidden"
  /** Another field manager owns fields that we would change. */
  | "conflict"
  /** It is not the object that was planned for: another uid, or changed since. */
  | "moved"
  /** Exists, and is not ours. */
  | "foreign"
  | "immutable"
  | "invalid"
  /** An admission webhook or policy said no. */
  | "denied"
  | "quota"
  /** The cluster does not serve this kind (yet). */
  | "not-served"
  | "namespace-missing"
  | "namespace-terminating"
  | "absent"
  /** Too busy until the deadline. */
  | "busy"
  | "server"
  /** What is stored is not what we wrote: an inventory that can not be read. */
  | "corrupt"
  | "io";

export interface RefusalDetails {
  readonly help?: string;
  /** Fields that the refusal names, and for a conflict who owns them. */
  readonly fields?: readonly { readonly path: string; readonly owner?: string }[];
  /** How long the server asked to wait, in seconds. */
  readonly retryAfter?: number;
  readonly status?: number;
}

export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly details: RefusalDetails;

  constructor(kind: RefusalKind, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = "Refusal";
    this.kind = kind;
    this.details = details;
  }
}

/** Whether the request may have taken effect though it failed. */
export const isUncertain = (error: unknown): boolean =>
  !(error instanceof Refusal) || ["unreachable", "timeout", "server", "busy"].includes(error.kind);

/** What to say of anything thrown; our own bugs keep their stack by being thrown on. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
