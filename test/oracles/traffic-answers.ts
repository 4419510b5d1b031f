// What the connections of a case should come to: the meaning of the sentences, with what the files' own policies make of the directions
// that the sentences leave open. It must not know the generator.
import type { TrafficCase } from "./traffic-cases.ts";
import { meaningOf, type Attempt, type End, type Word } from "./traffic-meaning.ts";
import { isClosed, isLet, type Policy } from "./traffic-policies.ts";

/** Codes of what expansion refused; a case with any has no answers. */
export const refusals = (c: TrafficCase): readonly string[] =>
  c.diagnostics.filter((d) => d.severity === "error").map((d) => d.code);

/** Answers for one case: true lets the connection through. */
export function expectedOf({ scene, program, objects }: TrafficCase): (attempt: Attempt) => boolean {
  const meaning = meaningOf(scene);
  const here = (p: Policy) => objects.some((o) => o.kind === "NetworkPolicy" && o.metadata.name === p.metadata.name);
  const files = program.filePolicies.filter(here);
  const answer = (word: Word, attempt: Attempt, self: End, way: "ingress" | "egress"): boolean => {
    if (word !== "open") return word === "yes";
    return !isClosed(files, self, way) || isLet(files, attempt, way) || (isOurs(self) && meaning.allowed(attempt));
  };
  return (attempt) =>
    meaning.always(attempt) ||
    (answer(meaning.egress(attempt), attempt, attempt.from, "egress") &&
      answer(meaning.ingress(attempt), attempt, attempt.to, "ingress"));
}

const isOurs = (end: End): boolean => end.kind === "pod" && end.workload !== undefined;

/** A difference, with all that one needs to see why. */
export function explain(c: TrafficCase, { from, to, protocol, port }: Attempt, should: boolean): string {
  const name = (end: End) => (end.kind === "pod" ? end.id : end.ip);
  return [
    `seed ${c.program.seed}, ${c.cluster}: ${name(from)} > ${name(to)} ${port}/${protocol} should be ${should ? "allowed" : "denied"}`,
    c.program.files["main.intent"],
    JSON.stringify(c.program.placed),
    ...c.program.ours.map((workload) => JSON.stringify(workload)),
    ...c.policies.map((p) => JSON.stringify({ ...p.metadata, labels: undefined, ...p.spec })),
  ].join("\n");
}
