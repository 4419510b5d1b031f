// The rules that many statements share: targets, amounts, conditions. Each rule builds its part of the tree as it goes, which halves the
// time against a concrete tree that is lowered later. It must not know statements.
import { EmbeddedActionsParser, type IOrAlt, type IToken, type TokenType } from "chevrotain";
import type { Amount, CompareOperator, Condition, KeyValue, PortSpec, Target, TargetItem, Word } from "./ast.ts";
import type { Diagnostic, Span } from "./diagnostic.ts";
import * as lower from "./lower-word.ts";
import * as t from "./tokens.ts";

/** Alternatives that all make the same: what `OR` is told, where each alone would be inferred too narrowly. */
export type Alternatives<T> = IOrAlt<T>[];

/** While Chevrotain records the grammar, rules return its placeholders: actions that look into them run only when parsing. */
export class BaseParser extends EmbeddedActionsParser {
  /** The file that spans name. */
  file = "";
  /** What a rule finds wrong beyond its shape. */
  found: Diagnostic[] = [];
  private last: Span = { file: "", start: -1, end: -1 };

  constructor(skipValidations: boolean) {
    super([...t.vocabulary], {
      maxLookahead: 2,
      recoveryEnabled: false,
      skipValidations,
      // Our own words are found by walking the grammar (see explain.ts); Chevrotain's are costly and not shown.
      errorMessageProvider: {
        buildMismatchTokenMessage: () => "",
        buildNotAllInputParsedMessage: () => "",
        buildNoViableAltMessage: () => "",
        buildEarlyExitMessage: () => "",
      },
    });
  }

  protected name(token: IToken): Word {
    return lower.nameWord(token, this.spanOf(token));
  }

  protected value(token: IToken): Word {
    return lower.valueWord(token, this.spanOf(token));
  }

  protected duration(token: IToken): Word {
    return lower.durationWord(token, this.spanOf(token));
  }

  protected count(token: IToken): Word {
    return lower.countWord(token, this.spanOf(token));
  }

  /** From the start of the next token: where a rule begins. */
  protected here(): number {
    return this.LA(1).startOffset;
  }

  /** From `start` to the end of the last token that was taken. */
  protected since(start: number): Span {
    return this.span(start, (this.LA(0).endOffset ?? 0) + 1);
  }

  protected spanOf(token: IToken): Span {
    return this.span(token.startOffset, (token.endOffset ?? 0) + 1);
  }

  /** What has the same place shares one span: a word, the target that it is, the peer that the target is. */
  private span(start: number, end: number): Span {
    const { last, file } = this;
    if (last.start === start && last.end === end && last.file === file) return last;
    return (this.last = { file, start, end });
  }

  /** A list without the room to grow that it was built with: trees are kept, and most lists are short. */
  protected exact<T>(list: readonly T[]): T[] {
    return list.slice();
  }

