// The rules of placement: `run` with its clauses, `forbid`, `minimize`, `move`. It must not know what a clause means.
import type { Alternatives } from "./parser-base.ts";
import type { IOrAlt } from "chevrotain";
import type { OnClause, RunClause, Statement, Word } from "./ast.ts";
import { AppParser } from "./parser-app.ts";
import * as t from "./tokens.ts";

type Share = Extract<OnClause, { mode: "shares" }>["shares"][number];

export class PlacementParser extends AppParser {
  readonly run = this.RULE("run", (): Statement => {
    const start = this.here();
    const clauses: RunClause[] = [];
    let count: Word | undefined;
    this.CONSUME(t.word.run);
    const target = this.SUBRULE(this.target);
    this.OPTION(() => {
      count = this.count(this.CONSUME(t.Count));
    });
    this.MANY(() => clauses.push(this.SUBRULE(this.runClause)));
    return {
      kind: "run",
      target,
      ...(count === undefined ? {} : { count }),
      clauses: this.exact(clauses),
      span: this.since(start),
    };
  });

  private readonly runClauses: IOrAlt<RunClause>[] = [
    { ALT: () => this.SUBRULE(this.whereClause) },
    { ALT: () => this.SUBRULE(this.onClause) },
    { ALT: () => this.SUBRULE(this.spread) },
    { ALT: () => this.SUBRULE(this.near) },
    { ALT: () => this.SUBRULE(this.together) },
    { ALT: () => this.SUBRULE(this.apart) },
    { ALT: () => this.SUBRULE(this.needs) },
    { ALT: () => this.SUBRULE(this.container) },
    { ALT: () => this.SUBRULE(this.survive) },
    { ALT: () => this.SUBRULE(this.optional) },
    { ALT: () => this.SUBRULE(this.priority) },
    { ALT: () => this.SUBRULE(this.prefer) },
    { ALT: () => this.SUBRULE(this.tolerates) },
  ];

  readonly runClause = this.RULE("clause of run", (): RunClause => this.OR<Alternatives<RunClause>>(this.runClauses));

