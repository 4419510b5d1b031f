// Generated policies judged by a real data plane's evaluator (kube-network-policies): on 2,000 random programs it must let through what
// the sentences mean, connection by connection, and nothing else.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectedOf, explain, refusals } from "../oracles/traffic-answers.ts";
import { trafficCases, type TrafficCase } from "../oracles/traffic-cases.ts";
import type { Attempt, End } from "../oracles/traffic-meaning.ts";
import {
  startNetworkPolicyJudge,
  type Connection,
  type NetworkPolicyJudge,
  type PolicyCase,
} from "./network-policy-judge.ts";
import { toolsMissing } from "./tools.ts";

const PROGRAMS = 2000;
const ATTEMPTS = 60;

function connection({ from, to, protocol, port }: Attempt): Connection {
  const end = <P extends string, I extends string>(e: End, pod: P, ip: I) =>
    e.kind === "pod" ? { [pod]: e.id } : { [ip]: e.ip };
  return { ...end(from, "fromPod", "fromIP"), ...end(to, "toPod", "toIP"), protocol, port } as Connection;
}

function caseOf(c: TrafficCase, attempts: readonly Attempt[]): PolicyCase {
  const pods = c.ends.filter((end) => end.kind === "pod");
  const namespaces = new Set([
    ...pods.map((pod) => pod.namespace),
    ...c.policies.map((p) => p.metadata.namespace ?? ""),
  ]);
  return {
    namespaces: [...namespaces].map((name) => ({ name })),
    pods: pods.map((pod) => ({
      namespace: pod.namespace,
      name: pod.id.slice(pod.namespace.length + 1),
      ip: pod.ip,
      labels: pod.labels,
      ports: pod.ports.map(({ name, number, protocol }) => ({ ...(name ? { name } : {}), port: number, protocol })),
    })),
    networkPolicies: c.objects.filter((object) => object.kind === "NetworkPolicy"),
    queries: attempts.map(connection),
  };
}

describe.skipIf(toolsMissing("network-policy-judge"))("an independent engine on random traffic programs", () => {
  let judge: NetworkPolicyJudge;
  beforeAll(() => {
    judge = startNetworkPolicyJudge();
  });
  afterAll(() => judge.stop());

  test("lets through what the sentences mean, and nothing else", async () => {
    const seen = { connections: 0, yes: 0 };
    const wrong: string[] = [];
    for (const cases of trafficCases(1, PROGRAMS, ATTEMPTS)) {
      for (const c of cases) {
        if (refusals(c).length > 0) continue;
        const should = expectedOf(c);
        // That a node reaches its own pods is the data plane's doing; the judge knows addresses, not nodes.
        const attempts = c.attempts.filter(({ from }) => from.kind === "pod" || from.runs === undefined);
        const verdicts = await judge.judge(caseOf(c, attempts));
        attempts.forEach((attempt, index) => {
          const wanted = should(attempt);
          seen.connections += 1;
          if (wanted) seen.yes += 1;
          if (verdicts[index] !== wanted) wrong.push(explain(c, attempt, wanted));
        });
      }
      if (wrong.length > 0) break;
    }
    expect(wrong[0]).toBeUndefined();
    expect(seen.connections).toBeGreaterThan(PROGRAMS * ATTEMPTS);
    expect(seen.yes).toBeGreaterThan(seen.connections / 10);
    expect(seen.yes).toBeLessThan((seen.connections * 9) / 10);
  });
});
