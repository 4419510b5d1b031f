// Volumes that claims can be bound to, so that StatefulSets with claims run: a default class and volumes made beforehand.
import { inParallel, type Api } from "./api.ts";

const className = "placet-test";

export async function createVolumes(api: Api, count: number): Promise<void> {
  if (count === 0) return;
  await api.call("POST", "/apis/storage.k8s.io/v1/storageclasses", {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: className, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
    provisioner: "kubernetes.io/no-provisioner",
    volumeBindingMode: "Immediate",
  });
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  await inParallel(numbers, (number) =>
    api.call("POST", "/api/v1/persistentvolumes", {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `${className}-${number}` },
      spec: {
        capacity: { storage: "1Ti" },
        accessModes: ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"],
        persistentVolumeReclaimPolicy: "Retain",
        storageClassName: className,
        hostPath: { path: `/placet-test/${number}` },
      },
    }),
  );
}

/** Makes volumes whose claim is gone free for another. */
export async function releaseVolumes(api: Api): Promise<void> {
  const list = await api.call("GET", "/api/v1/persistentvolumes");
  const held = list.items.filter((volume: any) => volume.spec.claimRef !== undefined);
  await inParallel(held, (volume: any) =>
    api.call(
      "PATCH",
      `/api/v1/persistentvolumes/${volume.metadata.name}`,
      { spec: { claimRef: null } },
      { contentType: "application/merge-patch+json" },
    ),
  );
}
