// The Kubernetes target keeps what every target promises, against a real API server.
import { realWorld } from "../../runtime/world.ts";
import type { KubernetesObject } from "../../compiler/index.ts";
import { targetConformance } from "../conformance/target-suite.ts";
import { clusterTools, startClusters, toolsAvailable, type Clusters } from "./clusters.ts";

const tools = toolsAvailable(...clusterTools);
let clusters: Clusters | undefined;

const path = (object: KubernetesObject): string => `/api/v1/namespaces/default/configmaps/${object.metadata.name}`;

targetConformance(
  "kubernetes",
  async () => {
    clusters = await startClusters({ names: ["paris"] });
    const { api, kubeconfig, context } = clusters.get("paris");
    return {
      open: () => {
        const env = { KUBECONFIG: kubeconfig };
        const world = realWorld(
          clusters?.directory ?? "",
          { env, now: () => performance.now(), signal: new AbortController().signal },
          "suite",
        );
        return world.open({ name: "paris", context });
      },
      putForeign: async (object) => void (await api.call("POST", "/api/v1/namespaces/default/configmaps", object)),
      edit: async (object, field, value) =>
        void (await api.call(
          "PATCH",
          path(object),
          { data: { [field]: value } },
          { contentType: "application/merge-patch+json" },
        )),
      exists: async (object) => (await api.request("GET", path(object))).status === 200,
    };
  },
  async () => clusters?.stop(),
  tools.available ? false : tools.reason,
);
