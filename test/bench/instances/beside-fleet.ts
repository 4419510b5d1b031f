// What is added to a large program so that a contradiction is easy to follow. It must not know which.
/** Two clusters and three workloads beside the others, for arithmetic that is easy to follow. */
export const beside = `
cluster lone { region = r0 zone = z0 nodes n x4 { cpu 8 memory 32Gi } }
cluster away { region = r1 zone = z1 nodes n x4 { cpu 8 memory 32Gi } }
link lone <-> c0 10ms
link away <-> lone 30ms
app more {
  workload a { image "registry.example/a:1" cpu 2 memory 2Gi }
  workload b { image "registry.example/b:1" cpu 2 memory 2Gi }
  workload c { image "registry.example/c:1" cpu 2 memory 2Gi }
}`;
