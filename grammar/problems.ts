// Collects the syntax errors of one file, and stops keeping them when there are too many. It must not know what an error says.
import type { Diagnostic } from "./diagnostic.ts";
import { syntax } from "./diagnostics.ts";

/** More than this helps nobody: the first ones are shown, and how many there were. */
export const mostProblems = 100;

export class Problems {
  readonly file: string;
  private readonly kept: Diagnostic[] = [];
  private count = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Whether another one would only be counted, so that its wording need not be worked out. */
  get full(): boolean {
    return this.kept.length >= mostProblems;
  }

  /** Adds what `say` returns; `say` is not called once there are too many. */
  add(say: () => Diagnostic): void {
    this.count++;
    if (!this.full) this.kept.push(say());
  }

  /** In the order of the text. */
  list(): readonly Diagnostic[] {
    const sorted = this.kept.toSorted((x, y) => (x.span?.start ?? 0) - (y.span?.start ?? 0));
    const last = sorted.at(-1)?.span;
    if (this.count > mostProblems) sorted.push(syntax["too-many-errors"](last, [mostProblems, this.count]));
    return sorted;
  }
}
