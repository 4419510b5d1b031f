// Who we are on a cluster, by kubeconfig: certificates, tokens, exec plugins, in-cluster accounts. The only file that knows client-node,
// and only its kubeconfig: manifests never pass through its models, which drop fields. It must not know what is sent.
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import { Refusal } from "../targets/refusal.ts";

/** How to reach one API server, and as whom. */
export interface Access {
  readonly server: string;
  readonly proxy: string | undefined;
  readonly tls: {
    readonly ca?: string | Buffer;
    readonly cert?: string | Buffer;
    readonly key?: string | Buffer;
    readonly passphrase?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly headers: Readonly<Record<string, string>>;
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** How long a credential plugin may take. */
const pluginMilliseconds = 60_000;

/**
 * Reads the access of a context anew: files are read again and a plugin is asked again, so a renewed credential is seen. The first file that
 * names the context, its cluster or its user wins, as with kubectl. `in-cluster` means the pod's own account when no file names it.
 */
export async function accessOf(context: string, files: readonly string[]): Promise<Access> {
  const config = loadConfig(context, files);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Refusal("unauthorized", `context \`${context}\` names a cluster that the kubeconfig does not have`);
  const options: RequestOptions = {};
  await withPluginErrors(context, config.applyToHTTPSOptions(options));
  const { ca, cert, key, passphrase, rejectUnauthorized } = options;
  const servername = (options as { servername?: string }).servername;
  const headers = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const basic =
    options.auth === undefined || options.auth === null
      ? []
      : [["authorization", `Basic ${Buffer.from(options.auth).toString("base64")}`]];
  const tls = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  return {
    server: cluster.server.replace(/\/$/, ""),
    proxy: cluster.proxyUrl,
    tls: Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined)) as Access["tls"],
    headers: Object.fromEntries([...headers, ...basic]),
  };
}

/** Names of the contexts in these files, the first file's first; unreadable files count as empty. */
export function contextNames(files: readonly string[]): string[] {
  const names = files.flatMap((file) => readable(file)?.contexts.map((context) => context.name) ?? []);
  return [...new Set(names)];
}

function loadConfig(context: string, files: readonly string[]): KubeConfig {
  const merged = new KubeConfig();
  for (const file of files) {
    const config = readable(file);
    if (config === undefined) continue;
    merged.clusters.push(...config.clusters.filter((one) => merged.getCluster(one.name) === null));
    merged.users.push(...config.users.filter((one) => merged.getUser(one.name) === null));
    merged.contexts.push(...config.contexts.filter((one) => merged.getContextObject(one.name) === null));
  }
  if (merged.getContextObject(context) !== null) {
    merged.setCurrentContext(context);
    return merged;
  }
  if (context === "in-cluster" && existsSync(serviceAccount)) {
    merged.loadFromCluster();
    return merged;
  }
  const near = merged.contexts.map((one) => `\`${one.name}\``).sort();
  throw new Refusal(
    "unauthorized",
    `there is no context \`${context}\` in ${files.map((file) => `\`${file}\``).join(", ") || "any kubeconfig"}`,
    {
      help: near.length === 0 ? "set KUBECONFIG to a file that has it" : `there are: ${near.slice(0, 8).join(", ")}`,
    },
  );
}

function readable(file: string): KubeConfig | undefined {
  if (!existsSync(file)) return undefined;
  const config = new KubeConfig();
  try {
    config.loadFromString(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Refusal("unauthorized", `\`${file}\` is not a kubeconfig: ${(error as Error).message.split("\n")[0]}`);
  }
  config.makePathsAbsolute(dirname(file));
  return config;
}

async function withPluginErrors(context: string, applied: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it did not answer in ${pluginMilliseconds / 1000} s`)),
    pluginMilliseconds,
  );
  try {
    await Promise.race([applied, promise]);
  } catch (error) {
    throw new Refusal("unauthorized", `no credentials for context \`${context}\`: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}
