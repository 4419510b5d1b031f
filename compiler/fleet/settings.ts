// `fleet { … }`: connectivity, reserve, and what short words mean on nodes. Every fleet block adds up. It must not know clusters.
import type { Diagnostic, FleetEntry, Peer, Phase, Span, Word } from "../../grammar/index.ts";
import { diagnose } from "../diagnostics.ts";
import type { Connectivity } from "../ir.ts";
import type { Suggest } from "../near-names.ts";
import type { Declarations } from "../reading/declare.ts";
import { percent } from "../reading/words.ts";

export interface Settings {
  readonly connectivity: Connectivity;
  readonly reserve: number;
  readonly resourceNames: Readonly<Record<string, string>>;
  readonly featureLabels: Readonly<Record<string, { readonly key: string; readonly value: string }>>;
  /** Peers as written; they may name workloads, which are not known yet. */
  readonly dns: readonly Peer[];
}

const MODES: readonly Connectivity[] = ["none", "mcs", "istio", "cilium", "submariner", "flat"];

export function readSettings(declarations: Declarations, suggest: Suggest): Phase<Settings> {
  const diagnostics: Diagnostic[] = [];
  const said = new Map<string, { readonly text: string; readonly span: Span }>();
  let connectivity: Connectivity = "none";
  let reserve = 0;
  const resourceNames: Record<string, string> = { gpu: "nvidia.com/gpu" };
  const featureLabels: Record<string, { key: string; value: string }> = {};
  const dns: Peer[] = [];

  /** The first to say something has it; a second one is a conflict, or a repetition. */
  const first = (what: string, word: Word, span: Span): boolean => {
    const before = said.get(what);
    said.set(what, before ?? { text: word.text, span });
    if (before === undefined) return true;
    const related = [{ message: "the first one", span: before.span }];
    diagnostics.push(
      before.text === word.text
        ? diagnose["repeated"](span, [`\`${what}\``], { related })
        : diagnose["said-twice"](span, [`\`${what}\``, before.text, word.text], { related }),
    );
    return false;
  };

  const read = (entry: FleetEntry): void => {
    switch (entry.kind) {
      case "connectivity":
        if (!first("connectivity", entry.mode, entry.span)) return;
        connectivity = MODES.find((m) => m === entry.mode.text) ?? unknownMode(entry.mode, suggest, diagnostics);
        return;
      case "reserve": {
        if (!first("reserve", entry.share, entry.span)) return;
        const share = percent(entry.share, (d) => diagnostics.push(d));
        if (share !== undefined && share >= 1)
          diagnostics.push(diagnose["wrong-form"](entry.share.span, [entry.share.text, "keeps every node empty"]));
        else reserve = share ?? 0;
        return;
      }
      case "resource":
        if (first(`resource ${entry.name.text}`, entry.resource, entry.span))
          resourceNames[entry.name.text] = entry.resource.text;
        return;
      case "feature": {
        if (!first(`feature ${entry.name.text}`, entry.label, entry.span)) return;
        const match = /^([^=\s]+)=([^=\s]*)$/.exec(entry.label.text);
        if (match === null) diagnostics.push(diagnose["bad-feature-label"](entry.label.span, [entry.label.text]));
        else featureLabels[entry.name.text] = { key: match[1] ?? "", value: match[2] ?? "" };
        return;
      }
      case "dns":
        dns.push(...entry.peers);
    }
  };
  for (const statement of declarations.of("fleet")) statement.entries.forEach(read);
  return { value: { connectivity, reserve, resourceNames, featureLabels, dns }, diagnostics };
}

function unknownMode(mode: Word, suggest: Suggest, diagnostics: Diagnostic[]): Connectivity {
  const near = suggest(mode.text, MODES);
  const help =
    near === undefined
      ? {}
      : {
          help: `did you mean \`${near}\`?`,
          fix: { title: `write \`${near}\``, edits: [{ span: mode.span, text: near }] },
        };
  diagnostics.push(diagnose["unknown-mode"](mode.span, ["connectivity", mode.text, MODES], help));
  return "none";
}
