// The entries of blocks as text. It must not know the statements around them.
import type { AppEntry, CloudEntry, ClusterEntry, FleetEntry, NetworkEntry, PoolEntry, WorkloadEntry } from "./ast.ts";
import { amounts, bare, condition, count, key, list, peers, port, word } from "./print-words.ts";

/** A block with a line for each entry. */
export const block = (entries: readonly string[]): string =>
  entries.length === 0 ? "{}" : `{\n${entries.map((entry) => `${entry}\n`).join("")}}`;

/** A block on one line, which the formatter breaks when it is too wide. */
const line = (entries: readonly string[]): string => (entries.length === 0 ? "{}" : `{ ${entries.join(" ")} }`);

export function clusterEntry(e: ClusterEntry): string {
  switch (e.kind) {
    case "context":
      return `context ${word(e.context)}`;
    case "cost": {
      const prices = e.prices.map(({ resource, price }) =>
        resource === undefined ? word(price) : `${word(resource)} ${word(price)}`,
      );
      return `cost ${prices.join(", ")}`;
    }
    case "nodes": {
      const many = e.count === undefined ? "" : ` ${count(e.count)}`;
      return `nodes ${word(e.name)}${many} ${line(e.entries.map(plainEntry))}`;
    }
    case "networks":
      return `networks ${list(e.names)}`;
    case "pods":
      return `pods ${list(e.ranges)}`;
    case "api":
      return `api ${list(e.addresses)}`;
    case "accepts":
      return `accepts where ${condition(e.condition)}`;
    default:
      return plainEntry(e);
  }
}

function plainEntry(e: PoolEntry): string {
  switch (e.kind) {
    case "label":
      return `${key(e.key)} = ${word(e.value)}`;
    case "feature":
      return bare(e.name);
    case "resource":
      return `${bare(e.resource)} ${word(e.amount)}`;
    case "taint": {
      const value = e.value === undefined ? "" : ` = ${word(e.value)}`;
      const name = e.value === undefined ? bare(e.key) : key(e.key);
      return `taint ${name}${value}${e.effect === undefined ? "" : ` ${e.effect.text}`}`;
    }
  }
}

export function fleetEntry(e: FleetEntry): string {
  switch (e.kind) {
    case "connectivity":
      return `connectivity ${word(e.mode)}`;
    case "reserve":
      return `reserve ${word(e.share)}`;
    case "resource":
      return `resource ${key(e.name)} = ${word(e.resource)}`;
    case "feature":
      return `feature ${key(e.name)} = ${word(e.label)}`;
    case "dns":
      return `dns ${peers(e.peers)}`;
  }
}

export function appEntry(e: AppEntry): string {
  switch (e.kind) {
    case "workload":
      return `workload ${word(e.name)} ${line(e.entries.map(workloadEntry))}`;
    case "named-workload": {
      const object = word({ ...e.objectKind, text: `${e.objectKind.text}/${e.objectName.text}` });
      return `workload ${key(e.name)} = ${object}${e.needs.length === 0 ? "" : ` needs ${amounts(e.needs)}`}`;
    }
    case "manifests":
    case "kustomization":
      return `${e.kind} ${word(e.path)}`;
    case "chart":
      return `chart ${word(e.path)}${e.values.length === 0 ? "" : ` values ${list(e.values)}`}`;
  }
}

function workloadEntry(e: WorkloadEntry): string {
  switch (e.kind) {
    case "image":
      return `image ${word(e.image)}`;
    case "port":
      return `port ${word(e.name)} ${port({ port: e.number, ...(e.protocol && { protocol: e.protocol }), span: e.span })}`;
    default:
      return plainEntry(e);
  }
}

export function cloudEntry(e: CloudEntry): string {
  switch (e.kind) {
    case "namespace":
      return `namespace ${word(e.name)}`;
    case "clusters":
      return `clusters where ${condition(e.condition)}`;
    case "quota":
      return `quota ${amounts(e.amounts)}`;
    default:
      return `${e.kind} ${list(e.names)}`;
  }
}

export function networkEntry(e: NetworkEntry): string {
  switch (e.kind) {
    case "cidr":
      return `cidr ${word(e.cidr)}`;
    case "driver":
      return `${bare(e.driver)}${e.device === undefined ? "" : ` on ${word(e.device)}`}`;
    case "routes": {
      const routes = e.routes.map(({ to, via }) => word(to) + (via === undefined ? "" : ` via ${word(via)}`));
      return `routes ${routes.join(", ")}`;
    }
    default:
      return `${e.kind} ${word(e.value)}`;
  }
}
