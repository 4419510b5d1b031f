// What happens in each loss, one block a loss. It must not know how it was found.
import type { FailureCase } from "../../failures.ts";
import { plural, printable, type Paint } from "./style.ts";

const mostMoves = 12;

/** Lines of the `What if one is lost` section. */
export function failureLines(cases: readonly FailureCase[], paint: Paint): string[] {
  return cases.flatMap((one) => {
    const title = `  ${paint("bold", printable(one.lost))}`;
    if (one.status === "infeasible") {
      return [`${title}  ${paint("red", "not everything can run")}`, ...one.problems.map((p) => `    ${printable(p)}`)];
    }
    if (one.status === "unknown") return [`${title}  ${paint("yellow", "not decided in time")}`];
    const moved = one.evacuated.reduce((sum, e) => sum + e.replicas, 0);
    const notes = [
      moved === 0 ? "nothing has to move" : `${plural(moved, "replica")} ${moved === 1 ? "moves" : "move"} out`,
      ...(one.alsoMoved > 0
        ? [`${plural(one.alsoMoved, "other")} ${one.alsoMoved === 1 ? "makes" : "make"} room`]
        : []),
      ...(one.gone.length > 0
        ? [`lost with it: ${one.gone.map((g) => `${g.replicas}× ${printable(g.workload)}`).join(", ")}`]
        : []),
      ...(one.unplaced.length > 0
        ? [paint("yellow", `without a place: ${one.unplaced.map((u) => printable(u.workload)).join(", ")}`)]
        : []),
    ];
    const moves = one.evacuated
      .slice(0, mostMoves)
      .map((e) => paint("dim", `    ${e.replicas}× ${printable(e.app)}/${printable(e.workload)} → ${printable(e.to)}`));
    const more =
      one.evacuated.length > moves.length
        ? [paint("dim", `    … and ${one.evacuated.length - moves.length} more`)]
        : [];
    return [`${title}  ${notes.join("; ")}`, ...moves, ...more];
  });
}
