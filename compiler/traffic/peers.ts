// Ends of a traffic rule as written → peers of the IR. It must not know ports, nor which end it is.
import type { Peer, Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { PeerIr } from "../ir.ts";
import { resolveTarget } from "../reading/targets.ts";
import type { Names } from "../reading/targets.ts";
import { canonicalRange } from "../reading/words.ts";
import type { Say } from "../reading/words.ts";

export interface ResolvedPeer {
  readonly peer: PeerIr;
  /** A text that is equal for equal peers, for indices. */
  readonly key: string;
  /** The app whose name brought it, when it was not named itself. */
  readonly app: string | undefined;
  readonly span: Span;
}

export interface ResolvedPeers {
  readonly peers: readonly ResolvedPeer[];
  /** One peer that is named itself: no list, no app. */
  readonly single: boolean;
}

export function resolvePeers(written: readonly Peer[], names: Names, say: Say): ResolvedPeers {
  const found = new Map<string, ResolvedPeer>();
  let single = written.length === 1;
  const add = (peer: PeerIr, span: Span, app?: string) => {
    const key = keyOf(peer);
    if (!found.has(key)) found.set(key, { peer, key, app, span });
  };
  for (const peer of written) {
    switch (peer.kind) {
      case "target": {
        const target = resolveTarget(peer.target, names, say);
        single &&= target.single;
        for (const [workload, item] of target.words)
          add({ kind: "workload", workload }, item.span, item.kind === "app" ? item.name.text : undefined);
        break;
      }
      case "range": {
        const cidr = canonicalRange(peer.cidr.text);
        if (cidr === undefined) say(diagnose["bad-range"](peer.cidr.span, [peer.cidr.text]));
        else add({ kind: "range", cidr }, peer.span);
        break;
      }
      case "pods": {
        const labels: Record<string, string> = {};
        for (const { key, value } of peer.labels.toSorted((a, b) => (a.key.text < b.key.text ? -1 : 1))) {
          if (Object.hasOwn(labels, key.text))
            say(diagnose["said-twice"](key.span, [`\`${key.text}\``, labels[key.text] ?? "", value.text]));
          else labels[key.text] = value.text;
        }
        add({ kind: "pods", labels, namespace: peer.namespace.text }, peer.span);
        break;
      }
      default:
        add({ kind: peer.kind }, peer.span);
    }
  }
  return { peers: [...found.values()], single };
}

function keyOf(peer: PeerIr): string {
  if (peer.kind === "workload") return peer.workload;
  return peer.kind === "range" ? `range ${peer.cidr}` : JSON.stringify(peer);
}

/** A peer as people write it. */
export function showPeer(peer: PeerIr): string {
  switch (peer.kind) {
    case "workload":
      return peer.workload.slice(peer.workload.indexOf("/") + 1);
    case "range":
      return peer.cidr;
    case "pods": {
      const labels = Object.entries(peer.labels).map(([k, v]) => `${k} = ${v}`);
      return `pods ${labels.length === 0 ? "" : `(${labels.join(", ")}) `}in ${peer.namespace}`;
    }
    default:
      return peer.kind;
  }
}
