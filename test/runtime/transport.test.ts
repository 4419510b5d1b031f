// What goes over the wire, byte for byte, and what is asked again: against a server of this process.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubernetesObject } from "../../compiler/index.ts";
import { accessOf } from "../../runtime/clusters/kubeconfig.ts";
import { openTransport, type Transport } from "../../runtime/clusters/transport.ts";
import { wireBody } from "../../runtime/clusters/marks.ts";
import { clusterClient } from "../../runtime/clusters/client.ts";
import { Refusal } from "../../runtime/targets/refusal.ts";

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly type: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

let server: Server;
let directory: string;
let transport: Transport;
let seen: Seen[];
let answer: (request: Seen, response: ServerResponse) => void;
let slept: number[];

function kubeconfig(user: unknown, name = "test"): string {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`;
  const file = join(directory, `${name}.yaml`);
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name, cluster: { server: url, "insecure-skip-tls-verify": true } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    }),
  );
  return file;
}

const clock = { clock: () => performance.now(), sleep: async (ms: number) => void slept.push(ms) };
const open = (file: string): Transport => openTransport(clock, () => accessOf("test", [file]));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "placet-wire-"));
  seen = [];
  slept = [];
  answer = (_, response) => response.end("{}");
  server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      const one = {
        method,
        url,
        type: headers["content-type"],
        authorization: headers.authorization,
        body: Buffer.concat(parts).toString("utf8"),
      };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  transport = open(kubeconfig({ token: "first" }));
});

afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

const policy: KubernetesObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "web", namespace: "shop", annotations: { note: "naïve ☃" } },
  spec: {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [
          { podSelector: { matchLabels: { app: "amf" } } },
          { ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } },
        ],
        ports: [{ port: "sbi", protocol: "SCTP", endPort: 9 }],
      },
    ],
  },
};

describe("a manifest on the wire", () => {
  it("is the manifest itself, with our mark: `from` of a NetworkPolicy is there", async () => {
    const resource = {
      group: "networking.k8s.io",
      version: "v1",
      kind: "NetworkPolicy",
      plural: "networkpolicies",
      namespaced: true,
      verbs: [],
    };
    const ref = { apiVersion: policy.apiVersion, kind: policy.kind, namespace: "shop", name: "web" };
    await clusterClient(transport).apply(resource, ref, wireBody(policy, { mark: "mine" }), {
      manager: "placet.dev/shop",
      force: false,
      dryRun: false,
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: "PATCH",
      url: "/prefix/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/web?fieldManager=placet.dev%2Fshop&force=false",
      type: "application/apply-patch+yaml",
      authorization: "Bearer first",
    });
    const labels = { "applyset.kubernetes.io/part-of": "mine" };
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({ ...policy, metadata: { ...policy.metadata, labels } });
    expect(seen[0]?.body).toContain(JSON.stringify(policy["spec"]));
  });

  it("leaves out what only a server may set", () => {
    const exported = {
      ...policy,
      metadata: {
        ...policy.metadata,
        uid: "u",
        resourceVersion: "7",
        managedFields: [],
        creationTimestamp: "2026-01-01T00:00:00Z",
      },
    };
    expect(wireBody(exported, { mark: undefined, uid: "live" })).toEqual({
      ...policy,
      metadata: { ...policy.metadata, uid: "live" },
    });
  });
});

describe("a request", () => {
  it("is repeated when the server is busy, after as long as it says", async () => {
    answer = (_, response) => {
      response.statusCode = seen.length < 3 ? 429 : 200;
      if (seen.length < 3) response.setHeader("Retry-After", "2");
      response.end(seen.length < 3 ? "Too many requests, please try again later." : "ok");
    };
    expect(await transport.send({ method: "GET", path: "/version" })).toMatchObject({ status: 200, text: "ok" });
    expect(slept).toHaveLength(2);
    for (const pause of slept) expect(pause).toBeGreaterThanOrEqual(2_000);
  });

  it("is repeated a few times when the server fails in passing, and not when it refuses", async () => {
    answer = (_, response) => {
      response.statusCode = 503;
      response.end("etcdserver: leader changed");
    };
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(503);
    expect(seen).toHaveLength(4);
    answer = (_, response) => {
      response.statusCode = 500;
      response.end('{"kind":"Status","message":"failed to create typed patch object: field not declared in schema"}');
    };
    seen = [];
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(500);
    expect(seen).toHaveLength(1);
  });

  it("has a deadline", async () => {
    answer = () => undefined;
    const started = performance.now();
    const refusal = await transport.send({ method: "GET", path: "/", within: 200 }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect((refusal as Refusal).kind).toBe("timeout");
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it("is unreachable when nothing listens, after a few attempts", async () => {
    const file = kubeconfig({ token: "first" }, "test");
    await transport.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    transport = open(file);
    const refusal = (await transport.send({ method: "GET", path: "/" }).catch((error: unknown) => error)) as Refusal;
    expect([refusal.kind, refusal.message]).toEqual(["unreachable", "nothing listens there (connection refused)"]);
    expect(slept).toHaveLength(3);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });

  it("asks a credential plugin again, once, when the server no longer accepts who we are", async () => {
    const counter = join(directory, "count");
    writeFileSync(counter, "");
    const script = `const fs = require("fs"); fs.appendFileSync(${JSON.stringify(counter)}, "x"); const n = fs.readFileSync(${JSON.stringify(counter)}, "utf8").length; console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status: { token: "token-" + n } }))`;
    const user = {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: process.execPath,
        args: ["-e", script],
        interactiveMode: "Never",
      },
    };
    await transport.close();
    transport = open(kubeconfig(user));
    answer = ({ authorization }, response) => {
      response.statusCode = authorization === "Bearer token-2" ? 200 : 401;
      response.end("{}");
    };
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(200);
    expect(seen.map((one) => one.authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
    answer = (_, response) => {
      response.statusCode = 401;
      response.end("{}");
    };
    seen = [];
    expect((await transport.send({ method: "GET", path: "/" })).status).toBe(401);
    expect(seen).toHaveLength(2);
  });

  it("is never one of more than 32 at once", async () => {
    let now = 0;
    let most = 0;
    answer = (_, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now -= 1;
        response.end("{}");
      }, 2);
    };
    await Promise.all(Array.from({ length: 200 }, (_, i) => transport.send({ method: "GET", path: `/${i}` })));
    expect(seen).toHaveLength(200);
    expect(most).toBeLessThanOrEqual(32);
  });
});

describe("a kubeconfig", () => {
  it("without the context names those that there are", async () => {
    const file = kubeconfig({ token: "x" });
    const refusal = (await accessOf("tset", [file]).catch((error: unknown) => error)) as Refusal;
    expect(refusal.message).toContain("there is no context `tset`");
    expect(refusal.details.help).toContain("`test`");
  });

  it("that is no YAML is said to be none", async () => {
    const file = join(directory, "broken");
    writeFileSync(file, "clusters: [");
    await expect(accessOf("test", [file])).rejects.toThrow("is not a kubeconfig");
  });
});
