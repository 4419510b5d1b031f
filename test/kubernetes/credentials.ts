// Who may do what in the test clusters: tokens, the key that signs service account tokens, and kubeconfig files.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

/** A user besides the administrator. What it may do, a test grants with Roles and bindings. */
export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
}

export interface Access {
  readonly user: string;
  readonly token: string;
}

export interface Context {
  readonly cluster: string;
  readonly url: string;
  readonly ca: string;
}

const administrator = "admin";

/** Writes the file that API servers read tokens from; answers the token of every user, the administrator's first. */
export function writeTokens(file: string, users: readonly User[]): readonly Access[] {
  const all: readonly User[] = [{ name: administrator, groups: ["system:masters"] }, ...users];
  const access = all.map((user) => ({ user: user.name, token: randomBytes(16).toString("hex") }));
  const lines = all.map((user, index) =>
    [access[index]?.token, user.name, `uid-${user.name}`, `"${(user.groups ?? []).join(",")}"`].join(","),
  );
  writeFileSync(file, lines.join("\n") + "\n", { mode: 0o600 });
  return access;
}

export function writeServiceAccountKey(file: string): void {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(file, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
}

/** A context of the cluster's name for the administrator, and USER@CLUSTER for each of the others. */
export function writeKubeconfig(file: string, contexts: readonly Context[], access: readonly Access[]): void {
  const entries = contexts.flatMap((context) =>
    access.map(({ user }) => ({
      name: contextName(context.cluster, user),
      context: { cluster: context.cluster, user },
    })),
  );
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ cluster, url, ca }) => ({
      name: cluster,
      cluster: { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") },
    })),
    users: access.map(({ user, token }) => ({ name: user, user: { token } })),
    contexts: entries,
    "current-context": entries[0]?.name ?? "",
  };
  writeFileSync(file, JSON.stringify(kubeconfig, null, 2), { mode: 0o600 }); // JSON is YAML
}

export function contextName(cluster: string, user: string): string {
  return user === administrator ? cluster : `${user}@${cluster}`;
}
