// The ports of a pod: what its containers listen on, and what they take of the node. It must not know Services.
// Sources: GetHostPorts in the scheduler's util, defaultHostNetworkPorts in pkg/apis/core/v1/defaults.go.
import type { ContainerPort, PodConstraints } from "../ir.ts";
import { at, count, flag, items, text } from "./view.ts";
import type { View } from "./view.ts";

const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

interface PortView {
  readonly port: ContainerPort;
  readonly ip: string;
}

/** Ports of the main containers and of sidecars; on the host's network every port is a host port too. */
function readPorts(spec: View): readonly PortView[] {
  const hostNetwork = flag(at(spec, "hostNetwork"));
  const sidecars = items(at(spec, "initContainers")).filter((c) => at(c, "restartPolicy").value === "Always");
  return [...items(at(spec, "containers")), ...sidecars].flatMap((container) => {
    const name = text(at(container, "name")) ?? "";
    return items(at(container, "ports")).flatMap((view) => readPort(view, name, hostNetwork) ?? []);
  });
}

function readPort(view: View, container: string, hostNetwork: boolean): PortView | undefined {
  const number = count(at(view, "containerPort"));
  const name = text(at(view, "name"));
  const protocol = PROTOCOLS.find((p) => p === (text(at(view, "protocol")) ?? "TCP"));
  if (number === undefined || number < 1 || number > 65_535 || protocol === undefined) {
    view.problems.push({
      path: view.path,
      problem: "is not a port: `containerPort` 1 to 65535, `protocol` TCP, UDP or SCTP",
    });
    return undefined;
  }
  const stated = count(at(view, "hostPort")) ?? 0;
  const hostPort = stated === 0 && hostNetwork ? number : stated;
  const port = {
    container,
    ...(name === undefined ? {} : { name }),
    number,
    protocol,
    ...(hostPort === 0 ? {} : { hostPort }),
  };
  const ip = text(at(view, "hostIP")) ?? "";
  return { port, ip: ip === "" ? "0.0.0.0" : ip };
}

/** In the order written. */
export const containerPorts = (spec: View): readonly ContainerPort[] => readPorts(spec).map(({ port }) => port);

/** Sorted, each once: the scheduler asks whether the port of the node is free, however often the pod names it. */
export function hostPorts(spec: View): PodConstraints["hostPorts"] {
  const found = new Map<string, PodConstraints["hostPorts"][number]>();
  for (const { port, ip } of readPorts(spec)) {
    const { hostPort, protocol } = port;
    if (hostPort !== undefined)
      found.set(`${String(hostPort).padStart(5, "0")}/${protocol}/${ip}`, { port: hostPort, protocol, ip });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
}
