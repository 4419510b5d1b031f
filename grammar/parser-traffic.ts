// The rules of traffic and networks: `allow` to `connect`. It must not know what a policy is.
import type { Alternatives } from "./parser-base.ts";
import type { NetworkEntry, Peer, PortSpec, Statement, Word } from "./ast.ts";
import { PlacementParser } from "./parser-placement.ts";
import * as t from "./tokens.ts";

interface Flow {
  readonly from: readonly Peer[];
  readonly to: readonly Peer[];
  readonly both: boolean;
  readonly ports: readonly PortSpec[];
}
type Route = Extract<NetworkEntry, { kind: "routes" }>["routes"][number];
type Setting = Extract<Statement, { kind: "mesh" }>["settings"][number];

export class TrafficParser extends PlacementParser {
  readonly flow = this.RULE("flow", (): Flow => {
    let both = false;
    let ports: PortSpec[] = [];
    const from = this.SUBRULE(this.peers);
    this.OR([
      { ALT: () => this.CONSUME(t.Arrow) },
      {
        ALT: () => {
          this.CONSUME(t.BothWays);
          both = true;
        },
      },
    ]);
    const to = this.SUBRULE2(this.peers);
    this.OPTION(() => {
      this.CONSUME(t.word.on);
      ports = this.SUBRULE(this.ports);
    });
    return { from, to, both, ports };
  });

  readonly allow = this.RULE("allow", (): Statement => {
    const start = this.here();
    let over: Word | undefined;
    this.CONSUME(t.word.allow);
    const { from, to, both, ports } = this.SUBRULE(this.flow);
    this.OPTION(() => {
      this.CONSUME(t.word.over);
      over = this.name(this.CONSUME(t.NameLike));
    });
    return { kind: "allow", from, to, both, ports, ...(over === undefined ? {} : { over }), span: this.since(start) };
  });

