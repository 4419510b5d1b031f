// Opens the world of a project for one command, and closes its connections when the command has ended.
import { realWorld, type World } from "../world.ts";
import type { CliContext } from "./context.ts";

export function openWorld(root: string, context: CliContext): World {
  const world = realWorld(root, context);
  context.atEnd(() => world.close());
  return world;
}
