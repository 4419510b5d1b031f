// Opens the client of one kubeconfig context. It must not know what it is used for.
import type { World } from "../world.ts";
import { clusterClient, type ClusterClient } from "./client.ts";
import { accessOf, contextNames } from "./kubeconfig.ts";
import { marksOf, type Marks } from "./marks.ts";
import { openTransport, type Transport } from "./transport.ts";

export { contextNames };

export interface OpenCluster {
  readonly client: ClusterClient;
  readonly transport: Transport;
  readonly marks: Marks;
}

export function openCluster(world: World, context: string): OpenCluster {
  const transport = openTransport(world, () => accessOf(context, world.kubeconfig));
  return { client: clusterClient(transport), transport, marks: marksOf(world.project) };
}
