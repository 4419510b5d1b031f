// What is proven of each term of a plan's objective, with the prices that prove it: data that anyone can check against the program
// (`verifyProof`). It must not know how prices are found.

/**
 * Prices by what they are for; a list without entries is left out. In the unit of the term for one of: a CPU, a GiB, a piece (`room`), a part of
 * a node (`parts`), a node's port (`ports`), a replica that is served (`near`, `latency`), and the share in use of all there is (`share`).
 */
export interface Prices {
  readonly room?: readonly RoomPrice[];
  /** Of nodes cut into `parts`: pods on one node take at most one part less than that, rounded up less one each (Chvátal's rounding). */
  readonly parts?: readonly (RoomPrice & { readonly parts: number })[];
  readonly ports?: readonly {
    readonly cluster: string;
    readonly pool: string;
    readonly port: string;
    readonly price: number;
  }[];
  /** Of being near one of `to` that stands on `cluster`: within so many milliseconds, or without that, on the same cluster. */
  readonly near?: readonly (TiePrice & { readonly within?: number })[];
  /** Of having one of `to` on `cluster` as the nearest. */
  readonly latency?: readonly TiePrice[];
  /** Of both standing on some of these clusters. */
  readonly apart?: readonly {
    readonly workloads: readonly [string, string];
    readonly clusters: readonly string[];
    readonly price: number;
  }[];
  readonly share?: readonly { readonly cluster: string; readonly resource: string; readonly price: number }[];
}

export interface RoomPrice {
  readonly cluster: string;
  readonly pool: string;
  readonly resource: string;
  readonly price: number;
}

export interface TiePrice {
  /** `app/workload`. */
  readonly workload: string;
  readonly to: readonly string[];
  readonly cluster: string;
  readonly price: number;
}

/** Of one term, in the order of the objective. */
export interface TermProof {
  readonly name: string;
  /** No placement that is as good in all earlier terms is below it in this one. */
  readonly bound: number;
  /** `trivial`: what every workload costs alone, without prices; `exhaustion`: an exact solver left no better placement. */
  readonly by: "prices" | "trivial" | "exhaustion";
  /** What the prices alone prove, before a term of whole numbers is rounded up. */
  readonly priced: number;
  /** What one of each earlier term weighs in this one's unit; those that weigh nothing are left out. `choices` are the terms of `then`. */
  readonly given: readonly { readonly term: number; readonly name: string; readonly weight: number }[];
  readonly prices: Prices;
}
