// Asks an independent engine which connections a set of NetworkPolicies lets through: the evaluator of kube-network-policies,
// in a Go program of our own (tools/network-policy-judge). It must not know how Placet makes policies.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Manifest } from "./api.ts";
import { requireTools } from "./tools.ts";

export interface PolicyCase {
  /** The judge adds the label `kubernetes.io/metadata.name`, as an API server does. */
  readonly namespaces: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
  readonly pods: readonly PolicyPod[];
  /** As they would be sent to an API server: strictly read, unknown fields are errors. */
  readonly networkPolicies: readonly Manifest[];
  readonly queries: readonly Connection[];
}

interface PolicyPod {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: Protocol }[];
  /** Its address is its node's: selectors never match it. */
  readonly hostNetwork?: boolean;
}

type Protocol = "TCP" | "UDP" | "SCTP";

/** One new connection. Each end is a pod (`namespace/name`) or an IP; the port is the destination pod's, TCP unless said. */
export type Connection = ({ readonly fromPod: string } | { readonly fromIP: string }) &
  ({ readonly toPod: string } | { readonly toIP: string }) & { readonly protocol?: Protocol; readonly port: number };

export interface NetworkPolicyJudge {
  /** One verdict for each query, in their order: true lets the connection through. Rejects when the case is malformed. */
  judge(input: PolicyCase): Promise<readonly boolean[]>;
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (verdicts: readonly boolean[]) => void;
  readonly reject: (problem: Error) => void;
}

/** Starts one judge; it answers cases in the order in which they are asked, a thousand in about a second. */
export function startNetworkPolicyJudge(): NetworkPolicyJudge {
  const child = spawn(requireTools("network-policy-judge")["network-policy-judge"], [], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting: Waiting[] = [];
  const ended = new Promise<void>((resolve) =>
    child.on("close", () => {
      for (const one of waiting.splice(0)) one.reject(new Error("the network policy judge ended"));
      resolve();
    }),
  );
  child.stdin.on("error", () => {}); // it has ended; `close` tells those who wait
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line);
    const one = waiting.shift();
    if (answer.error === undefined) one?.resolve(answer.verdicts ?? []);
    else one?.reject(new Error(`the network policy judge refuses the case: ${answer.error}`));
  });
  return {
    judge: (input) =>
      new Promise((resolve, reject) => {
        if (child.exitCode !== null || child.stdin.writableEnded) {
          reject(new Error("the network policy judge has ended"));
          return;
        }
        waiting.push({ resolve, reject });
        child.stdin.write(JSON.stringify(input) + "\n");
      }),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
