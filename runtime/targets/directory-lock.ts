// The lock of a directory target: a file that only one apply can create. It must not know what the lock protects.
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { statSync } from "node:fs";
import { join } from "node:path";
import { removeIfEmpty, staysBelow } from "./directory-files.ts";
import type { LockHolder, LockResult } from "./port.ts";
import type { World } from "../world.ts";

/** The holder renews the file this often; whoever sees it unrenewed for the expiry, on its own clock, may take over. */
const renewMilliseconds = 5_000;
const expiryMilliseconds = 20_000;
const pollMilliseconds = 200;

type LockWorld = Pick<World, "root" | "clock" | "now" | "sleep" | "every" | "holder" | "isGone">;

/**
 * Takes the lock, waiting up to `milliseconds`. A holder on this host whose process is gone is replaced at once; any other only after its
 * file stayed unrenewed for the whole expiry as measured here, so clocks that disagree do no harm.
 */
export async function directoryLock(world: LockWorld, directory: string, milliseconds: number): Promise<LockResult> {
  const path = join(directory, ".lock");
  mkdirSync(directory, { recursive: true });
  staysBelow(world.root, directory);
  const deadline = world.clock() + milliseconds;
  let seen: { readonly state: string; readonly at: number } | undefined;
  for (;;) {
    const text = JSON.stringify({ ...world.holder, since: world.now().toISOString() } satisfies LockHolder);
    if (create(path, text)) return { kind: "held", lock: held(world, directory, path, text) };
    const found = inspect(path);
    if (found === undefined) continue; // released in between
    if (seen === undefined || seen.state !== found.state) seen = { state: found.state, at: world.clock() };
    const expired = world.clock() - seen.at >= expiryMilliseconds;
    if (expired || (found.holder !== undefined && world.isGone(found.holder))) {
      takeAway(path, found.text);
      continue;
    }
    if (world.clock() >= deadline) return { kind: "busy", holder: found.holder };
    await world.sleep(Math.min(pollMilliseconds, Math.max(1, deadline - world.clock())));
  }
}

function held(world: LockWorld, directory: string, path: string, text: string) {
  const lost = new AbortController();
  const stop = world.every(renewMilliseconds, () => {
    if (inspect(path)?.text === text) {
      const now = new Date(world.now());
      utimesSync(path, now, now);
    } else lost.abort("the lock file was taken away");
  });
  return {
    lost: lost.signal,
    release: async () => {
      stop();
      if (inspect(path)?.text === text) unlinkSync(path);
      removeIfEmpty(directory);
    },
  };
}

function create(path: string, text: string): boolean {
  // Written beside and linked, so that nobody ever reads a lock file that is half written.
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, "w", 0o600);
  writeSync(file, text);
  closeSync(file);
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(beside);
  }
}

function inspect(path: string): { text: string; state: string; holder: LockHolder | undefined } | undefined {
  try {
    const text = readFileSync(path, "utf8");
    return { text, state: `${text}\0${statSync(path).mtimeMs}`, holder: parseHolder(text) };
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value = JSON.parse(text) as LockHolder;
    return typeof value.host === "string" && typeof value.pid === "number" ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Removes a lock file only if it is still the one that expired: another observer may have replaced it already. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.${process.pid}.expired`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== text) linkSync(aside, path);
    unlinkSync(aside);
  } catch {
    // somebody else was faster; the next round sees what is there
  }
}
