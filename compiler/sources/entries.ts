// The entries of an app → the objects that they bring, through the host. It must not know what the objects mean.
import type { AppEntry, Diagnostic, Phase, Span } from "../../grammar/index.ts";
import type { Host, ReadResult } from "../host.ts";
import { say } from "./diagnostics.ts";
import { withoutHooks } from "./helm-hooks.ts";
import { pathFrom } from "./path.ts";
import { objectsOf } from "./source-object.ts";
import type { SourceObject } from "./source-object.ts";
import { readYaml } from "./yaml.ts";

type FileEntry = Extract<AppEntry, { kind: "manifests" | "chart" | "kustomization" }>;

/** The objects of a `manifests`, `chart` or `kustomization` entry. `release` and `namespace` are what a chart is rendered for. */
export function entryObjects(
  entry: FileEntry,
  host: Host,
  release: string,
  namespace: string,
): Phase<readonly SourceObject[]> {
  switch (entry.kind) {
    case "manifests":
      return manifestObjects(entry, host);
    case "chart": {
      const chart = entry.path.text.includes("://") ? entry.path.text : pathFrom(entry.span.file, entry.path.text);
      const values = entry.values.map((v) => pathFrom(v.span.file, v.text));
      return rendered(entry, chart, "helm", host.helm(chart, values, release, namespace));
    }
    case "kustomization": {
      const path = pathFrom(entry.span.file, entry.path.text);
      return rendered(entry, path, "kustomize", host.kustomize(path));
    }
  }
}

const WHY: Readonly<Record<Extract<ReadResult, { ok: false }>["reason"], string>> = {
  missing: "does not exist",
  outside: "is outside of the project; only files below its root are read",
  directory: "is a directory",
  "not-text": "is not text",
  "too-large": "is too large",
  unreadable: "can not be read",
};

/** A file, or every YAML and JSON file directly in a directory. */
function manifestObjects(entry: Extract<FileEntry, { kind: "manifests" }>, host: Host): Phase<readonly SourceObject[]> {
  const path = pathFrom(entry.path.span.file, entry.path.text);
  const first = host.read(path);
  const inside =
    !first.ok && first.reason === "directory"
      ? (host.list(path) ?? []).filter((file) => /\.(ya?ml|json)$/.test(file))
      : undefined;
  if (inside === undefined) return fileObjects(entry, path, first);
  const files = inside.map((file) => fileObjects(entry, file, host.read(file)));
  if (files.length === 0) return { value: [], diagnostics: [say["no-objects"](entry.path.span, [path])] };
  return { value: files.flatMap((f) => f.value), diagnostics: files.flatMap((f) => f.diagnostics) };
}

function fileObjects(entry: FileEntry, file: string, read: ReadResult): Phase<readonly SourceObject[]> {
  if (!read.ok) {
    const detail =
      read.reason === "unreadable" && read.detail !== "" ? `${WHY.unreadable}: ${read.detail}` : WHY[read.reason];
    return { value: [], diagnostics: [say["file-not-read"](entry.path.span, [file, detail])] };
  }
  return textObjects(entry, file, read.text, undefined);
}

type Rendered = ReturnType<Host["helm"]>;

function rendered(
  entry: FileEntry,
  path: string,
  program: "helm" | "kustomize",
  result: Rendered,
): Phase<readonly SourceObject[]> {
  if (result.ok) return textObjects(entry, path, result.text, entry.path.span);
  const { reason, detail } = result;
  const help =
    program === "helm"
      ? "install helm, or render it once (`helm template … > rendered.yaml`) and say `manifests`"
      : "install kustomize or kubectl, or render it once and say `manifests`";
  const diagnostic =
    reason === "no-program"
      ? say["no-program"](entry.path.span, [path, program], { help })
      : say["render-failed"](entry.path.span, [path, program, detail.trim()]);
  return { value: [], diagnostics: [diagnostic] };
}

/** `standsFor`: rendered text is in no file that people could open; the entry stands for every place in it. */
function textObjects(
  entry: FileEntry,
  file: string,
  text: string,
  standsFor: Span | undefined,
): Phase<readonly SourceObject[]> {
  const yaml = readYaml(file, text);
  const found = objectsOf(yaml.value);
  const objects = found.value.map((o): SourceObject => ({
    ...o,
    ...(standsFor === undefined ? {} : { span: standsFor, place: () => standsFor }),
    file,
    entry: entry.span,
    from: entry.kind,
  }));
  const { value, diagnostics } = withoutHooks(objects);
  const read = [...yaml.diagnostics, ...found.diagnostics].map((d) =>
    standsFor === undefined ? d : relocated(d, text, standsFor),
  );
  const nothing =
    value.length === 0 && read.length === 0 && diagnostics.length === 0
      ? [say["no-objects"](entry.path.span, [file])]
      : [];
  return { value, diagnostics: [...read, ...diagnostics, ...nothing] };
}

/** Says in words where in the rendered text it is. */
function relocated(diagnostic: Diagnostic, text: string, span: Span): Diagnostic {
  const offset = diagnostic.span?.start ?? 0;
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const source = /^# Source: (\S+)/.exec(before.slice(Math.max(0, before.lastIndexOf("# Source: "))))?.[1];
  const where = `line ${line} of what was rendered${source === undefined ? "" : `, from \`${source}\``}`;
  return { ...diagnostic, span, help: diagnostic.help === undefined ? where : `${where}; ${diagnostic.help}` };
}
