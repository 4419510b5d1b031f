// Engine events as lines of text, as they come. It must not know who emits them.
import type { EngineEvent, EventObject } from "../../events.ts";
import { plural, printable, type Paint } from "./style.ts";
import { padEnd } from "./width.ts";

const done = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "deleted",
  none: "unchanged",
} as const;
const colors = { create: "green", update: "yellow", replace: "magenta", delete: "red", none: "dim" } as const;

/** A view of one apply: feed it events, it answers the lines to print (often none). */
export function eventLines(paint: Paint): (event: EngineEvent) => readonly string[] {
  let column = 0;
  const at = (cluster: string): string => {
    column = Math.max(column, Math.min(30, cluster.length));
    return paint("bold", padEnd(printable(cluster), column));
  };
  return (event) => {
    switch (event.type) {
      case "apply-started":
        for (const cluster of event.clusters) column = Math.max(column, Math.min(30, cluster.length));
        return [`Applying ${plural(event.changes, "change")} on ${plural(event.clusters.length, "cluster")}.`];
      case "change-done":
        return [
          `${at(event.object.cluster)}  ${objectText(event.object)} ${paint(colors[event.action], done[event.action])}`,
        ];
      case "change-failed":
        return [
          `${at(event.object.cluster)}  ${objectText(event.object)} ${paint("red", "failed")}: ${printable(event.reason)}`,
          ...(event.help === undefined ? [] : [`${at("")}  help: ${printable(event.help)}`]),
        ];
      case "change-skipped":
        return [
          `${at(event.object.cluster)}  ${objectText(event.object)} ${paint("dim", `skipped: ${printable(event.reason)}`)}`,
        ];
      case "ready":
        return [`${at(event.object.cluster)}  ${objectText(event.object)} ${paint("green", "ready")}`];
      case "retrying":
        return [`${at(event.cluster)}  ${paint("yellow", `again in ${event.seconds} s`)}: ${printable(event.reason)}`];
      case "cluster-done":
        return event.outcome === "done"
          ? []
          : [
              `${at(event.cluster)}  ${paint("red", event.outcome)}${event.detail === undefined ? "" : `: ${printable(event.detail)}`}`,
            ];
      case "apply-done":
        return [paint("bold", outcomeText(event))];
      default:
        return [];
    }
  };
}

const objectText = (object: EventObject): string =>
  `${printable(object.kind)} ${object.namespace === "" ? "" : `${printable(object.namespace)}/`}${printable(object.name)}`;

function outcomeText(event: Extract<EngineEvent, { type: "apply-done" }>): string {
  const parts = [`${event.created} created`, `${event.updated} changed`];
  if (event.replaced > 0) parts.push(`${event.replaced} replaced`);
  parts.push(`${event.deleted} deleted`);
  if (event.failed > 0) parts.push(`${event.failed} failed`);
  if (event.skipped > 0) parts.push(`${event.skipped} skipped`);
  const outcome = {
    done: "Done",
    partial: "Not everything is done",
    stale: "Refused: the plan is stale",
    locked: "Refused: another apply holds the lock",
    stopped: "Stopped; run apply again to go on",
  }[event.outcome];
  return `${outcome}: ${parts.join(", ")}.`;
}
