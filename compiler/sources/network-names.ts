// Which secondary networks a pod asks for (Multus). It must not know NetworkAttachmentDefinitions themselves.
// Source: https://github.com/k8snetworkplumbingwg/multi-net-spec, version 1.3, section 4.1: the annotation's short and JSON forms.
import type { Reference } from "./references.ts";
import { isRecord } from "./view.ts";
import type { Json } from "./yaml.ts";

const ANNOTATIONS: readonly string[] = ["k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network"];

/** `n3`, `telco/n3@net1, n4`, or a JSON list of `{ "name": "n3", "namespace": "telco" }`; each once. */
export function networkNames(annotations: Readonly<Record<string, Json>>, namespace: string): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const key of ANNOTATIONS) {
    const value = annotations[key];
    if (typeof value !== "string") continue;
    for (const { name, space } of namesIn(value.trim())) {
      const reference = { kind: "NetworkAttachmentDefinition", name, namespace: space ?? namespace, optional: false };
      found.set(`${reference.namespace}/${name}`, reference);
    }
  }
  return [...found.values()];
}

function namesIn(value: string): readonly { readonly name: string; readonly space: string | undefined }[] {
  if (!value.startsWith("[") && !value.startsWith("{")) {
    return value.split(",").flatMap((part) => {
      const [space, name] = part.trim().split("@")[0]!.includes("/")
        ? part.trim().split("@")[0]!.split("/", 2)
        : [undefined, part.trim().split("@")[0]];
      return name === undefined || name === "" ? [] : [{ name, space }];
    });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    return [];
  }
  return (Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]).flatMap((entry) => {
    if (!isRecord(entry) || typeof entry["name"] !== "string" || entry["name"] === "") return [];
    return [
      {
        name: entry["name"],
        space: typeof entry["namespace"] === "string" && entry["namespace"] !== "" ? entry["namespace"] : undefined,
      },
    ];
  });
}
