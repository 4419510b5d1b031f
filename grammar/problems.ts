// Collects the syntax errors of one file, and says when there are enough. It must not know what an error says.
import type { Diagnostic } from "./diagnostic.ts";
import { syntax } from "./diagnostics.ts";

/** More than this helps nobody: reading stops there. */
const mostProblems = 100;

export class Problems {
  readonly file: string;
  private readonly kept: Diagnostic[] = [];

  constructor(file: string) {
    this.file = file;
  }

  /** Whether there are enough: nothing more is read. */
  get full(): boolean {
    return this.kept.length >= mostProblems;
  }

  /** Adds what `say` returns; `say` is not called once there are enough. */
  add(say: () => Diagnostic): void {
    if (!this.full) this.kept.push(say());
  }

  /** In the order of the text. */
  list(): readonly Diagnostic[] {
    const sorted = this.kept.toSorted((x, y) => (x.span?.start ?? 0) - (y.span?.start ?? 0));
    const last = sorted.at(-1)?.span;
    if (this.full) sorted.push(syntax["too-many-errors"](last, [mostProblems]));
    return sorted;
  }
}
