// The command line as its users meet it: every command on small projects, its text, its JSON and its exit code.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { version } from "../../runtime/cli/version.ts";
import { workplace } from "./kit.ts";

const fleet =
  "cluster paris { nodes general x2 { cpu 8  memory 32Gi } }\ncluster lyon { nodes general x1 { cpu 4  memory 16Gi } }\n";
const app = 'app shop {\n  workload web { image "registry.example/web:1"  cpu 1  memory 1Gi  port http 8080 }\n}\n';

test("help names every command, and each has examples", async () => {
  const { run } = workplace({});
  const help = await run("--help");
  expect(help.code).toBe(0);
  const names = [...help.out.matchAll(/^ {2}([a-z]+) /gm)].map((m) => m[1] ?? "").filter((name) => name !== "help");
  expect(names).toEqual(
    expect.arrayContaining([
      "plan",
      "apply",
      "destroy",
      "status",
      "explain",
      "check",
      "fmt",
      "discover",
      "render",
      "tui",
      "completion",
    ]),
  );
  for (const name of names.filter((n) => /^[a-z]+$/.test(n) && n !== "placet")) {
    expect((await run(name, "--help")).out, name).toContain("Examples:");
  }
});

test("the version is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
});

test("a mistyped command is an error that proposes the right one", async () => {
  const { code, err } = await workplace({}).run("plna");
  expect(code).toBe(1);
  expect(err).toContain("plan");
});

test("hello: plan, apply, plan again, status, destroy", async () => {
  const place = workplace("hello");
  const first = await place.run("plan", "--detailed-exitcode");
  expect(first.code).toBe(2);
  expect(first.out).toContain("upf");
  expect(first.out).toMatch(/Plan: \d+ to create, 0 to change, 0 to delete/);
  const refused = await place.run("apply");
  expect(refused.code).toBe(1);
  expect(refused.err).toContain("--yes");
  expect(existsSync(join(place.directory, ".placet"))).toBe(false);
  expect((await place.run("apply", "--yes")).code).toBe(0);
  const second = await place.run("plan", "--detailed-exitcode");
  expect(second.code).toBe(0);
  expect(second.out).toContain("nothing changes");
  const status = await place.run("status");
  expect(status.out).toContain("written");
  expect(status.out).toContain("no drift");
  expect((await place.run("destroy", "--yes")).code).toBe(0);
  expect(files(join(place.directory, ".placet", "clusters")).filter((f) => f.endsWith(".yaml"))).toEqual([]);
});

test("a person is asked, and only `yes` applies", async () => {
  const place = workplace("hello");
  place.answers.push("y");
  expect((await place.run("apply")).out).toContain("Nothing was done.");
  place.answers.push("yes");
  expect((await place.run("apply")).out).toContain("Done:");
});

test("plan --json is the contract of DESIGN.md and nothing else stands on standard output", async () => {
  const { out, code } = await workplace("hello").run("plan", "--json");
  expect(code).toBe(0);
  const plan = JSON.parse(out) as Record<string, unknown>;
  expect(plan).toMatchObject({ format: "placet.plan/v1", status: "optimal", gap: 0, unplaced: [] });
  expect(plan["placements"]).toContainEqual({ app: "core5g", workload: "upf", cluster: "lyon", replicas: 1 });
  const manifests = plan["manifests"] as Record<string, { kind: string }[]>;
  expect(manifests["lyon"]?.map((m) => m.kind)).toContain("NetworkPolicy");
  expect(plan["changes"]).toContainEqual(
    expect.objectContaining({
      cluster: "lyon",
      action: "create",
      kind: "Deployment",
      namespace: "core5g",
      name: "upf",
    }),
  );
});

test("what is wrong is underlined where it stands, in text and in JSON", async () => {
  const place = workplace({ "fleet.intent": fleet, "shop.intent": `${app}run webb where cpu >= 1\n` });
  const text = await place.run("check");
  expect(text.code).toBe(1);
  expect(text.err).toMatch(/shop\.intent:4:5/);
  expect(text.err).toContain("^^^^");
  expect(text.err).toContain("web");
  const { diagnostics } = JSON.parse((await place.run("check", "--json")).out) as {
    diagnostics: Record<string, unknown>[];
  };
  expect(diagnostics).toContainEqual(
    expect.objectContaining({
      severity: "error",
      file: "shop.intent",
      start: { line: 4, column: 5 },
      end: { line: 4, column: 9 },
    }),
  );
});

test("impossible exits with 3 and says what would help", async () => {
  const place = workplace({ "fleet.intent": fleet, "shop.intent": `${app}run web where cpu >= 12\n` });
  const { code, err } = await place.run("plan");
  expect(code).toBe(3);
  expect(err).toContain("no cluster can run `web`");
  expect(err).toContain("cpu >= 8");
  expect(JSON.parse((await place.run("plan", "--json")).out)).toMatchObject({ status: "infeasible", placements: [] });
});

test("two workloads are never promised the same eight CPUs", async () => {
  const two =
    'app shop {\n  workload a { image "r/a:1"  cpu 8 }\n  workload b { image "r/b:1"  cpu 8 }\n  workload c { image "r/c:1"  cpu 8 }\n}\nrun a\nrun b\nrun c\n';
  const { code, err } = await workplace({ "fleet.intent": fleet, "shop.intent": two }).run("plan");
  expect(code).toBe(3);
  for (const name of ["a", "b", "c"]) expect(err).toContain(`\`run ${name}\``);
});

