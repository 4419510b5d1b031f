// The rules of who talks: workloads, the internet, ranges of addresses, foreign pods. It must not know who may talk to whom.
import type { Alternatives } from "./parser-base.ts";
import type { KeyValue, Peer, Target, Word } from "./ast.ts";
import { syntax } from "./diagnostics.ts";
import { BaseParser } from "./parser-base.ts";
import * as t from "./tokens.ts";

export class PeerParser extends BaseParser {
  /** `amf, internet, 10.0.0.0/8`: workloads that stand side by side are one target. */
  readonly peers = this.RULE("peers", (): Peer[] => {
    const start = this.here();
    const peers: Peer[] = [];
    let except: Word[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => peers.push(this.SUBRULE(this.peer)) });
    this.OPTION(() => {
      this.CONSUME(t.word.except);
      except = this.SUBRULE(this.names);
    });
    return this.ACTION(() => {
      if (except.length > 0 && peers.at(-1)?.kind !== "target") {
        this.found.push(syntax["except-of-nothing"](except[0]!.span, []));
      }
      return joinTargets(peers, except, this.since(start).end);
    });
  });

  readonly peer = this.RULE("peer", (): Peer => {
    const start = this.here();
    return this.OR<Alternatives<Peer>>({
      MAX_LOOKAHEAD: 1,
      IGNORE_AMBIGUITIES: true, // a workload of such a name is quoted
      DEF: [
        {
          ALT: (): Peer => {
            this.CONSUME(t.word.anywhere);
            return { kind: "anywhere", span: this.since(start) };
          },
        },
        {
          ALT: (): Peer => {
            this.CONSUME(t.word.internet);
            return { kind: "internet", span: this.since(start) };
          },
        },
        {
          ALT: (): Peer => {
            this.CONSUME(t.word.kubernetes);
            return { kind: "kubernetes", span: this.since(start) };
          },
        },
        { ALT: (): Peer => ({ kind: "range", cidr: this.value(this.CONSUME(t.Address)), span: this.since(start) }) },
        { ALT: () => this.SUBRULE(this.foreignPods) },
        {
          ALT: (): Peer => {
            const item = this.SUBRULE(this.targetItem);
            const span = this.since(start);
            return { kind: "target", target: { items: [item], except: [], span }, span };
          },
        },
      ],
    });
  });

  /** `pods (app = prometheus) in monitoring`. */
  readonly foreignPods = this.RULE("foreign pods", (): Peer => {
    const start = this.here();
    const labels: KeyValue[] = [];
    this.CONSUME(t.word.pods);
    this.OPTION(() => {
      this.CONSUME(t.OpenParen);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => labels.push(this.SUBRULE(this.keyValue)) });
      this.CONSUME(t.CloseParen);
    });
    this.CONSUME(t.word.in);
    const namespace = this.name(this.CONSUME(t.NameLike));
    return { kind: "pods", labels: this.exact(labels), namespace, span: this.since(start) };
  });

  /** The peers of a place that has room for one: a list of workloads is one target. */
  protected onePeer(peers: readonly Peer[], start: number): Peer {
    if (peers.length > 1) this.found.push(syntax["mixed-stop"](this.since(start), []));
    return peers[0]!;
  }
}

function joinTargets(peers: readonly Peer[], except: readonly Word[], end: number): Peer[] {
  const joined: Peer[] = [];
  for (const peer of peers) {
    const last = joined.at(-1);
    if (peer.kind !== "target" || last?.kind !== "target") joined.push(peer);
    else joined[joined.length - 1] = targetPeer([...last.target.items, ...peer.target.items], [], last, peer.span.end);
  }
  const last = joined.at(-1);
  if (except.length > 0 && last?.kind === "target") {
    joined[joined.length - 1] = targetPeer(last.target.items, except, last, end);
  }
  return joined.slice();
}

function targetPeer(items: Target["items"], except: Target["except"], first: Peer, end: number): Peer {
  const span = { ...first.span, end };
  return { kind: "target", target: { items, except, span }, span };
}
