// Remembers what ran where when a cluster last answered, so that one that does not answer now is not taken for empty.
// It must not know targets. What is remembered is a help, never a truth: an inventory always wins.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Seen {
  /** uid of kube-system. */
  readonly identity: string;
  readonly placed: Readonly<Record<string, number>>;
}

export interface LastSeen {
  readonly recall: (cluster: string) => Seen | undefined;
  readonly remember: (cluster: string, seen: Seen) => void;
}

/** One small file a cluster below the project's root. A directory that can not be written costs the memory, and nothing else. */
export function lastSeenIn(root: string): LastSeen {
  const fileOf = (cluster: string): string => join(root, ".placet", "seen", `${encodeURIComponent(cluster)}.json`);
  const recall = (cluster: string): Seen | undefined => {
    try {
      const value: unknown = JSON.parse(readFileSync(fileOf(cluster), "utf8"));
      return isSeen(value) ? value : undefined;
    } catch {
      return undefined;
    }
  };
  return {
    recall,
    remember(cluster, seen) {
      const text = `${JSON.stringify(seen)}\n`;
      const before = recall(cluster);
      const nothing = before === undefined && Object.keys(seen.placed).length === 0;
      if (nothing || JSON.stringify(before) === JSON.stringify(seen)) return;
      try {
        mkdirSync(dirname(fileOf(cluster)), { recursive: true });
        const beside = `${fileOf(cluster)}.${process.pid}.new`;
        writeFileSync(beside, text, { mode: 0o600 });
        renameSync(beside, fileOf(cluster));
      } catch {
        // a project that is read only
      }
    },
  };
}

function isSeen(value: unknown): value is Seen {
  if (typeof value !== "object" || value === null) return false;
  const { identity, placed } = value as Record<string, unknown>;
  if (typeof identity !== "string" || typeof placed !== "object" || placed === null) return false;
  return Object.values(placed).every((replicas) => typeof replicas === "number");
}