  readonly whereClause = this.RULE("where", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.where);
    const condition = this.SUBRULE(this.condition);
    return { kind: "where", condition, span: this.since(start) };
  });

  readonly onClause = this.RULE("on", (): OnClause => {
    const start = this.here();
    this.CONSUME(t.word.on);
    return this.OR<Alternatives<OnClause>>([
      {
        ALT: () => {
          let of: Word[] = [];
          this.CONSUME(t.word.each);
          this.OPTION(() => {
            this.CONSUME(t.word.of);
            of = this.SUBRULE(this.names);
          });
          return { kind: "on", mode: "each", of, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          const count = this.value(this.CONSUME(t.NumberLike));
          this.OR2([this.keyword(t.word.clusters), this.keyword(t.word.cluster)]);
          return { kind: "on", mode: "count", count, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          const shares: Share[] = [];
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => shares.push(this.SUBRULE(this.share)) });
          return { kind: "on", mode: "shares", shares: this.exact(shares), span: this.since(start) };
        },
      },
      {
        ALT: () => {
          const choices: Word[][] = [];
          this.AT_LEAST_ONE_SEP2({ SEP: t.word.then, DEF: () => choices.push(this.SUBRULE2(this.names)) });
          return { kind: "on", mode: "choices", choices: this.exact(choices), span: this.since(start) };
        },
      },
    ]);
  });

  readonly share = this.RULE("share", (): Share => {
    const cluster = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.word.weight);
    const weight = this.value(this.CONSUME(t.NumberLike));
    return { cluster, weight };
  });

  readonly spread = this.RULE("spread", (): RunClause => {
    const start = this.here();
    let max: Word | undefined;
    this.CONSUME(t.word.spread);
    this.CONSUME(t.word.across);
    const key = this.name(
      this.OR([this.keyword(t.NameLike), this.keyword(t.word.cluster), this.keyword(t.word.clusters)]),
    );
    this.OPTION(() => {
      this.CONSUME(t.word.max);
      max = this.value(this.CONSUME(t.NumberLike));
    });
    return { kind: "spread", key, ...(max === undefined ? {} : { max }), span: this.since(start) };
  });

  readonly near = this.RULE("near", (): RunClause => {
    const start = this.here();
    let within: Word | undefined;
    this.CONSUME(t.word.near);
    const target = this.SUBRULE(this.target);
    this.OPTION(() => {
      this.CONSUME(t.word.within);
      within = this.duration(this.CONSUME(t.DurationLike));
    });
    return { kind: "near", target, ...(within === undefined ? {} : { within }), span: this.since(start) };
  });

  readonly together = this.RULE("with", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.with);
    const target = this.SUBRULE(this.target);
    return { kind: "with", target, span: this.since(start) };
  });

  readonly apart = this.RULE("apart", (): RunClause => {
    const start = this.here();
    let by: Word | undefined;
    this.CONSUME(t.word.apart);
    this.CONSUME(t.word.from);
    const target = this.SUBRULE(this.target);
    this.OPTION(() => {
      this.CONSUME(t.word.by);
      by = this.name(this.OR([this.keyword(t.NameLike), this.keyword(t.word.cluster)]));
    });
    return { kind: "apart", target, ...(by === undefined ? {} : { by }), span: this.since(start) };
  });

  readonly needs = this.RULE("needs", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.needs);
    const amounts = this.SUBRULE(this.amounts);
    return { kind: "needs", amounts, span: this.since(start) };
  });

  readonly container = this.RULE("in", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.in);
    const name = this.name(this.CONSUME(t.NameLike));
    return { kind: "container", name, span: this.since(start) };
  });

  readonly survive = this.RULE("survive", (): RunClause => {
    const start = this.here();
    let keeping: Word | undefined;
    this.CONSUME(t.word.survive);
    const count = this.value(this.CONSUME(t.NumberLike));
    const unit = this.name(
      this.OR([this.keyword(t.word.cluster), this.keyword(t.word.clusters), this.keyword(t.NameLike)]),
    );
    this.OPTION(() => {
      this.CONSUME(t.word.keeping);
      keeping = this.value(this.CONSUME2(t.NumberLike));
    });
    const rest = keeping === undefined ? {} : { keeping };
    return { kind: "survive", count, unit: this.ACTION(() => singular(unit, count)), ...rest, span: this.since(start) };
  });

  readonly optional = this.RULE("optional", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.optional);
    return { kind: "optional", span: this.since(start) };
  });

  readonly priority = this.RULE("priority", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.priority);
    const value = this.value(this.CONSUME(t.NumberLike));
    return { kind: "priority", value, span: this.since(start) };
  });

  readonly prefer = this.RULE("prefer", (): RunClause => {
    const start = this.here();
    let weight: Word | undefined;
    this.CONSUME(t.word.prefer);
    const condition = this.SUBRULE(this.condition);
    this.OPTION(() => {
      this.CONSUME(t.word.weight);
      weight = this.value(this.CONSUME(t.NumberLike));
    });
    return { kind: "prefer", condition, ...(weight === undefined ? {} : { weight }), span: this.since(start) };
  });

  readonly tolerates = this.RULE("tolerates", (): RunClause => {
    const start = this.here();
    this.CONSUME(t.word.tolerates);
    const taints = this.SUBRULE(this.names);
    return { kind: "tolerates", taints, span: this.since(start) };
  });

  readonly forbid = this.RULE("forbid", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.forbid);
    const target = this.SUBRULE(this.target);
    return this.OR<Alternatives<Statement>>([
      {
        ALT: () => {
          this.CONSUME(t.word.where);
          const condition = this.SUBRULE(this.condition);
          return { kind: "forbid", target, condition, clusters: [], span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.on);
          const clusters = this.SUBRULE(this.names);
          const condition = this.OPTION(() => {
            this.CONSUME2(t.word.where);
            return this.SUBRULE2(this.condition);
          });
          const rest = condition === undefined ? {} : { condition };
          return { kind: "forbid", target, ...rest, clusters, span: this.since(start) };
        },
      },
    ]);
  });

  readonly minimize = this.RULE("minimize", (): Statement => {
    const start = this.here();
    const terms: Word[] = [];
    this.CONSUME(t.word.minimize);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => terms.push(this.name(this.OR([this.keyword(t.NameLike), this.keyword(t.word.clusters)]))),
    });
    return { kind: "minimize", terms: this.exact(terms), span: this.since(start) };
  });

  readonly move = this.RULE("move", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.move);
    const target = this.SUBRULE(this.target);
    return { kind: "move", target, span: this.since(start) };
  });
}

/** `clusters` and, after a count other than one, any other plural are read as what they count. */
function singular(unit: Word, count: Word): Word {
  const isPlural = unit.form === "name" && unit.text.endsWith("s") && (unit.text === "clusters" || count.text !== "1");
  return isPlural ? { ...unit, text: unit.text.slice(0, -1) } : unit;
}
