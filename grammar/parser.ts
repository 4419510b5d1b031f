// The whole grammar: a statement is one of these. It must not know how statements are cut from a file.
import type { Alternatives } from "./parser-base.ts";
import type { IOrAlt } from "chevrotain";
import type { Statement } from "./ast.ts";
import { ActionParser } from "./parser-action.ts";
import * as t from "./tokens.ts";

export class IntentParser extends ActionParser {
  constructor(skipValidations = true) {
    super(skipValidations);
    this.performSelfAnalysis();
  }

  readonly use = this.RULE("use", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.use);
    const path = this.value(this.CONSUME(t.PathLike));
    return { kind: "use", path, span: this.since(start) };
  });

  readonly param = this.RULE("param", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.param);
    const name = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.Equals);
    const value = this.value(this.CONSUME(t.Value));
    return { kind: "param", name, value, span: this.since(start) };
  });

  private readonly statements: IOrAlt<Statement>[] = [
    { ALT: () => this.SUBRULE(this.use) },
    { ALT: () => this.SUBRULE(this.param) },
    { ALT: () => this.SUBRULE(this.cluster) },
    { ALT: () => this.SUBRULE(this.clustersFrom) },
    { ALT: () => this.SUBRULE(this.group) },
    { ALT: () => this.SUBRULE(this.link) },
    { ALT: () => this.SUBRULE(this.fleet) },
    { ALT: () => this.SUBRULE(this.app) },
    { ALT: () => this.SUBRULE(this.cloud) },
    { ALT: () => this.SUBRULE(this.run) },
    { ALT: () => this.SUBRULE(this.forbid) },
    { ALT: () => this.SUBRULE(this.minimize) },
    { ALT: () => this.SUBRULE(this.move) },
    { ALT: () => this.SUBRULE(this.allow) },
    { ALT: () => this.SUBRULE(this.deny) },
    { ALT: () => this.SUBRULE(this.isolate) },
    { ALT: () => this.SUBRULE(this.network) },
    { ALT: () => this.SUBRULE(this.attach) },
    { ALT: () => this.SUBRULE(this.chain) },
    { ALT: () => this.SUBRULE(this.expose) },
    { ALT: () => this.SUBRULE(this.mesh) },
    { ALT: () => this.SUBRULE(this.connect) },
    { ALT: () => this.SUBRULE(this.set) },
    { ALT: () => this.SUBRULE(this.configure) },
    { ALT: () => this.SUBRULE(this.patch) },
    { ALT: () => this.SUBRULE(this.object) },
    { ALT: () => this.SUBRULE(this.scale) },
    { ALT: () => this.SUBRULE(this.monitor) },
    { ALT: () => this.SUBRULE(this.start) },
    { ALT: () => this.SUBRULE(this.rollOut) },
    { ALT: () => this.SUBRULE(this.intent) },
    { ALT: () => this.SUBRULE(this.expect) },
  ];

  readonly statement = this.RULE("statement", (): Statement => this.OR<Alternatives<Statement>>(this.statements));
}

let shared: IntentParser | undefined;

/** The one parser, built when it is first needed: building costs about what importing Chevrotain does. */
export function sharedParser(): IntentParser {
  shared ??= new IntentParser();
  return shared;
}