  readonly deny = this.RULE("deny", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.deny);
    const { from, to, both, ports } = this.SUBRULE(this.flow);
    return { kind: "deny", from, to, both, ports, span: this.since(start) };
  });

  readonly isolate = this.RULE("isolate", (): Statement => {
    const start = this.here();
    let direction: "both" | "ingress" | "egress" = "both";
    this.CONSUME(t.word.isolate);
    const target = this.SUBRULE(this.target);
    this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.word.ingress);
            direction = "ingress";
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.word.egress);
            direction = "egress";
          },
        },
      ]),
    );
    return { kind: "isolate", target, direction, span: this.since(start) };
  });

  readonly network = this.RULE("network", (): Statement => {
    const start = this.here();
    const entries: NetworkEntry[] = [];
    this.CONSUME(t.word.network);
    const name = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.networkEntry)));
    this.CONSUME(t.CloseBrace);
    return { kind: "network", name, entries: this.exact(entries), span: this.since(start) };
  });

  readonly networkEntry = this.RULE("network entry", (): NetworkEntry => {
    const start = this.here();
    return this.OR<Alternatives<NetworkEntry>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true, // the entries' own words come before the name of a driver
      DEF: [
        {
          ALT: (): NetworkEntry => {
            this.CONSUME(t.word.cidr);
            const cidr = this.value(this.CONSUME(t.AddressLike));
            return { kind: "cidr", cidr, span: this.since(start) };
          },
        },
        {
          ALT: (): NetworkEntry => {
            this.CONSUME(t.word.vlan);
            const value = this.value(this.CONSUME(t.NumberLike));
            return { kind: "vlan", value, span: this.since(start) };
          },
        },
        {
          ALT: (): NetworkEntry => {
            this.CONSUME(t.word.gateway);
            const value = this.value(this.CONSUME2(t.AddressLike));
            return { kind: "gateway", value, span: this.since(start) };
          },
        },
        {
          ALT: (): NetworkEntry => {
            const routes: Route[] = [];
            this.CONSUME(t.word.routes);
            this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => routes.push(this.SUBRULE(this.route)) });
            return { kind: "routes", routes: this.exact(routes), span: this.since(start) };
          },
        },
        {
          ALT: (): NetworkEntry => {
            const driver = this.name(this.CONSUME(t.Key));
            const device = this.OPTION(() => {
              this.CONSUME(t.word.on);
              return this.name(this.CONSUME(t.NameLike));
            });
            return { kind: "driver", driver, ...(device === undefined ? {} : { device }), span: this.since(start) };
          },
        },
      ],
    });
  });

  /** `10.60.0.0/16 via 10.10.3.254`. */
  readonly route = this.RULE("route", (): Route => {
    const start = this.here();
    let via: Word | undefined;
    const to = this.value(this.CONSUME(t.AddressLike));
    this.OPTION(() => {
      this.CONSUME(t.word.via);
      via = this.value(this.CONSUME2(t.AddressLike));
    });
    return { to, ...(via === undefined ? {} : { via }), span: this.since(start) };
  });

  readonly attach = this.RULE("attach", (): Statement => {
    const start = this.here();
    let address: Word | undefined;
    let interfaceName: Word | undefined;
    this.CONSUME(t.word.attach);
    const target = this.SUBRULE(this.target);
    this.CONSUME(t.word.to);
    const network = this.name(this.CONSUME(t.NameLike));
    this.OPTION(() => {
      this.CONSUME(t.word.at);
      address = this.value(this.CONSUME(t.AddressLike));
    });
    this.OPTION2(() => {
      this.CONSUME(t.word.as);
      interfaceName = this.name(this.CONSUME2(t.NameLike));
    });
    return {
      kind: "attach",
      target,
      network,
      ...(address === undefined ? {} : { address }),
      ...(interfaceName === undefined ? {} : { interfaceName }),
      span: this.since(start),
    };
  });

  readonly chain = this.RULE("chain", (): Statement => {
    const start = this.here();
    const stops: Peer[] = [];
    this.CONSUME(t.word.chain);
    stops.push(this.SUBRULE(this.stop));
    this.AT_LEAST_ONE(() => {
      this.CONSUME(t.Arrow);
      stops.push(this.SUBRULE2(this.stop));
    });
    return { kind: "chain", stops: this.exact(stops), span: this.since(start) };
  });

  /** One peer; a list of workloads is one. */
  readonly stop = this.RULE("stop", (): Peer => {
    const start = this.here();
    const peers = this.SUBRULE(this.peers);
    return this.ACTION(() => this.onePeer(peers, start));
  });

  readonly expose = this.RULE("expose", (): Statement => {
    const start = this.here();
    let port: PortSpec | undefined;
    let as: Word | undefined;
    this.CONSUME(t.word.expose);
    const target = this.SUBRULE(this.target);
    this.OPTION(() => {
      this.CONSUME(t.word.on);
      port = this.SUBRULE(this.port);
    });
    this.OPTION2(() => {
      this.CONSUME(t.word.as);
      as = this.name(this.CONSUME(t.NameLike));
    });
    return {
      kind: "expose",
      target,
      ...(port === undefined ? {} : { port }),
      ...(as === undefined ? {} : { as }),
      span: this.since(start),
    };
  });

  readonly mesh = this.RULE("mesh", (): Statement => {
    const start = this.here();
    const settings: Setting[] = [];
    this.CONSUME(t.word.mesh);
    const app = this.name(this.CONSUME(t.NameLike));
    this.MANY(() => settings.push(this.SUBRULE(this.setting)));
    return { kind: "mesh", app, settings: this.exact(settings), span: this.since(start) };
  });

  /** `mtls strict`. */
  readonly setting = this.RULE("setting", (): Setting => {
    const start = this.here();
    const key = this.name(this.CONSUME(t.Key));
    const value = this.value(this.CONSUME(t.Value));
    return { key, value, span: this.since(start) };
  });

  readonly connect = this.RULE("connect", (): Statement => {
    const start = this.here();
    let encrypted = false;
    this.CONSUME(t.word.connect);
    const from = this.SUBRULE(this.names);
    this.CONSUME(t.word.to);
    const to = this.SUBRULE2(this.names);
    this.OPTION(() => {
      this.CONSUME(t.word.encrypted);
      encrypted = true;
    });
    return { kind: "connect", from, to, encrypted, span: this.since(start) };
  });
}
