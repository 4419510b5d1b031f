// An inline workload (`workload amf { image … cpu … port … }`) as the objects that it stands for: a Deployment, and a Service when
// it has ports. It must not know what else is in the app.
import type { AppEntry, Diagnostic, Phase, Span, Word, WorkloadEntry } from "../../grammar/index.ts";
import type { KubernetesObject, Protocol } from "../ir.ts";
import { manifestAmount, readAmount } from "../quantity.ts";
import { say } from "./diagnostics.ts";
import { resourceName } from "./resource-names.ts";
import type { ResourceNames } from "./resource-names.ts";
import { isLabelName } from "./source-object.ts";
import type { SourceObject } from "./source-object.ts";

type Inline = Extract<AppEntry, { kind: "workload" }>;

export interface InlineWorkload {
  readonly objects: readonly SourceObject[];
  /** What `accepts` may ask; a bare word is `true`. */
  readonly properties: Readonly<Record<string, string>>;
}

interface Port {
  readonly name: string;
  readonly number: number;
  readonly protocol: Protocol;
}

interface Facts {
  image: string | undefined;
  readonly requests: Map<string, string>;
  readonly ports: Port[];
  readonly properties: Map<string, string>;
  readonly diagnostics: Diagnostic[];
}

/**
 * The Deployment (one replica; `run` says more) and the Service of an inline workload, or nothing when an entry is wrong. Both carry
 * `app.kubernetes.io/name` and `app.kubernetes.io/part-of`, which also select the pods; the properties become labels of Deployment and
 * pods. Requests are the given amounts; what Kubernetes does not overcommit (extended resources, huge pages) is a limit too.
 */
export function inlineWorkload(entry: Inline, app: string, names: ResourceNames): Phase<InlineWorkload> {
  const facts: Facts = { image: undefined, requests: new Map(), ports: [], properties: new Map(), diagnostics: [] };
  const name = entry.name.text;
  if (!isLabelName(name))
    facts.diagnostics.push(
      say["bad-name"](entry.name.span, [
        name,
        "is no name of a workload: at most 63 of a–z, 0–9 and `-`, with a letter or digit at both ends",
      ]),
    );
  for (const e of entry.entries) readEntry(e, name, names, facts);
  const [firstPort] = facts.ports;
  if (firstPort !== undefined && !/^[a-z]/.test(name))
    facts.diagnostics.push(
      say["bad-name"](entry.name.span, [name, "begins with a digit, and a Service (it has ports) may not"]),
    );
  if (facts.image === undefined) facts.diagnostics.push(say["no-image"](entry.name.span, [name]));
  const properties = Object.fromEntries(facts.properties);
  if (facts.diagnostics.length > 0) return { value: { objects: [], properties }, diagnostics: facts.diagnostics };
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": app };
  const objects = [
    deployment(name, labels, properties, facts),
    ...(firstPort === undefined ? [] : [service(name, labels, facts.ports)]),
  ];
  const source = (object: KubernetesObject): SourceObject => ({
    object,
    file: entry.span.file,
    span: entry.name.span,
    place: () => entry.name.span,
    entry: entry.span,
    from: "inline",
  });
  return { value: { objects: objects.map(source), properties }, diagnostics: [] };
}

function readEntry(entry: WorkloadEntry, workload: string, names: ResourceNames, facts: Facts): void {
  const twice = (what: string, span: Span) => facts.diagnostics.push(say["stated-twice"](span, [workload, what]));
  switch (entry.kind) {
    case "image":
      if (facts.image !== undefined) twice("image", entry.span);
      facts.image = entry.image.text;
      return;
    case "resource":
      return readResource(entry.resource, entry.amount, workload, names, facts);
    case "port":
      return readPort(entry, workload, facts);
    case "label":
      if (facts.properties.has(entry.key.text)) twice(entry.key.text, entry.span);
      return readProperty(entry.key, entry.value.text, entry.value.span, facts);
    case "feature":
      if (facts.properties.has(entry.name.text)) twice(entry.name.text, entry.span);
      return readProperty(entry.name, "true", entry.span, facts);
  }
}

