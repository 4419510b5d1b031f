// What the tests of sources/ share: an app statement from few words, and an app loaded from texts. It must not know the parser.
import type { AppEntry, Diagnostic, Span, Word } from "../../grammar/index.ts";
import { memoryHost } from "../../compiler/host.ts";
import type { Host } from "../../compiler/host.ts";
import type { Workload } from "../../compiler/ir.ts";
import { loadApp } from "../../compiler/sources/index.ts";
import type { AppStatement, LoadedApp } from "../../compiler/sources/index.ts";

export const span: Span = { file: "app.intent", start: 0, end: 3 };
export const word = (text: string, form: Word["form"] = "name"): Word => ({ form, text, span });

export const manifests = (path: string): AppEntry => ({ kind: "manifests", path: word(path, "string"), span });
export const chart = (path: string, ...values: string[]): AppEntry => ({
  kind: "chart",
  path: word(path, "string"),
  values: values.map((v) => word(v, "string")),
  span,
});
export const kustomization = (path: string): AppEntry => ({ kind: "kustomization", path: word(path, "string"), span });

/** `named("fw", "VirtualMachine/firewall", "cpu 4")` */
export function named(name: string, object: string, ...needs: string[]): AppEntry {
  const [kind = "", ...rest] = object.split("/");
  const amounts = needs.map((need) => {
    const [resource = "", amount = ""] = need.split(" ");
    return { resource: word(resource), amount: word(amount, "quantity"), span };
  });
  return {
    kind: "named-workload",
    name: word(name),
    objectKind: word(kind),
    objectName: word(rest.join("/")),
    needs: amounts,
    span,
  };
}

type Inline = Extract<AppEntry, { kind: "workload" }>["entries"][number];
export const image = (text: string): Inline => ({ kind: "image", image: word(text, "string"), span });
export const resource = (name: string, amount: string): Inline => ({
  kind: "resource",
  resource: word(name),
  amount: word(amount, "quantity"),
  span,
});
export const port = (name: string, number: number | string, protocol?: string): Inline => ({
  kind: "port",
  name: word(name),
  number: word(String(number), "number"),
  ...(protocol === undefined ? {} : { protocol: word(protocol) }),
  span,
});
export const label = (key: string, value: string): Inline => ({
  kind: "label",
  key: word(key),
  value: word(value),
  span,
});
export const feature = (name: string): Inline => ({ kind: "feature", name: word(name), span });
export const workload = (name: string, ...entries: Inline[]): AppEntry => ({
  kind: "workload",
  name: word(name),
  entries,
  span,
});

export interface Loaded extends LoadedApp {
  readonly diagnostics: readonly Diagnostic[];
  /** Codes without `source/`, sorted. */
  readonly codes: readonly string[];
  readonly workload: (name: string) => Workload;
  /** `Kind/name` of what travels with a workload, sorted. */
  readonly travels: (name: string) => readonly string[];
}

const short = (key: string): string => {
  const [kind, , name] = key.split("/").slice(-3);
  return `${kind}/${name}`;
};

/** Loads app `core` (namespace `telco`) with these entries; one text is the file `m.yaml`, which is then the only entry. */
export function load(
  files: string | Readonly<Record<string, string>>,
  entries?: readonly AppEntry[],
  host: Partial<Host> = {},
  namespace = "telco",
): Loaded {
  const texts = typeof files === "string" ? { "m.yaml": files } : files;
  const app: AppStatement = {
    kind: "app",
    name: word("core"),
    namespace: word(namespace),
    entries: entries ?? Object.keys(texts).map(manifests),
    span,
  };
  const { value, diagnostics } = loadApp(
    app,
    { ...memoryHost(texts), ...host },
    { resourceNames: { gpu: "nvidia.com/gpu" } },
  );
  const find = (name: string): Workload => {
    const found = value.workloads.find((w) => w.name === name);
    if (found === undefined)
      throw new Error(`no workload ${name}: ${diagnostics.map((d) => `${d.code} ${d.message}`).join("; ")}`);
    return found;
  };
  return {
    ...value,
    diagnostics,
    codes: diagnostics.map((d) => d.code.replace("source/", "")).sort(),
    workload: find,
    travels: (name) => find(name).travels.map(short).sort(),
  };
}

/** A Deployment `web` in YAML, with the lines of its pod's spec. */
export const deployment = (
  podSpec: string,
  options: { readonly name?: string; readonly replicas?: number; readonly labels?: string } = {},
): string => {
  const name = options.name ?? "web";
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${options.replicas ?? 1}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name}${options.labels ?? ""} } }
    spec:
${podSpec
  .trim()
  .split("\n")
  .map((line) => `      ${line}`)
  .join("\n")}
`;
};

/** A manifest from few words. */
export const object = (apiVersion: string, kind: string, name: string, rest = "", metadata = ""): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}${metadata} }\n${rest}\n`;
export const configMap = (name: string) => object("v1", "ConfigMap", name);
export const secret = (name: string) => object("v1", "Secret", name);
export const service = (name: string, selector: string, metadata = "") =>
  object("v1", "Service", name, `spec: { selector: { ${selector} } }`, metadata);

/** An app of one Deployment, with what is around it. */
export const web = (podSpec: string, ...more: string[]) => load(`${deployment(podSpec)}${more.join("")}`);
