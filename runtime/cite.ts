// Adds to a reason where its words stand: `allow amf -> smf` becomes `allow amf -> smf (core.intent:3)`. It must not word reasons.
import { lineFinder } from "../compiler/index.ts";
import type { Span } from "../grammar/index.ts";
import type { Objects, PlacedObject } from "../planner/index.ts";

/** The same objects, with the file and line of each reason whose source was read. */
export function cite(objects: Objects, sources: ReadonlyMap<string, string>): Objects {
  const finders = new Map<string, (offset: number) => number>();
  const placeOf = ({ file, start }: Span): string => {
    const text = sources.get(file);
    if (text === undefined) return "";
    const find = finders.get(file) ?? lineFinder(text);
    finders.set(file, find);
    return ` (${file}:${find(start) + 1})`;
  };
  const cited = (placed: PlacedObject): PlacedObject =>
    placed.span === undefined ? placed : { ...placed, because: `${placed.because}${placeOf(placed.span)}` };
  return Object.fromEntries(Object.entries(objects).map(([cluster, list]) => [cluster, list.map(cited)]));
}
