// Documents → Kubernetes objects: lists unpacked, the bare minimum of an object's shape checked. It must not know what kinds mean.
import type { Diagnostic, Phase, Span } from "../../grammar/index.ts";
import type { KubernetesObject } from "../ir.ts";
import { say } from "./diagnostics.ts";
import { isRecord } from "./view.ts";
import type { Path } from "./view.ts";
import type { Json, YamlDocument } from "./yaml.ts";

/** An object as it was read, before anyone knows which namespace it lands in. */
export interface SourceObject {
  readonly object: KubernetesObject;
  readonly file: string;
  /** Where it is, or the statement that caused it when it is in no file that people wrote. */
  readonly span: Span;
  readonly place: (path: Path) => Span;
  /** The entry of the app that brought it. */
  readonly entry: Span;
  /** Shared with the other objects of its entry; Helm's hooks only mean something where Helm was meant. */
  readonly from: "manifests" | "chart" | "kustomization" | "inline";
}

type Found = Omit<SourceObject, "file" | "entry" | "from">;

/** Objects of the documents of one text. `List`s are unpacked; what is not an object is said and left out. */
export function objectsOf(documents: readonly YamlDocument[]): Phase<readonly Found[]> {
  const value: Found[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const document of documents) collect(document.value, [], document, value, diagnostics);
  return { value, diagnostics };
}

function collect(json: Json, path: Path, document: YamlDocument, found: Found[], diagnostics: Diagnostic[]): void {
  const refuse = (at: Path, problem: string) =>
    diagnostics.push(say["not-an-object"](at.length === 0 ? firstWords(document) : document.place(at), [problem]));
  if (!isRecord(json)) {
    refuse(path, "it is not a mapping");
    return;
  }
  const { apiVersion, kind } = json;
  if (typeof apiVersion !== "string" || apiVersion === "" || typeof kind !== "string" || kind === "") {
    const missing = typeof kind !== "string" || kind === "" ? "kind" : "apiVersion";
    refuse([...path, missing], `it has no \`${missing}\``);
    return;
  }
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(\/[a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/.test(apiVersion)) {
    refuse([...path, "apiVersion"], `\`${shorten(apiVersion)}\` is not an apiVersion such as \`apps/v1\``);
    return;
  }
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) {
    refuse([...path, "kind"], `\`${shorten(kind)}\` is not a kind such as \`Deployment\``);
    return;
  }
  if (apiVersion.startsWith("kustomize.config.k8s.io/")) {
    refuse([...path, "kind"], "it is a kustomization; name its directory with `kustomization`");
    return;
  }
  if (kind.endsWith("List") && Array.isArray(json["items"])) {
    (json["items"] as readonly Json[]).forEach((item, i) =>
      collect(withKind(item, apiVersion, kind), [...path, "items", i], document, found, diagnostics),
    );
    return;
  }
  const problem = metadataProblem(json["metadata"]);
  if (problem !== undefined) {
    refuse([...path, ...problem.path], `\`${kind}\` ${problem.text}`);
    return;
  }
  const place = (below: Path): Span => document.place([...path, ...below]);
  found.push({ object: json as unknown as KubernetesObject, span: place(["metadata", "name"]), place });
}

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** A whole document would underline pages. */
const firstWords = ({ span }: YamlDocument): Span => ({ ...span, end: Math.min(span.end, span.start + 40) });

/** Items of a typed list (`ConfigMapList`) may leave out what the list says for all. */
function withKind(item: Json, apiVersion: string, kind: string): Json {
  if (kind === "List" || !isRecord(item) || item["kind"] !== undefined || item["apiVersion"] !== undefined) return item;
  return { apiVersion, kind: kind.slice(0, -"List".length), ...item };
}

interface MetadataProblem {
  readonly path: Path;
  readonly text: string;
}

function metadataProblem(metadata: Json | undefined): MetadataProblem | undefined {
  const at = (field: string, text: string): MetadataProblem => ({ path: ["metadata", field], text });
  if (!isRecord(metadata)) return { path: ["metadata"], text: "has no `metadata`" };
  const { name, namespace } = metadata;
  if (name === undefined && metadata["generateName"] !== undefined) {
    return at("generateName", "has a `generateName` only; what is planned and compared needs a `name`");
  }
  if (typeof name !== "string" || name === "")
    return at("name", "has no `metadata.name`, or one that is not a text; quote it");
  if (name.length > 253 || /[/%\s]/.test(name) || name === "." || name === "..")
    return at("name", `has the name \`${shorten(name)}\`, which no cluster takes`);
  if (namespace !== undefined && namespace !== null && typeof namespace !== "string")
    return at("namespace", "has a `metadata.namespace` that is not a text; quote it");
  if (typeof namespace === "string" && namespace !== "" && !isLabelName(namespace))
    return at("namespace", `has the namespace \`${shorten(namespace)}\`, which no cluster takes`);
  for (const field of ["labels", "annotations"]) {
    const map = metadata[field];
    if (map === undefined || map === null) continue;
    if (!isRecord(map)) return at(field, `has \`metadata.${field}\` that are not a mapping`);
    const wrong = Object.entries(map).find(([, value]) => typeof value !== "string" && value !== null);
    if (wrong !== undefined)
      return {
        path: ["metadata", field, wrong[0]],
        text: `has the ${field.slice(0, -1)} \`${wrong[0]}\` that is not a text; put \`${JSON.stringify(wrong[1])}\` into quotes`,
      };
  }
  return undefined;
}

/** RFC 1123 label: namespaces, most names of workloads. */
export const isLabelName = (name: string): boolean => name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