function readResource(resource: Word, amount: Word, workload: string, names: ResourceNames, facts: Facts): void {
  const name = resourceName(resource, names);
  if (name.value === undefined) {
    facts.diagnostics.push(...name.diagnostics);
    return;
  }
  const read = readAmount(name.value, amount.text);
  if (!read.ok) facts.diagnostics.push(say["bad-amount"](amount.span, [resource.text, amount.text, read.problem]));
  else if (facts.requests.has(name.value))
    facts.diagnostics.push(say["stated-twice"](resource.span, [workload, resource.text]));
  else facts.requests.set(name.value, manifestAmount(name.value, read.value));
}

const PROTOCOLS: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

function readPort(entry: Extract<WorkloadEntry, { kind: "port" }>, workload: string, facts: Facts): void {
  const { name, number } = entry;
  const bad = (word: Word, rule: string) => facts.diagnostics.push(say["bad-name"](word.span, [word.text, rule]));
  const port = /^\d{1,5}$/.test(number.text) ? Number(number.text) : 0;
  const protocol = PROTOCOLS.find((p) => p === (entry.protocol?.text ?? "tcp").toUpperCase());
  if (name.text.length > 15 || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name.text) || !/[a-z]/.test(name.text)) {
    bad(name, "is no name of a port: at most 15 of a–z, 0–9 and `-`, with at least one letter");
  } else if (port < 1 || port > 65_535) bad(number, "is no port: a number from 1 to 65535");
  else if (protocol === undefined) bad(entry.protocol ?? number, "is no protocol of a port: tcp, udp or sctp");
  else if (facts.ports.some((p) => p.name === name.text || (p.number === port && p.protocol === protocol))) {
    facts.diagnostics.push(say["stated-twice"](entry.span, [workload, `port ${name.text} ${port}`]));
  } else facts.ports.push({ name: name.text, number: port, protocol });
}

const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const LABEL_KEY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const OWN_LABELS: readonly string[] = ["app.kubernetes.io/name", "app.kubernetes.io/part-of"];

function readProperty(key: Word, value: string, valueSpan: Span, facts: Facts): void {
  if (!LABEL_KEY.test(key.text) || key.text.split("/").at(-1)!.length > 63) {
    facts.diagnostics.push(
      say["bad-name"](key.span, [
        key.text,
        "is no key of a label: at most 63 of letters, digits, `-`, `_` and `.`, perhaps after a domain and `/`",
      ]),
    );
  } else if (value.length > 63 || !LABEL_VALUE.test(value)) {
    facts.diagnostics.push(
      say["bad-name"](valueSpan, [value, "is no value of a label: at most 63 of letters, digits, `-`, `_` and `.`"]),
    );
  } else if (OWN_LABELS.includes(key.text))
    facts.diagnostics.push(
      say["bad-name"](key.span, [key.text, "is the label by which the pods are found; it can not be chosen"]),
    );
  else facts.properties.set(key.text, value);
}

type Labels = Readonly<Record<string, string>>;

/** Extended resources (`nvidia.com/gpu`) and huge pages: Kubernetes refuses requests without an equal limit. */
const isExact = (resource: string): boolean => resource.includes("/") || resource.startsWith("hugepages-");

function deployment(name: string, selector: Labels, properties: Labels, facts: Facts): KubernetesObject {
  const labels = { ...selector, ...properties };
  const requests = Object.fromEntries([...facts.requests].sort(([a], [b]) => (a < b ? -1 : 1)));
  const limits = Object.fromEntries(Object.entries(requests).filter(([resource]) => isExact(resource)));
  const resources = {
    ...(facts.requests.size === 0 ? {} : { requests }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
  const container = {
    name,
    image: facts.image ?? "",
    ...(facts.ports.length === 0
      ? {}
      : { ports: facts.ports.map((p) => ({ name: p.name, containerPort: p.number, protocol: p.protocol })) }),
    ...(facts.requests.size === 0 ? {} : { resources }),
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: selector },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
}

const service = (name: string, selector: Labels, ports: readonly Port[]): KubernetesObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, labels: selector },
  spec: {
    selector,
    ports: ports.map((p) => ({ name: p.name, port: p.number, targetPort: p.name, protocol: p.protocol })),
  },
});