test("a saved plan is applied as it is, and refused once it is stale", async () => {
  const place = workplace("hello");
  await place.run("plan", "--out", "tonight.json");
  expect(statSync(join(place.directory, "tonight.json")).mode & 0o777).toBe(0o600);
  expect((await place.run("apply", "tonight.json", "--yes")).code).toBe(0);
  expect((await place.run("apply", "tonight.json", "--yes")).code).toBe(5);
});

test("apply --json prints one event a line", async () => {
  const { out } = await workplace("hello").run("apply", "--yes", "--json");
  const events = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  expect(events[0]?.type).toBe("apply-started");
  expect(events.at(-1)).toMatchObject({ type: "apply-done", outcome: "done", failed: 0 });
});

test("explain says why here and why not there", async () => {
  const { out, code } = await workplace("hello").run("explain", "upf");
  expect(code).toBe(0);
  expect(out).toContain("lyon");
  expect(out).toMatch(/paris.*gpu/s);
  expect((await workplace("hello").run("explain", "nobody")).code).toBe(1);
});

test("what-if: without a cluster, with more intents, with another value", async () => {
  const params = `param copies = 2\n${app}run web x$copies\n`;
  const place = workplace({ "fleet.intent": fleet, "shop.intent": params });
  place.write("extra/pin.intent", "run web on lyon\n");
  const placements = async (...argv: string[]) =>
    (
      JSON.parse((await place.run("plan", "--json", ...argv)).out) as {
        placements: { cluster: string; replicas: number }[];
      }
    ).placements;
  expect((await placements("--without", "paris")).map((p) => p.cluster)).toEqual(["lyon"]);
  expect((await placements("--with", "extra/pin.intent")).map((p) => p.cluster)).toEqual(["lyon"]);
  expect((await placements("--set", "copies=3")).reduce((sum, p) => sum + p.replicas, 0)).toBe(3);
});

test("render writes one folder a cluster", async () => {
  const place = workplace("hello");
  expect((await place.run("render", "--out", "out")).code).toBe(0);
  expect(readFileSync(join(place.directory, "out/lyon/manifests.yaml"), "utf8")).toContain("kind: Deployment");
  expect((await place.run("render", "--cluster", "lyon")).out).toContain("kind: NetworkPolicy");
  expect((await place.run("render", "--cluster", "nowhere")).code).toBe(1);
});

test("fmt --check finds what is not canonical, and fmt mends it", async () => {
  const place = workplace({ "a.intent": "run   web   x2  // here\n" });
  expect((await place.run("fmt", "--check")).code).toBe(1);
  expect((await place.run("fmt")).code).toBe(0);
  expect(readFileSync(join(place.directory, "a.intent"), "utf8")).toBe("run web x2  // here\n");
  expect((await place.run("fmt", "--check")).code).toBe(0);
});

test("the completion scripts name every command and are valid shell", async () => {
  const { run } = workplace({});
  for (const shell of ["bash", "zsh", "fish"]) {
    const { out } = await run("completion", shell);
    for (const name of ["plan", "apply", "explain", "discover"]) expect(out, shell).toContain(name);
    if (shell === "bash") execFileSync("bash", ["-n"], { input: out });
  }
  expect((await run("completion", "tcsh")).code).toBe(1);
});

test("wrong options are refused with what they should be", async () => {
  const { run } = workplace("hello");
  for (const [option, value] of [
    ["--gap", "much"],
    ["--time-limit", "soon"],
    ["--solver", "magic"],
    ["--seed", "-1"],
    ["--set", "sites"],
  ] as const) {
    const { code, err } = await run("plan", option, value);
    expect(code, option).toBe(1);
    expect(err, option).toContain(value);
  }
});

function files(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String) : [];
}

test("plan --failures says what happens when a cluster is lost", async () => {
  const programs = `${app}run web x3 survive 1 cluster\n`;
  const place = workplace({ "fleet.intent": fleet, "shop.intent": programs });
  const text = await place.run("plan", "--failures");
  expect(text.out).toContain("What if one is lost");
  expect(text.out).toMatch(/paris.*\d replicas? moves? out/);
  const { failures } = JSON.parse((await place.run("plan", "--failures", "--json")).out) as {
    failures: { lost: string; status: string; evacuated: { to: string }[] }[];
  };
  expect(failures.map((f) => f.lost)).toEqual(["lyon", "paris"]);
  for (const f of failures) expect(f.evacuated.every((e) => e.to !== f.lost)).toBe(true);
});

test("a loss that leaves too little room is called impossible, with the reason", async () => {
  const two =
    'app shop {\n  workload a { image "r/a:1"  cpu 7 }\n  workload b { image "r/b:1"  cpu 7 }\n}\nrun a\nrun b\n';
  const { out, code } = await workplace({ "fleet.intent": fleet, "shop.intent": two }).run("plan", "--failures");
  expect(code).toBe(0);
  expect(out).toMatch(/paris.*not everything can run/);
});

test("explain --prices names the intent that costs something, and by how much", async () => {
  const priced =
    "cluster dear { cost 1  nodes n x1 { cpu 8  memory 8Gi } }\ncluster cheap { cost 0.1  nodes n x1 { cpu 8  memory 8Gi } }\n";
  const place = workplace({ "fleet.intent": priced, "shop.intent": `${app}run web on dear\nminimize cost\n` });
  expect((await place.run("explain", "web", "--prices")).out).toMatch(/run web on dear: cost −0\.9/);
});
