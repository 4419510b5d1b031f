// The rules of the fleet: clusters, pools, groups, links. It must not know apps or intents.
import type { Alternatives } from "./parser-base.ts";
import type { IOrAlt } from "chevrotain";
import type { ClusterEntry, FleetEntry, Peer, PoolEntry, Statement, TaintEntry, Word } from "./ast.ts";
import { PeerParser } from "./parser-peer.ts";
import * as t from "./tokens.ts";

type Price = Extract<ClusterEntry, { kind: "cost" }>["prices"][number];
type LabelOrFeature = Extract<ClusterEntry, { kind: "label" | "feature" }>;
type Plain = Extract<PoolEntry, { kind: "label" | "feature" | "resource" }>;

export class FleetParser extends PeerParser {
  readonly cluster = this.RULE("cluster", (): Statement => {
    const start = this.here();
    const entries: ClusterEntry[] = [];
    this.CONSUME(t.word.cluster);
    const name = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.clusterEntry)));
    this.CONSUME(t.CloseBrace);
    return { kind: "cluster", name, entries: this.exact(entries), span: this.since(start) };
  });

  private readonly clusterEntries: IOrAlt<ClusterEntry>[] = [
    { ALT: () => this.SUBRULE(this.context) },
    { ALT: () => this.SUBRULE(this.cost) },
    { ALT: () => this.SUBRULE(this.nodes) },
    { ALT: () => this.SUBRULE(this.networks) },
    { ALT: () => this.SUBRULE(this.podRanges) },
    { ALT: () => this.SUBRULE(this.api) },
    { ALT: () => this.SUBRULE(this.accepts) },
    { ALT: () => this.SUBRULE(this.labelOrFeature) },
  ];

  readonly clusterEntry = this.RULE("cluster entry", (): ClusterEntry =>
    this.OR<Alternatives<ClusterEntry>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true, // a word of the block is that word; quoted it is a feature
      DEF: this.clusterEntries,
    }),
  );

  /** `region = eu-west`, `sriov`. Resources are said of nodes, not of a cluster. */
  readonly labelOrFeature = this.RULE("label or feature", (): LabelOrFeature => {
    const start = this.here();
    const key = this.name(this.CONSUME(t.Key));
    let value: Word | undefined;
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      value = this.value(this.CONSUME(t.Value));
    });
    const span = this.since(start);
    return value === undefined ? { kind: "feature", name: key, span } : { kind: "label", key, value, span };
  });

  /** `region = eu-west`, `cpu 16`, `sriov`. */
  readonly plainEntry = this.RULE("label, resource or feature", (): Plain => {
    const start = this.here();
    const key = this.name(this.CONSUME(t.Key));
    let entry: Plain | undefined;
    this.OPTION(() => {
      entry = this.OR<Alternatives<Plain>>([
        {
          ALT: () => {
            this.CONSUME(t.Equals);
            const value = this.value(this.CONSUME(t.Value));
            return { kind: "label", key, value, span: this.since(start) };
          },
        },
        {
          ALT: () => {
            const amount = this.value(this.CONSUME(t.Figure));
            return { kind: "resource", resource: key, amount, span: this.since(start) };
          },
        },
      ]);
    });
    return entry ?? { kind: "feature", name: key, span: this.since(start) };
  });

  readonly context = this.RULE("context", (): ClusterEntry => {
    const start = this.here();
    this.CONSUME(t.word.context);
    const context = this.name(this.CONSUME(t.NameLike));
    return { kind: "context", context, span: this.since(start) };
  });

  readonly cost = this.RULE("cost", (): ClusterEntry => {
    const start = this.here();
    const prices: Price[] = [];
    this.CONSUME(t.word.cost);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => prices.push(this.SUBRULE(this.price)) });
    return { kind: "cost", prices: this.exact(prices), span: this.since(start) };
  });

  readonly price = this.RULE("price", (): Price => {
    const start = this.here();
    let resource: Word | undefined;
    this.OPTION(() => {
      resource = this.name(this.CONSUME(t.Key));
    });
    const price = this.value(this.CONSUME(t.NumberLike));
    return { ...(resource === undefined ? {} : { resource }), price, span: this.since(start) };
  });

  readonly nodes = this.RULE("nodes", (): ClusterEntry => {
    const start = this.here();
    const entries: PoolEntry[] = [];
    let count: Word | undefined;
    this.CONSUME(t.word.nodes);
    const name = this.name(this.CONSUME(t.NameLike));
    this.OPTION(() => {
      count = this.count(this.CONSUME(t.Count));
    });
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.poolEntry)));
    this.CONSUME(t.CloseBrace);
    return {
      kind: "nodes",
      name,
      ...(count === undefined ? {} : { count }),
      entries: this.exact(entries),
      span: this.since(start),
    };
  });

  private readonly poolEntries: IOrAlt<PoolEntry>[] = [
    { ALT: () => this.SUBRULE(this.taint) },
    { ALT: () => this.SUBRULE(this.plainEntry) },
  ];

  readonly poolEntry = this.RULE("pool entry", (): PoolEntry =>
    this.OR<Alternatives<PoolEntry>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true,
      DEF: this.poolEntries,
    }),
  );

  /** `taint accel-only`, `taint dedicated = upf NoExecute`. */
  readonly taint = this.RULE("taint", (): TaintEntry => {
    const start = this.here();
    let value: Word | undefined;
    let effect: Word | undefined;
    this.CONSUME(t.word.taint);
    const key = this.name(this.CONSUME(t.Key));
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      value = this.value(this.CONSUME(t.Value));
    });
    this.OPTION2(() => {
      effect = this.name(
        this.OR([
          this.keyword(t.word.NoSchedule),
          this.keyword(t.word.PreferNoSchedule),
          this.keyword(t.word.NoExecute),
        ]),
      );
    });
    return {
      kind: "taint",
      key,
      ...(value === undefined ? {} : { value }),
      ...(effect === undefined ? {} : { effect }),
      span: this.since(start),
    };
  });

  readonly networks = this.RULE("networks", (): ClusterEntry => {
    const start = this.here();
    this.CONSUME(t.word.networks);
    const names = this.SUBRULE(this.names);
    return { kind: "networks", names, span: this.since(start) };
  });

  readonly podRanges = this.RULE("pod ranges", (): ClusterEntry => {
    const start = this.here();
    this.CONSUME(t.word.pods);
    const ranges = this.SUBRULE(this.addresses);
    return { kind: "pods", ranges, span: this.since(start) };
  });

  readonly api = this.RULE("api", (): ClusterEntry => {
    const start = this.here();
    this.CONSUME(t.word.api);
    const addresses = this.SUBRULE(this.addresses);
    return { kind: "api", addresses, span: this.since(start) };
  });

  readonly addresses = this.RULE("addresses", (): Word[] => {
    const addresses: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => addresses.push(this.value(this.CONSUME(t.AddressLike))) });
    return this.exact(addresses);
  });

  readonly accepts = this.RULE("accepts", (): ClusterEntry => {
    const start = this.here();
    this.CONSUME(t.word.accepts);
    this.CONSUME(t.word.where);
    const condition = this.SUBRULE(this.condition);
    return { kind: "accepts", condition, span: this.since(start) };
  });

  readonly clustersFrom = this.RULE("clusters from", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.clusters);
    this.CONSUME(t.word.from);
    const path = this.value(this.CONSUME(t.PathLike));
    return { kind: "clusters-from", path, span: this.since(start) };
  });

  readonly group = this.RULE("group", (): Statement => {
    const start = this.here();
    this.CONSUME(t.word.group);
    const name = this.name(this.CONSUME(t.NameLike));
    return this.OR<Alternatives<Statement>>([
      {
        ALT: () => {
          this.CONSUME(t.word.where);
          const condition = this.SUBRULE(this.condition);
          return { kind: "group", name, condition, members: [], span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Equals);
          const members = this.SUBRULE(this.names);
          return { kind: "group", name, members, span: this.since(start) };
        },
      },
    ]);
  });

  readonly link = this.RULE("link", (): Statement => {
    const start = this.here();
    let latency: Word | undefined;
    let rate: Word | undefined;
    this.CONSUME(t.word.link);
    const a = this.name(this.CONSUME(t.NameLike));
    this.CONSUME(t.BothWays);
    const b = this.name(this.CONSUME2(t.NameLike));
    this.OPTION(() => {
      latency = this.duration(this.CONSUME(t.DurationLike));
    });
    this.OPTION2(() => {
      rate = this.value(this.CONSUME(t.RateLike));
    });
    return {
      kind: "link",
      a,
      b,
      ...(latency === undefined ? {} : { latency }),
      ...(rate === undefined ? {} : { rate }),
      span: this.since(start),
    };
  });

  readonly fleet = this.RULE("fleet", (): Statement => {
    const start = this.here();
    const entries: FleetEntry[] = [];
    this.CONSUME(t.word.fleet);
    this.CONSUME(t.OpenBrace);
    this.MANY(() => entries.push(this.SUBRULE(this.fleetEntry)));
    this.CONSUME(t.CloseBrace);
    return { kind: "fleet", entries: this.exact(entries), span: this.since(start) };
  });

  readonly fleetEntry = this.RULE("fleet entry", (): FleetEntry => {
    const start = this.here();
    return this.OR<Alternatives<FleetEntry>>([
      {
        ALT: () => {
          this.CONSUME(t.word.connectivity);
          const mode = this.name(this.CONSUME(t.NameLike));
          return { kind: "connectivity", mode, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.reserve);
          const share = this.value(this.CONSUME(t.PercentLike));
          return { kind: "reserve", share, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.resource);
          const name = this.name(this.CONSUME2(t.NameLike));
          this.CONSUME(t.Equals);
          const resource = this.name(this.CONSUME3(t.NameLike));
          return { kind: "resource", name, resource, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.feature);
          const name = this.name(this.CONSUME4(t.NameLike));
          this.CONSUME2(t.Equals);
          const label = this.name(this.CONSUME5(t.NameLike));
          return { kind: "feature", name, label, span: this.since(start) };
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.word.dns);
          const peers: Peer[] = this.SUBRULE(this.peers);
          return { kind: "dns", peers, span: this.since(start) };
        },
      },
    ]);
  });
}
