// Remembers what was read: to show diagnostics in their source, and to recognise a plan whose inputs have changed.
import { createHash } from "node:crypto";
import type { Host } from "../compiler/index.ts";

/** Wraps a host so that everything read is kept for showing diagnostics, and digested for recognising a stale plan. */
export function recording(host: Host): { host: Host; sources: Map<string, string>; digest: () => string } {
  const sources = new Map<string, string>();
  const rendered = new Map<string, string>();
  const recordingHost: Host = {
    ...host,
    read(path) {
      const result = host.read(path);
      if (result.ok) sources.set(path, result.text);
      return result;
    },
    helm(chart, values, release, namespace) {
      const result = host.helm(chart, values, release, namespace);
      if (result.ok) rendered.set(`helm ${chart} ${values.join(" ")} ${release} ${namespace}`, result.text);
      return result;
    },
    kustomize(path) {
      const result = host.kustomize(path);
      if (result.ok) rendered.set(`kustomize ${path}`, result.text);
      return result;
    },
  };
  const digest = (): string => {
    const hash = createHash("sha256");
    for (const [name, text] of [...sources, ...rendered].sort(([a], [b]) => (a < b ? -1 : 1)))
      hash.update(`${name}\0${text}\0`);
    return hash.digest("hex");
  };
  return { host: recordingHost, sources, digest };
}
