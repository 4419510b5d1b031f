// Adds to a reason where its words stand: `allow amf -> smf` becomes `allow amf -> smf (core.intent:3)`. It must not word reasons.
import { lineAndColumn, type Span } from "../grammar/index.ts";
import type { Objects, PlacedObject } from "../planner/index.ts";

/** The same objects, with the file and line of each reason whose source was read. */
export function cite(objects: Objects, sources: ReadonlyMap<string, string>): Objects {
  const places = new Map<string, string>();
  const placeOf = (span: Span): string => {
    const key = `${span.file}\0${span.start}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const text = sources.get(span.file);
    const place = text === undefined ? "" : ` (${span.file}:${lineAndColumn(text, span.start).line})`;
    places.set(key, place);
    return place;
  };
  const cited = (placed: PlacedObject): PlacedObject =>
    placed.span === undefined ? placed : { ...placed, because: `${placed.because}${placeOf(placed.span)}` };
  return Object.fromEntries(Object.entries(objects).map(([cluster, list]) => [cluster, list.map(cited)]));
}
