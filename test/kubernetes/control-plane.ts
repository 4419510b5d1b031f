// The processes of one cluster: API server, controller manager, scheduler and kwok, and the etcd that all clusters share.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openApi, type Api } from "./api.ts";
import { eventually, freePort, type Nest, type Process } from "./processes.ts";
import { clusterTools, requireTools } from "./tools.ts";
import { writeKubeconfig, type Access } from "./credentials.ts";

/** What differs between kinds of test. What is absent is as a cluster has it by default. */
export interface ControlPlaneOptions {
  /** The controllers that run. */
  readonly controllers?: readonly string[];
  /** Admission plugins that are switched off, besides ServiceAccount (its tokens would need a real kubelet). */
  readonly withoutAdmission?: readonly string[];
  /** Whether kwok plays the kubelets: true, unless said. */
  readonly kwok?: boolean;
  /** Fields of the KubeSchedulerConfiguration: profiles, backoffs. */
  readonly scheduler?: Readonly<Record<string, unknown>>;
}

export interface ControlPlane {
  readonly url: string;
  readonly ca: string;
  readonly api: Api;
  readonly apiServer: Process;
  /** Everything but the API server. */
  readonly others: readonly Process[];
  /** The scheduler's own figures, in Prometheus' text format. */
  schedulerMetrics(): Promise<string>;
  ready(): Promise<void>;
}

const controllers = [
  "deployment-controller",
  "replicaset-controller",
  "statefulset-controller",
  "daemonset-controller",
  "namespace-controller",
  "serviceaccount-controller",
  "garbage-collector-controller",
  "resourcequota-controller",
  "endpointslice-controller",
  "job-controller",
  "cronjob-controller",
  "horizontal-pod-autoscaler-controller",
  "disruption-controller",
  "pod-garbage-collector-controller",
  "node-lifecycle-controller",
  "persistentvolume-binder-controller",
  "persistentvolume-protection-controller",
  "persistentvolumeclaim-protection-controller",
  "clusterrole-aggregation-controller",
];

export async function startEtcd(nest: Nest): Promise<string> {
  const [client, peer] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${client}`;
  nest.spawn("etcd", requireTools("etcd").etcd, [
    `--data-dir=${join(nest.directory, "etcd")}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ]);
  return url;
}

export async function startControlPlane(
  nest: Nest,
  name: string,
  shared: { readonly etcd: string; readonly access: readonly Access[]; readonly tokens: string; readonly key: string },
  options: ControlPlaneOptions,
): Promise<ControlPlane> {
  const tools = requireTools(...clusterTools);
  const [port, schedulerPort] = [await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const certificates = join(nest.directory, `${name}-certificates`);
  const token = shared.access[0]?.token ?? "";

  const apiServer = nest.spawn(`${name}-kube-apiserver`, tools["kube-apiserver"], [
    `--etcd-servers=${shared.etcd}`,
    `--etcd-prefix=/${name}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--cert-dir=${certificates}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${shared.key}`,
    `--service-account-signing-key-file=${shared.key}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    `--token-auth-file=${shared.tokens}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    `--disable-admission-plugins=${["ServiceAccount", ...(options.withoutAdmission ?? [])].join(",")}`,
    "--endpoint-reconciler-type=none",
    "--profiling=false",
  ]);
  const failure = (process: Process, what: string) => () => `${process.name} ${what}:\n${process.log()}`;
  const whenReady = async (api: Api) => {
    if (!apiServer.running) throw new Error(failure(apiServer, "ended")());
    const answer = await api.request("GET", "/readyz", undefined, { seconds: 5 }).catch(() => undefined);
    if (answer?.status !== 200) return undefined;
    const namespace = await api.request("GET", "/api/v1/namespaces/default").catch(() => undefined);
    return namespace?.status === 200 ? true : undefined;
  };

  const ca = await eventually(async () => readIfWhole(join(certificates, "apiserver.crt")), {
    seconds: 60,
    otherwise: failure(apiServer, "wrote no certificate"),
  });
  const api = openApi(url, ca, token);
  const ready = () =>
    eventually(() => whenReady(api), { seconds: 120, otherwise: failure(apiServer, "is not ready") }).then(() => {});
  await ready();

  const kubeconfig = join(nest.directory, `${name}.kubeconfig`);
  writeKubeconfig(kubeconfig, [{ cluster: name, url, ca }], shared.access.slice(0, 1));
  const schedulerConfig = join(nest.directory, `${name}-scheduler.json`);
  writeFileSync(schedulerConfig, JSON.stringify(schedulerConfiguration(kubeconfig, options)));
  const others = [
    nest.spawn(`${name}-kube-controller-manager`, tools["kube-controller-manager"], [
      `--kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=1000",
      "--kube-api-burst=2000",
      `--service-account-private-key-file=${shared.key}`,
      `--controllers=${(options.controllers ?? controllers).join(",")}`,
    ]),
    nest.spawn(`${name}-kube-scheduler`, tools["kube-scheduler"], [
      `--config=${schedulerConfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      "--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics",
      "--bind-address=127.0.0.1",
      `--secure-port=${schedulerPort}`,
      `--cert-dir=${certificates}-scheduler`,
    ]),
  ];
  if (options.kwok ?? true) {
    const args = ["--manage-all-nodes=true", "--node-lease-duration-seconds=40", `--config=${tools["stages.yaml"]}`];
    others.push(nest.spawn(`${name}-kwok`, tools.kwok, [`--kubeconfig=${kubeconfig}`, ...args]));
  }

  let scheduler: Api | undefined;
  const schedulerMetrics = async () => {
    scheduler ??= openApi(
      `https://127.0.0.1:${schedulerPort}`,
      await eventually(async () => readIfWhole(join(`${certificates}-scheduler`, "kube-scheduler.crt")), {
        seconds: 30,
        otherwise: () => `${name}'s scheduler wrote no certificate`,
      }),
      token,
    );
    return String(await scheduler.call("GET", "/metrics"));
  };
  return { url, ca, api, apiServer, others, schedulerMetrics, ready };
}

function schedulerConfiguration(kubeconfig: string, options: ControlPlaneOptions) {
  return {
    apiVersion: "kubescheduler.config.k8s.io/v1",
    kind: "KubeSchedulerConfiguration",
    leaderElection: { leaderElect: false },
    clientConnection: { kubeconfig, qps: 1000, burst: 2000 },
    ...options.scheduler,
  };
}

/** The certificate followed by that of the authority which signed it, once both are written. */
function readIfWhole(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return text.split("-----END CERTIFICATE-----").length >= 3 ? text : undefined;
  } catch {
    return undefined;
  }
}
