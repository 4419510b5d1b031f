// The real host reads below the project's root and nowhere else, and runs programs without a shell.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestFile, projectHost } from "../../runtime/host.ts";

let top: string;
let root: string;

beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), "placet-host-"));
  root = join(top, "project");
  mkdirSync(join(root, "sub"), { recursive: true });
  writeFileSync(join(top, "secret.txt"), "outside");
  writeFileSync(join(top, "project-twin.txt"), "beside");
  writeFileSync(join(root, "a.intent"), "run web");
  writeFileSync(join(root, "sub", "b.yaml"), "b: 1");
  writeFileSync(join(root, "bytes"), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
  writeFileSync(join(root, "nul"), "a\0b");
  writeFileSync(join(root, "huge"), "");
  truncateSync(join(root, "huge"), largestFile + 1);
  symlinkSync("../secret.txt", join(root, "link-out"));
  symlinkSync("sub/b.yaml", join(root, "link-in"));
  symlinkSync("..", join(root, "up"));
  symlinkSync("loop", join(root, "loop"));
  execFileSync("mkfifo", [join(root, "pipe")]);
});
afterAll(() => rmSync(top, { recursive: true }));

describe("reading", () => {
  it.each([
    ["a.intent", { ok: true, text: "run web" }],
    ["./sub/../a.intent", { ok: true, text: "run web" }],
    ["link-in", { ok: true, text: "b: 1" }],
    ["missing", { ok: false, reason: "missing" }],
    ["a.intent/below", { ok: false, reason: "missing" }],
    ["sub", { ok: false, reason: "directory" }],
    ["bytes", { ok: false, reason: "not-text" }],
    ["nul", { ok: false, reason: "not-text" }],
    ["huge", { ok: false, reason: "too-large" }],
    ["pipe", { ok: false, reason: "unreadable" }],
    ["loop", { ok: false, reason: "unreadable" }],
    ["../secret.txt", { ok: false, reason: "outside" }],
    ["../nothing-there", { ok: false, reason: "outside" }],
    ["../project-twin.txt", { ok: false, reason: "outside" }],
    ["sub/../../secret.txt", { ok: false, reason: "outside" }],
    ["link-out", { ok: false, reason: "outside" }],
    ["up/secret.txt", { ok: false, reason: "outside" }],
    ["up/project/a.intent", { ok: true, text: "run web" }],
    ["/etc/hostname", { ok: false, reason: "outside" }],
    ["a\0b", { ok: false, reason: "missing" }],
  ])("%j", (path, expected) => {
    expect(projectHost(root).read(path)).toMatchObject(expected);
  });
});

it("lists files, sorted, and nothing outside", () => {
  const host = projectHost(root);
  expect(host.list("sub")).toEqual(["sub/b.yaml"]);
  expect(host.list(".")).toEqual(["a.intent", "bytes", "huge", "link-in", "link-out", "nul"]);
  expect(host.list("up")).toBeUndefined();
  expect(host.list("a.intent")).toBeUndefined();
});

describe("programs", () => {
  const program = (name: string, script: string): NodeJS.ProcessEnv => {
    const directory = mkdtempSync(join(top, "bin-"));
    writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, name), 0o755);
    return { PATH: `${directory}:/usr/bin:/bin` };
  };

  it("get their arguments as they are, whatever a shell would make of them", () => {
    mkdirSync(join(root, "charts", "a b; $(touch pwned)"), { recursive: true });
    const env = program("helm", 'for a in "$@"; do echo "[$a]"; done');
    const result = projectHost(root, env).helm("charts/a b; $(touch pwned)", ["sub/b.yaml"], "rel", "ns");
    expect(result).toMatchObject({ ok: true });
    const text = result.ok ? result.text : "";
    expect(text).toContain(`[${join(root, "charts", "a b; $(touch pwned)")}]`);
    expect(text).toContain("[template]\n[rel]\n");
    expect(text).toContain("[--namespace]\n[ns]\n");
    expect(text).toContain(`[--values]\n[${join(root, "sub", "b.yaml")}]`);
  });

  it("that fail say why, and paths outside never reach them", () => {
    const env = program("helm", "echo 'no such value' >&2; exit 3");
    expect(projectHost(root, env).helm("charts", [], "r", "n")).toEqual({
      ok: false,
      reason: "failed",
      detail: "no such value",
    });
    expect(projectHost(root, env).helm("../secret.txt", [], "r", "n")).toMatchObject({
      ok: false,
      detail: "outside: ../secret.txt",
    });
    expect(projectHost(root, env).helm("charts", ["link-out"], "r", "n")).toMatchObject({
      ok: false,
      detail: "outside: link-out",
    });
  });

  it("that are not there are said to be so; kubectl stands in for kustomize", () => {
    expect(projectHost(root, { PATH: "/nowhere" }).helm("charts", [], "r", "n")).toMatchObject({
      ok: false,
      reason: "no-program",
      detail: "helm",
    });
    expect(projectHost(root, { PATH: ".:" }).kustomize("sub")).toMatchObject({ ok: false, reason: "no-program" });
    expect(projectHost(root, program("kubectl", 'echo "$1 $2"')).kustomize("sub")).toEqual({
      ok: true,
      text: `kustomize ${join(root, "sub")}\n`,
    });
    expect(projectHost(root, program("kustomize", 'echo "$1 $2"')).kustomize("sub")).toEqual({
      ok: true,
      text: `build ${join(root, "sub")}\n`,
    });
  });
});
