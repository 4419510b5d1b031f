// The rules of the other actions: what changes objects, how they start and grow, blocks of data, and checks. It must not know objects.
import type { Alternatives } from "./parser-base.ts";
import type {
  Amount,
  DataEntry,
  DataValue,
  Expectation,
  Peer,
  PortSpec,
  Scope,
  Statement,
  Target,
  Word,
} from "./ast.ts";
import { syntax } from "./diagnostics.ts";
import { TrafficParser } from "./parser-traffic.ts";
import * as t from "./tokens.ts";

type ScopePart = Omit<Scope, "span">;

export class ActionParser extends TrafficParser {
  /** `on each`, `on lyon, paris`, `where edge`. */
  readonly scope = this.RULE("scope", (): Scope => {
    const start = this.here();
    const part = this.OR<Alternatives<ScopePart>>([
      {
        ALT: () => {
          this.CONSUME(t.word.where);
          return { clusters: [], condition: this.SUBRULE(this.condition) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.on);
          const clusters = this.OR2<Alternatives<Word[]>>([
            { ALT: () => (this.CONSUME(t.word.each), []) },
            { ALT: () => this.SUBRULE(this.names) },
          ]);
          const condition = this.OPTION(() => {
            this.CONSUME2(t.word.where);
            return this.SUBRULE2(this.condition);
          });
          return { clusters, ...(condition === undefined ? {} : { condition }) };
        },
      },
    ]);
    return this.ACTION(() => ({ ...part, span: this.since(start) }));
  });

