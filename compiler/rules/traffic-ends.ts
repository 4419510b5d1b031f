// Ends of traffic rules that no policy can hold: pods on the host's network, `internet` without pod ranges, `kubernetes` without addresses.
import type { Diagnostic, Span } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { PeerIr } from "../ir.ts";
import type { Checked } from "./rule.ts";

export function* trafficEnds({ ir, names }: Checked): Generator<Diagnostic> {
  const withoutRanges = ir.fleet.clusters.filter((c) => c.podRanges.length === 0);
  const withoutAddresses = ir.fleet.clusters.filter((c) => c.apiAddresses.length === 0);
  const said = new Set<string>();
  const problem = (peer: PeerIr, span: Span): Diagnostic | undefined => {
    const workload = peer.kind === "workload" ? names.workloads.get(peer.workload) : undefined;
    if (workload?.hostNetwork === true) return diagnose["host-network"](span, [workload.name]);
    const lacking = peer.kind === "internet" ? withoutRanges : peer.kind === "kubernetes" ? withoutAddresses : [];
    const [first] = lacking;
    if (first === undefined) return undefined;
    const code = peer.kind === "internet" ? "internet-needs-ranges" : "kubernetes-needs-addresses";
    return diagnose[code](span, [lacking.map((c) => c.name)], {
      related: [{ message: `\`${first.name}\``, span: first.span }],
    });
  };
  for (const { from, to, span } of ir.traffic) {
    for (const peer of [from, to]) {
      const diagnostic = problem(peer, span);
      const key = diagnostic === undefined ? "" : `${span.file} ${span.start} ${diagnostic.message}`;
      if (diagnostic === undefined || said.has(key)) continue;
      said.add(key);
      yield diagnostic;
    }
  }
  for (const { workload, span } of ir.isolates) {
    const diagnostic = problem({ kind: "workload", workload }, span);
    if (diagnostic !== undefined) yield diagnostic;
  }
}
