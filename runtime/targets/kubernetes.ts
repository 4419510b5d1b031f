// The target that writes to an API server.
import type { World } from "../world.ts";
import type { Target } from "./port.ts";
import { Refusal } from "./refusal.ts";

export async function kubernetesTarget(_world: World, cluster: string, context: string): Promise<Target> {
  throw new Refusal("unreachable", `${cluster}: context \`${context}\` is not supported yet`);
}
