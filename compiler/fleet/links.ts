// `link a <-> b 6ms 10Gbps`: symmetric, each pair once. It must not know paths; the planner finds the shortest.
import type { Diagnostic, Phase } from "../../grammar/index.ts";
import { propose } from "../conditions/unknown.ts";
import { diagnose } from "../diagnostics.ts";
import type { Link } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import type { Declarations } from "../reading/declare.ts";
import { duration, rate } from "../reading/words.ts";

/** The links with `a` before `b`, sorted. */
export function readLinks(
  declarations: Declarations,
  clusters: ReadonlySet<string>,
  suggest: Suggest,
): Phase<readonly Link[]> {
  const diagnostics: Diagnostic[] = [];
  const say = (d: Diagnostic) => void diagnostics.push(d);
  const links = new Map<string, Link>();
  for (const statement of declarations.of("link")) {
    const [a, b] = [statement.a, statement.b].sort((x, y) => (x.text < y.text ? -1 : 1)) as [
      typeof statement.a,
      typeof statement.b,
    ];
    const unknown = [a, b].filter((end) => !clusters.has(end.text));
    for (const end of unknown) {
      const near = suggest(end.text, clusters);
      if (declarations.groups.has(end.text))
        say(diagnose["bad-link"](end.span, [`\`${end.text}\` is a group, and a link joins two clusters`]));
      else say(diagnose["unknown-cluster"](end.span, [end.text], near === undefined ? {} : propose(end, near)));
    }
    if (unknown.length > 0) continue;
    if (a.text === b.text) {
      say(diagnose["bad-link"](statement.span, [`\`${a.text}\` is joined with itself`]));
      continue;
    }
    const microseconds = statement.latency === undefined ? undefined : duration(statement.latency, say);
    const bitsPerSecond = statement.rate === undefined ? undefined : rate(statement.rate, say);
    if (statement.latency === undefined && statement.rate === undefined)
      say(diagnose["bad-link"](statement.span, ["it says neither a latency nor a rate"]));
    const key = `${a.text} ${b.text}`;
    const before = links.get(key);
    const link: Link = {
      a: a.text,
      b: b.text,
      ...(microseconds === undefined ? {} : { microseconds }),
      ...(bitsPerSecond === undefined ? {} : { bitsPerSecond }),
      span: statement.span,
    };
    if (before === undefined) links.set(key, link);
    else {
      const related = [{ message: "the first one", span: before.span }];
      say(diagnose["duplicate-name"](statement.span, ["links", `${a.text} <-> ${b.text}`], { related }));
    }
  }
  return { value: [...links].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, link]) => link), diagnostics };
}
