// The terminal interface in a real terminal: tmux runs it, types, and reads the screen, at 80 and at 120 columns.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tightProgram } from "../kit/tight.ts";

const root = join(import.meta.dirname, "../..");
const launcher = join(root, "bin/placet.mjs");
const hasTmux = spawnSync("tmux", ["-V"]).status === 0;
const missing = !hasTmux
  ? "tmux is not installed"
  : existsSync(join(root, "dist/cli/main.js"))
    ? undefined
    : "nothing is built: npm run build";
if (missing !== undefined) {
  if (process.env["CI"]) throw new Error(missing);
  console.warn(`SKIPPED: ${missing}`);
}

describe.skipIf(missing !== undefined).each([80, 120])("at %i columns", (columns) => {
  let directory: string;
  let session: string;

  // The shell knows the command by a short name: typed out, a long path would wrap, and be found on no line.
  const env = { ...process.env, PLACET: `env -u CI -u CONTINUOUS_INTEGRATION ${process.execPath} ${launcher}` };
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", session, ...args], { encoding: "utf8", env });
  const screen = (): string => tmux("capture-pane", "-p", "-t", session);
  const type = (...keys: readonly string[]): string => tmux("send-keys", "-t", session, ...keys);

  async function see(wanted: RegExp, gone?: RegExp): Promise<string> {
    const until = performance.now() + 40_000;
    for (;;) {
      const text = screen();
      if (wanted.test(text) && gone?.test(text) !== true) return text;
      if (performance.now() > until) throw new Error(`${wanted} never came:\n${text}`);
      await delay(100);
    }
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "placet-tui-"));
    session = `placet-${process.pid}-${columns}`;
    cpSync(join(root, "examples/hello"), directory, { recursive: true, filter: (path) => !path.includes("/.placet") });
    tmux("new-session", "-d", "-s", session, "-x", String(columns), "-y", "24", "-c", directory, "sh");
    type("$PLACET tui .; echo closed", "Enter");
  });
  afterEach(() => {
    spawnSync("tmux", ["-L", session, "kill-server"]);
    rmSync(directory, { recursive: true, force: true });
  });

  test("clusters, workloads, why, search, help, apply, leave", async () => {
    const clusters = await see(/optimal/);
    expect(clusters).toMatch(/lyon\s+cpu ▇/);
    expect(clusters.split("\n").every((line) => line.length <= columns)).toBe(true);

    type("2");
    await see(/core5g\/amf\s+lyon 1/);
    type("Down");
    await see(/1× on lyon/);
    type("Enter");
    await see(/paris/);

    type("/", "a", "m", "f");
    await see(/\/amf▏/, /core5g\/upf\s+lyon/);
    type("Enter");
    await see(/search/);
    type("Escape");

    type("?");
    await see(/Keys/);
    type("x");

    type("a");
    await see(/Apply this plan/);
    type("y");
    await see(/done: 6 created/);
    expect(existsSync(join(directory, ".placet/clusters/lyon"))).toBe(true);

    type("r");
    type("3");
    await see(/nothing changes/);
    type("q");
    // What was on the screen before is there again.
    await see(/\$PLACET tui[^]*^closed/m);
  });

  test("a long solve shows what it has, stops at a key and at ctrl-c with the best so far", async () => {
    await see(/optimal/);
    type("q");
    // A process on its way out still holds the terminal: what is typed before the shell is back may never reach it.
    await see(/^closed/m);
    writeFileSync(join(directory, "main.intent"), tightProgram(8, 60, 1));
    rmSync(join(directory, "fleet.intent"), { force: true });
    type("clear; $PLACET tui main.intent; echo left", "Enter");
    await see(/deciding: within [\d.]+ %/);
    type("s");
    await see(/feasible · cost/);
    type("q");
    await see(/^left/m, /feasible/);
    type('clear; $PLACET plan main.intent; echo "exit $?"', "Enter");
    await see(/deciding where everything runs \(\w+\), cost [\d.]+/);
    type("C-c");
    expect(await see(/Within [\d.]+ % of the best, provably[^]*exit 0/)).toMatch(/cost/);
  });
});
