// The rules of apps, their workloads, and logical clouds. It must not know where anything runs.
import type { Alternatives } from "./parser-base.ts";
import type { IToken } from "chevrotain";
import type { AppEntry, CloudEntry, PortSpec, Statement, Word, WorkloadEntry } from "./ast.ts";
import { syntax } from "./diagnostics.ts";
import { FleetParser } from "./parser-fleet.ts";
import * as t from "./tokens.ts";

export class AppParser extends FleetParser {
  readonly app = this.RULE("app", (): Statement => {
    const start = this.here();
    const entries: AppEntry[] = [];
    let cloud: Word | undefined;
    let namespace: Word | undefined;
    this.CONSUME(t.word.app);
    const name = this.name(this.CONSUME(t.NameLike));
    this.OPTION(() => {
      this.CONSUME(t.word.of);
      cloud = this.name(this.CONSUME2(t.NameLike));
    });
    this.OPTION2(() => {
      this.CONSUME(t.word.in);
      namespace = this.name(this.CONSUME3(t.NameLike));
    });
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.appEntry)));
    this.CONSUME(t.CloseBrace);
    return {
      kind: "app",
      name,
      ...(cloud === undefined ? {} : { cloud }),
      ...(namespace === undefined ? {} : { namespace }),
      entries: this.exact(entries),
      span: this.since(start),
    };
  });

  readonly appEntry = this.RULE("app entry", (): AppEntry => {
    const start = this.here();
    return this.OR<Alternatives<AppEntry>>([
      { ALT: () => this.SUBRULE(this.workload) },
      {
        ALT: () => {
          this.CONSUME(t.word.manifests);
          const path = this.value(this.CONSUME(t.PathLike));
          return { kind: "manifests", path, span: this.since(start) };
        },
      },
      { ALT: () => this.SUBRULE(this.chart) },
      {
        ALT: () => {
          this.CONSUME(t.word.kustomization);
          const path = this.value(this.CONSUME2(t.PathLike));
          return { kind: "kustomization", path, span: this.since(start) };
        },
      },
    ]);
  });

  readonly chart = this.RULE("chart", (): AppEntry => {
    const start = this.here();
    let values: Word[] = [];
    this.CONSUME(t.word.chart);
    const path = this.value(this.CONSUME(t.PathLike));
    this.OPTION(() => {
      this.CONSUME(t.word.values);
      values = this.SUBRULE(this.paths);
    });
    return { kind: "chart", path, values, span: this.since(start) };
  });

  /** `workload amf { … }`, `workload nrf = Deployment/core-nrf needs cpu 4`. */
  readonly workload = this.RULE("workload", (): AppEntry => {
    const start = this.here();
    this.CONSUME(t.word.workload);
    const name = this.name(this.CONSUME(t.NameLike));
    return this.OR<Alternatives<AppEntry>>([
      {
        ALT: () => {
          const entries: WorkloadEntry[] = [];
          this.CONSUME(t.OpenBrace);
          this.MANY(() => entries.push(this.SUBRULE(this.workloadEntry)));
          this.CONSUME(t.CloseBrace);
          return { kind: "workload", name, entries: this.exact(entries), span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Equals);
          const reference = this.CONSUME2(t.NameLike);
          const needs =
            this.OPTION(() => {
              this.CONSUME(t.word.needs);
              return this.SUBRULE(this.amounts);
            }) ?? [];
          const { objectKind, objectName } = this.objectReference(reference);
          return { kind: "named-workload", name, objectKind, objectName, needs, span: this.since(start) };
        },
      },
    ]);
  });

  readonly workloadEntry = this.RULE("workload entry", (): WorkloadEntry => {
    const start = this.here();
    return this.OR<Alternatives<WorkloadEntry>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true, // `image` and `port` are entries; quoted they are features
      DEF: [
        {
          ALT: (): WorkloadEntry => {
            this.CONSUME(t.word.image);
            const image = this.name(this.CONSUME(t.NameLike));
            return { kind: "image", image, span: this.since(start) };
          },
        },
        {
          ALT: (): WorkloadEntry => {
            this.CONSUME(t.word.port);
            const name = this.name(this.CONSUME2(t.NameLike));
            const number = this.SUBRULE(this.port);
            const { port, protocol } = this.ACTION(() => this.singlePort(number)) ?? number;
            const rest = protocol === undefined ? {} : { protocol };
            return { kind: "port", name, number: port, ...rest, span: this.since(start) };
          },
        },
        { ALT: () => this.SUBRULE(this.plainEntry) },
      ],
    });
  });

  readonly cloud = this.RULE("cloud", (): Statement => {
    const start = this.here();
    const entries: CloudEntry[] = [];
    this.CONSUME(t.word.cloud);
    const name = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.cloudEntry)));
    this.CONSUME(t.CloseBrace);
    return { kind: "cloud", name, entries: this.exact(entries), span: this.since(start) };
  });

  readonly cloudEntry = this.RULE("cloud entry", (): CloudEntry => {
    const start = this.here();
    return this.OR<Alternatives<CloudEntry>>([
      {
        ALT: () => {
          this.CONSUME(t.word.namespace);
          const name = this.name(this.CONSUME(t.NameLike));
          return { kind: "namespace", name, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.clusters);
          this.CONSUME(t.word.where);
          const condition = this.SUBRULE(this.condition);
          return { kind: "clusters", condition, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.quota);
          const amounts = this.SUBRULE(this.amounts);
          return { kind: "quota", amounts, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          const role = this.SUBRULE(this.role);
          const names = this.SUBRULE(this.names);
          return { kind: role, names, span: this.since(start) };
        },
      },
    ]);
  });

  readonly role = this.RULE("role", (): "admin" | "editor" | "viewer" =>
    this.OR([
      { ALT: (): "admin" => (this.CONSUME(t.word.admin), "admin") },
      { ALT: (): "editor" => (this.CONSUME(t.word.editor), "editor") },
      { ALT: (): "viewer" => (this.CONSUME(t.word.viewer), "viewer") },
    ]),
  );

  /** A workload's port has one number: a range or a name is refused. */
  private singlePort(port: PortSpec): PortSpec {
    const isNumber = port.port.form === "number" || port.port.form === "parameter";
    if (!isNumber || port.end !== undefined) this.found.push(syntax["port-number"](port.span, []));
    return port;
  }

  /** `Deployment/core-nrf` is one token; names of objects have no slash, so the last one parts kind and name. */
  private objectReference(token: IToken): { objectKind: Word; objectName: Word } {
    const whole = this.name(token);
    const slash = whole.text.lastIndexOf("/");
    if (!this.RECORDING_PHASE && (slash < 1 || slash === whole.text.length - 1 || whole.form === "parameter")) {
      this.found.push(syntax["object-reference"](whole.span, [token.image]));
    }
    const inner = whole.span.start + (whole.form === "string" ? 1 : 0) + slash;
    const { file, start, end } = whole.span;
    return {
      objectKind: { ...whole, text: whole.text.slice(0, slash), span: { file, start, end: inner } },
      objectName: { ...whole, text: whole.text.slice(slash + 1), span: { file, start: inner + 1, end } },
    };
  }
}