  readonly set = this.RULE("set", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.set);
    const target = this.SUBRULE(this.target);
    const key = this.name(this.CONSUME(t.Key));
    this.CONSUME(t.Equals);
    const value = this.value(this.CONSUME(t.Value));
    const scope = this.OPTION(() => this.SUBRULE(this.scope));
    return { kind: "set", target, key, value, ...(scope === undefined ? {} : { scope }), span: this.since(start) };
  });

  readonly configure = this.RULE("configure", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.configure);
    const target = this.SUBRULE(this.target);
    this.CONSUME(t.word.at);
    const path = this.value(this.CONSUME(t.PathLike));
    this.CONSUME(t.word.from);
    const from = this.value(this.CONSUME2(t.PathLike));
    const scope = this.OPTION(() => this.SUBRULE(this.scope));
    return {
      kind: "configure",
      target,
      path,
      from,
      ...(scope === undefined ? {} : { scope }),
      span: this.since(start),
    };
  });

  readonly patch = this.RULE("patch", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.patch);
    const target = this.SUBRULE(this.target);
    const data = this.SUBRULE(this.dataBlock);
    const scope = this.OPTION(() => this.SUBRULE(this.scope));
    return { kind: "patch", target, data, ...(scope === undefined ? {} : { scope }), span: this.since(start) };
  });

  readonly object = this.RULE("object", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.object);
    const path = this.value(this.CONSUME(t.PathLike));
    const scope = this.OPTION(() => this.SUBRULE(this.scope));
    return { kind: "object", path, ...(scope === undefined ? {} : { scope }), span: this.since(start) };
  });

  readonly scale = this.RULE("scale", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.scale);
    const target = this.SUBRULE(this.target);
    const min = this.value(this.CONSUME(t.NumberLike));
    this.CONSUME(t.Range);
    const max = this.value(this.CONSUME2(t.NumberLike));
    this.CONSUME(t.word.on);
    const metrics: Amount[] = this.SUBRULE(this.amounts);
    return { kind: "scale", target, min, max, metrics, span: this.since(start) };
  });

  readonly monitor = this.RULE("monitor", (): Statement => {
    const start = this.here();
    let port: PortSpec | undefined;
    let every: Word | undefined;
    this.CONSUME(t.word.monitor);
    const target = this.SUBRULE(this.target);
    this.OPTION(() => {
      this.CONSUME(t.word.on);
      port = this.SUBRULE(this.port);
    });
    this.OPTION2(() => {
      this.CONSUME(t.word.every);
      every = this.duration(this.CONSUME(t.DurationLike));
    });
    return {
      kind: "monitor",
      target,
      ...(port === undefined ? {} : { port }),
      ...(every === undefined ? {} : { every }),
      span: this.since(start),
    };
  });

  readonly start = this.RULE("start", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.start);
    const target = this.SUBRULE(this.target);
    this.CONSUME(t.word.after);
    const after = this.SUBRULE2(this.target);
    const condition = this.name(this.CONSUME(t.NameLike));
    return { kind: "start", target, after, condition, span: this.since(start) };
  });

  readonly rollOut = this.RULE("roll out", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.roll);
    this.CONSUME(t.word.out);
    const { target, count } = this.OR<Alternatives<{ target?: Target; count: Word }>>([
      { ALT: () => ({ count: this.SUBRULE(this.clusterCount) }) },
      { ALT: () => ({ target: this.SUBRULE(this.target), count: this.SUBRULE2(this.clusterCount) }) },
    ]);
    this.CONSUME(t.word.at);
    this.CONSUME(t.word.a);
    this.CONSUME(t.word.time);
    return { kind: "roll-out", ...(target === undefined ? {} : { target }), count, span: this.since(start) };
  });

  /** `1 cluster`. */
  readonly clusterCount = this.RULE("count of clusters", (): Word => {
    const count = this.value(this.CONSUME(t.NumberLike));
    this.OR([this.keyword(t.word.cluster), this.keyword(t.word.clusters)]);
    return count;
  });

  readonly intent = this.RULE("intent", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.intent);
    const name = this.name(this.CONSUME(t.NameLike));
    const data = this.SUBRULE(this.dataBlock);
    return { kind: "intent", name, data, span: this.since(start) };
  });

  readonly dataBlock = this.RULE("data block", (): DataValue => {
    const start = this.here();
    const entries: DataEntry[] = [];
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.dataEntry)));
    this.CONSUME(t.CloseBrace);
    return { kind: "block", entries: this.exact(entries), span: this.since(start) };
  });

  readonly dataEntry = this.RULE("data entry", (): DataEntry => {
    const start = this.here();
    const key = this.name(this.CONSUME(t.NameLike));
    const value = this.OR<Alternatives<DataValue>>([
      {
        ALT: () => {
          this.CONSUME(t.Equals);
          return this.SUBRULE(this.dataValue);
        },
      },
      { ALT: () => this.SUBRULE(this.dataBlock) },
    ]);
    return { key, value, span: this.since(start) };
  });

  readonly dataValue = this.RULE("data value", (): DataValue =>
    this.OR<Alternatives<DataValue>>([
      {
        ALT: () => {
          const word = this.value(this.CONSUME(t.Value));
          return { kind: "word", word, span: word.span };
        },
      },
      { ALT: () => this.SUBRULE(this.dataList) },
    ]),
  );

  readonly dataList = this.RULE("data list", (): DataValue => {
    const start = this.here();
    const items: DataValue[] = [];
    this.CONSUME(t.OpenBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => items.push(this.SUBRULE(this.dataItem)) });
    this.CONSUME(t.CloseBracket);
    return { kind: "list", items: this.exact(items), span: this.since(start) };
  });

  readonly dataItem = this.RULE("data item", (): DataValue =>
    this.OR([{ ALT: () => this.SUBRULE(this.dataValue) }, { ALT: () => this.SUBRULE(this.dataBlock) }]),
  );

  readonly expect = this.RULE("expect", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.expect);
    const expectation = this.OR<Alternatives<Expectation>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true, // a workload of the name `all` is quoted
      DEF: [
        {
          ALT: (): Expectation => {
            this.CONSUME(t.word.all);
            this.CONSUME(t.word.placed);
            return { kind: "placed", without: this.SUBRULE(this.without) };
          },
        },
        { ALT: () => this.SUBRULE(this.claim) },
      ],
    });
    return { kind: "expect", expectation, span: this.since(start) };
  });

  /** `cost <= 40`, or what is expected of workloads. */
  readonly claim = this.RULE("claim", (): Expectation =>
    this.OR<Alternatives<Expectation>>([
      {
        ALT: () => {
          const term = this.name(this.CONSUME(t.NameLike));
          const operator = this.SUBRULE(this.operator);
          const value = this.value(this.CONSUME(t.Value));
          return { kind: "objective", term, operator, value };
        },
      },
      {
        ALT: () => {
          const subject = this.SUBRULE(this.stop);
          return this.SUBRULE(this.expectation, { ARGS: [subject] });
        },
      },
    ]),
  );

  readonly without = this.RULE("without", (): Word[] => {
    let names: Word[] = [];
    this.OPTION(() => {
      this.CONSUME(t.word.without);
      names = this.SUBRULE(this.names);
    });
    return names;
  });

  /** What is expected of a subject. */
  readonly expectation = this.RULE("expectation", (subject: Peer): Expectation =>
    this.OR<Alternatives<Expectation>>([
      {
        ALT: () => {
          const negated = this.OPTION(() => this.CONSUME(t.word.not)) !== undefined;
          this.CONSUME(t.word.on);
          const clusters = this.SUBRULE(this.names);
          return { kind: "placed-on", target: this.placed(subject), negated, clusters };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.near);
          const of = this.SUBRULE(this.target);
          this.CONSUME(t.word.within);
          const within = this.duration(this.CONSUME(t.DurationLike));
          return { kind: "near", target: this.placed(subject), of, within };
        },
      },
      {
        ALT: () => {
          const negated = this.SUBRULE(this.ability);
          this.CONSUME(t.word.reach);
          const to = this.SUBRULE(this.stop);
          const ports =
            this.OPTION2(() => {
              this.CONSUME2(t.word.on);
              return this.SUBRULE(this.ports);
            }) ?? [];
          return { kind: "reach", from: subject, to, negated, ports };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.placed);
          return { kind: "placed", target: this.placed(subject), without: this.SUBRULE(this.without) };
        },
      },
    ]),
  );

  /** `can`, `cannot`: whether it is negated. */
  readonly ability = this.RULE("ability", (): boolean =>
    this.OR([{ ALT: () => (this.CONSUME(t.word.can), false) }, { ALT: () => (this.CONSUME(t.word.cannot), true) }]),
  );

  private placed(subject: Peer): Target {
    if (this.RECORDING_PHASE) return { items: [], except: [], span: this.since(0) };
    if (subject.kind === "target") return subject.target;
    this.found.push(syntax["not-a-workload"](subject.span, [subject.kind]));
    return { items: [], except: [], span: subject.span };
  }
}
