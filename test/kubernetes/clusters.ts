// Starts real Kubernetes clusters for a test: real API servers, controllers and schedulers, with fake nodes. No container runs.
// It must not know Placet: what it judges must not help it.
import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Api } from "./api.ts";
import { startControlPlane, startEtcd, type ControlPlane, type ControlPlaneOptions } from "./control-plane.ts";
import {
  contextName,
  writeKubeconfig,
  writeServiceAccountKey,
  writeTokens,
  type Access,
  type User,
} from "./credentials.ts";
import { createNodes, nodesReady, type NodeSpec } from "./nodes.ts";
import { eventually, openNest, type Nest } from "./processes.ts";
import { requireTools } from "./tools.ts";
import { createVolumes } from "./volumes.ts";

export { nodes, type NodeSpec } from "./nodes.ts";
export { clusterTools, toolsAvailable, toolsMissing } from "./tools.ts";

export interface ClustersOptions extends ControlPlaneOptions {
  readonly names: readonly string[];
  /** The nodes of each cluster, by its name. */
  readonly nodes?: Readonly<Record<string, readonly NodeSpec[]>>;
  readonly users?: readonly User[];
  /** How many volumes of 1Ti each cluster has to give to claims. */
  readonly volumes?: number;
}

export interface Cluster {
  readonly name: string;
  readonly url: string;
  /** PEM text of the authority that signed the API server's certificate. */
  readonly ca: string;
  /** The administrator's token. */
  readonly token: string;
  /** The file that holds the contexts of all clusters. */
  readonly kubeconfig: string;
  /** The administrator's context in it. */
  readonly context: string;
  /** The context of another user. */
  contextOf(user: string): string;
  tokenOf(user: string): string;
  /** A bare client with the administrator's rights. */
  readonly api: Api;
  /** Runs kubectl as the administrator, or as another user; gives its standard output, throws with its standard error. */
  kubectl(args: readonly string[], options?: { readonly input?: string; readonly user?: string }): Promise<string>;
  /** The API server keeps its connections but answers nothing, until `resume`. */
  pause(): void;
  resume(): void;
  /** The API server is gone, until `restart`; what etcd holds stays. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** The cluster is gone for good. */
  stop(): Promise<void>;
  /** The scheduler's own figures, in Prometheus' text format. */
  schedulerMetrics(): Promise<string>;
}

export interface Clusters {
  readonly all: readonly Cluster[];
  readonly kubeconfig: string;
  readonly directory: string;
  get(name: string): Cluster;
  stop(): Promise<void>;
}

/** Starts the named clusters side by side and waits until their nodes can take pods. Three take about ten seconds on two cores. */
export async function startClusters(options: ClustersOptions): Promise<Clusters> {
  const nest = openNest();
  try {
    return await startIn(nest, options);
  } catch (problem) {
    await nest.close();
    throw problem;
  }
}

async function startIn(nest: Nest, options: ClustersOptions): Promise<Clusters> {
  const key = join(nest.directory, "service-accounts.pem");
  const tokens = join(nest.directory, "tokens.csv");
  const kubeconfig = join(nest.directory, "kubeconfig");
  writeServiceAccountKey(key);
  const access = writeTokens(tokens, options.users ?? []);
  const etcd = await startEtcd(nest);
  const shared = { etcd, access, tokens, key };
  const named = await Promise.all(
    options.names.map(async (name) => ({ name, plane: await startControlPlane(nest, name, shared, options) })),
  );
  const contexts = named.map(({ name, plane }) => ({ cluster: name, url: plane.url, ca: plane.ca }));
  writeKubeconfig(kubeconfig, contexts, access);
  await Promise.all(named.map(({ name, plane }) => furnish(plane, options.nodes?.[name] ?? [], options.volumes ?? 0)));

  const all = named.map(({ name, plane }) => handle(name, plane, kubeconfig, access));
  return {
    all,
    kubeconfig,
    directory: nest.directory,
    get(name) {
      const cluster = all.find((one) => one.name === name);
      if (!cluster) throw new Error(`there is no cluster ${name}`);
      return cluster;
    },
    async stop() {
      for (const { plane } of named) plane.api.close();
      await nest.close();
    },
  };
}

async function furnish(plane: ControlPlane, specs: readonly NodeSpec[], volumes: number): Promise<void> {
  await createNodes(plane.api, specs);
  await createVolumes(plane.api, volumes);
  await eventually(async () => ((await nodesReady(plane.api, specs)) ? true : undefined), {
    seconds: 60,
    otherwise: () => plane.others.map((process) => `${process.name}:\n${process.log()}`).join("\n"),
  });
}

function handle(name: string, plane: ControlPlane, kubeconfig: string, access: readonly Access[]): Cluster {
  const tokenOf = (user: string) => {
    const found = access.find((one) => one.user === user);
    if (!found) throw new Error(`there is no user ${user}`);
    return found.token;
  };
  const kubectl: Cluster["kubectl"] = (args, { input, user } = {}) => {
    const context = user === undefined ? name : contextName(name, user);
    return run(requireTools("kubectl").kubectl, [`--kubeconfig=${kubeconfig}`, `--context=${context}`, ...args], input);
  };
  return {
    name,
    url: plane.url,
    ca: plane.ca,
    token: access[0]?.token ?? "",
    kubeconfig,
    context: name,
    contextOf: (user) => contextName(name, user),
    tokenOf,
    api: plane.api,
    kubectl,
    pause: () => plane.apiServer.pause(),
    resume: () => plane.apiServer.resume(),
    kill: () => plane.apiServer.kill(),
    async restart() {
      if (!plane.apiServer.running) plane.apiServer.start();
      await plane.ready();
    },
    async stop() {
      plane.api.close();
      await Promise.all([plane.apiServer, ...plane.others].map((process) => process.kill()));
    },
    schedulerMetrics: () => plane.schedulerMetrics(),
  };
}

function run(program: string, args: readonly string[], input: string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 1 << 28 }, (problem, output, errors) => {
      if (problem) reject(new Error(`kubectl ${args.slice(2).join(" ")}: ${errors || problem.message}`));
      else resolve(output);
    });
    child.stdin?.end(input ?? "");
  });
}