  /** `a, b, c`: one or more names. */
  readonly names = this.RULE("names", (): Word[] => {
    const names: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => names.push(this.name(this.CONSUME(t.NameLike))) });
    return this.exact(names);
  });

  /** `a, b`: one or more values. */
  readonly valueList = this.RULE("values", (): Word[] => {
    const values: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => values.push(this.value(this.CONSUME(t.Value))) });
    return this.exact(values);
  });

  /** `"a", "b"`: one or more paths. */
  readonly paths = this.RULE("paths", (): Word[] => {
    const paths: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => paths.push(this.value(this.CONSUME(t.PathLike))) });
    return this.exact(paths);
  });

  /** `amf`, `app core5g`. */
  readonly targetItem = this.RULE("target item", (): TargetItem => {
    const start = this.here();
    let kind: TargetItem["kind"] = "workload";
    this.OPTION(() => {
      this.CONSUME(t.word.app);
      kind = "app";
    });
    const name = this.name(this.CONSUME(t.NameLike));
    return { kind, name, span: this.since(start) };
  });

  /** `amf, smf`, `app core5g except upf`. */
  readonly target = this.RULE("target", (): Target => {
    const start = this.here();
    const items: TargetItem[] = [];
    let except: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => items.push(this.SUBRULE(this.targetItem)) });
    this.OPTION(() => {
      this.CONSUME(t.word.except);
      except = this.SUBRULE(this.names);
    });
    return { items: this.exact(items), except, span: this.since(start) };
  });

  /** `cpu 4`. */
  readonly amount = this.RULE("amount", (): Amount => {
    const start = this.here();
    const resource = this.name(this.CONSUME(t.Key));
    const amount = this.value(this.CONSUME(t.Figure));
    return { resource, amount, span: this.since(start) };
  });

  /** `cpu 4, memory 8Gi`. */
  readonly amounts = this.RULE("amounts", (): Amount[] => {
    const amounts: Amount[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => amounts.push(this.SUBRULE(this.amount)) });
    return this.exact(amounts);
  });

  /** `app = web`. */
  readonly keyValue = this.RULE("label", (): KeyValue => {
    const start = this.here();
    const key = this.name(this.CONSUME(t.Key));
    this.CONSUME(t.Equals);
    const value = this.value(this.CONSUME(t.Value));
    return { key, value, span: this.since(start) };
  });

  /** `443`, `8805/udp`, `8000-8010`, `sbi`. */
  readonly port = this.RULE("port", (): PortSpec => {
    const token = this.CONSUME(t.PortLike);
    return lower.portSpec(token, this.spanOf(token));
  });

  /** `443, sbi`. */
  readonly ports = this.RULE("ports", (): PortSpec[] => {
    const ports: PortSpec[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => ports.push(this.SUBRULE(this.port)) });
    return this.exact(ports);
  });

  /** `or` of `and` of `not`: the weakest binding first. */
  readonly condition = this.RULE("condition", (): Condition => {
    const start = this.here();
    const operands: Condition[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.word.or, DEF: () => operands.push(this.SUBRULE(this.conjunction)) });
    return operands.length === 1
      ? operands[0]!
      : { kind: "or", operands: this.exact(operands), span: this.since(start) };
  });

  readonly conjunction = this.RULE("conjunction", (): Condition => {
    const start = this.here();
    const operands: Condition[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.word.and, DEF: () => operands.push(this.SUBRULE(this.negation)) });
    return operands.length === 1
      ? operands[0]!
      : { kind: "and", operands: this.exact(operands), span: this.since(start) };
  });

  readonly negation = this.RULE("negation", (): Condition => {
    const starts: number[] = [];
    this.MANY(() => starts.push(this.CONSUME(t.word.not).startOffset));
    let condition = this.SUBRULE(this.comparison);
    for (const start of starts.toReversed()) condition = { kind: "not", operand: condition, span: this.since(start) };
    return condition;
  });

  /** `( … )`, `gpu`, `cpu >= 8`, `region in (a, b)`. */
  readonly comparison = this.RULE("comparison", (): Condition => {
    const start = this.here();
    return this.OR([
      {
        ALT: (): Condition => {
          this.CONSUME(t.OpenParen);
          const inner = this.SUBRULE(this.condition);
          this.CONSUME(t.CloseParen);
          return inner;
        },
      },
      {
        ALT: (): Condition => {
          const key = this.name(this.CONSUME(t.NameLike));
          return this.SUBRULE(this.test, { ARGS: [key, start] }) ?? { kind: "has", key, span: this.since(start) };
        },
      },
    ]);
  });

  /** What a key is compared with, if with anything. */
  readonly test = this.RULE("test", (key: Word, start: number): Condition | undefined => {
    let result: Condition | undefined;
    this.OPTION({
      // `where gpu in upf` asks for a GPU in the container `upf`.
      GATE: () => this.LA(1).tokenType !== t.word.in || this.LA(2).tokenType === t.OpenParen,
      DEF: () => {
        result = this.OR([
          {
            ALT: (): Condition => {
              const operator = this.SUBRULE(this.operator);
              const value = this.value(this.CONSUME(t.Value));
              return { kind: "compare", key, operator, value, span: this.since(start) };
            },
          },
          {
            ALT: (): Condition => {
              let negated = false;
              this.OPTION2(() => {
                this.CONSUME(t.word.not);
                negated = true;
              });
              this.CONSUME(t.word.in);
              this.CONSUME(t.OpenParen);
              const values = this.SUBRULE(this.valueList);
              this.CONSUME(t.CloseParen);
              return { kind: "in", key, values, negated, span: this.since(start) };
            },
          },
        ]);
      },
    });
    return result;
  });

  readonly operator = this.RULE("operator", (): CompareOperator => {
    const either: { ALT: () => IToken }[] = [
      { ALT: () => this.CONSUME(t.Equals) },
      { ALT: () => this.CONSUME(t.CompareSign) },
    ];
    return operatorOf(this.OR(either));
  });

  /** A word that stands for itself, in an alternative. */
  protected keyword(type: TokenType): { ALT: () => IToken } {
    return { ALT: () => this.CONSUME(type) };
  }
}

const operators = new Map<TokenType, CompareOperator>([
  [t.Equals, "="],
  [t.NotEquals, "!="],
  [t.Less, "<"],
  [t.LessEquals, "<="],
  [t.Greater, ">"],
  [t.GreaterEquals, ">="],
]);

// By type and not by text, so that `==`, which is reported, still reads as `=`.
const operatorOf = (token: IToken): CompareOperator => operators.get(token.tokenType) ?? "=";
