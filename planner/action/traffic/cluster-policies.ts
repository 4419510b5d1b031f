// The policies of one cluster: for each workload that runs there and each of its directions that is closed. It must not know how a
// policy is written, or other clusters.
import type { Ir, KubernetesObject, Workload } from "../../../compiler/index.ts";
import type { Diagnostic } from "../../../grammar/index.ts";
import type { PlacedObject } from "../controller.ts";
import { actionDiagnostics } from "../diagnostics.ts";
import { podPath } from "../pod-template.ts";
import type { Block } from "./address.ts";
import { closes, opensMore } from "./file-policies.ts";
import type { Identity } from "./identity.ts";
import { policiesOf } from "./policy.ts";
import { openingsOf, type Surroundings } from "./rules.ts";
import { showTraffic, type Direction, type OrdersOf } from "./statements.ts";

/** All that stays the same from cluster to cluster, and what has been made so far. */
export interface Program {
  readonly ir: Ir;
  readonly identities: ReadonlyMap<string, Identity>;
  readonly orders: OrdersOf;
  readonly fleetwide: Surroundings;
  /** Whether a policy of a file has that name. */
  readonly taken: (namespace: string, name: string) => boolean;
  readonly made: Map<string, readonly PlacedObject[]>;
  readonly compared: Map<KubernetesObject, Set<string>>;
  readonly say: (diagnostic: Diagnostic) => void;
}

/** Sorted by key. Policies that come in files may close directions of their own, and open others. */
export function policiesOfCluster(
  program: Program,
  present: ReadonlySet<string>,
  apiBlocks: readonly Block[],
  inFiles: readonly PlacedObject[],
): readonly PlacedObject[] {
  const here: Surroundings = { ...program.fleetwide, present: (workload) => present.has(workload), apiBlocks };
  const policies = [...present].flatMap((id) => {
    const identity = program.identities.get(id);
    if (identity === undefined || identity.workload.hostNetwork || isUnknown(identity)) return [];
    return (["ingress", "egress"] as const).flatMap((d) => policiesOfDirection(program, identity, d, inFiles, here));
  });
  return policies.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Pods that would need a label which nothing can give them: said by the checks, and never selected by accident. */
const isUnknown = ({ added, workload }: Identity): boolean => added && podPath(workload.kind) === undefined;

function policiesOfDirection(
  program: Program,
  identity: Identity,
  direction: Direction,
  inFiles: readonly PlacedObject[],
  here: Surroundings,
): readonly PlacedObject[] {
  const orders = program.orders(identity.workload.id, direction);
  if (!orders.closed && orders.allows.length + orders.dns.length === 0) return [];
  const closing = inFiles.filter((placed) => closes(placed.object, identity, direction));
  // A way that is open as it was needs nothing; one that a file closes needs what the intents allow, beside what the file lets through.
  if (!orders.closed && closing.length === 0) return [];
  const { openings } = openingsOf(identity, direction, orders, here);
  if (!orders.closed && openings.length === 0) return [];
  if (orders.closed) for (const placed of closing) refuseWider(program, placed, identity, direction, here);
  return placedPolicies(
    program,
    identity.workload,
    direction,
    policiesOf(identity, direction, openings, program.taken),
  );
}

/** The same policies are the same objects on every cluster. */
function placedPolicies(
  program: Program,
  workload: Workload,
  direction: Direction,
  objects: readonly KubernetesObject[],
): readonly PlacedObject[] {
  const key = `${workload.id} ${JSON.stringify(objects)}`;
  const known = program.made.get(key);
  if (known !== undefined) return known;
  const { isolates, denies, allows } = program.orders(workload.id, direction);
  const span = [...isolates, ...denies, ...allows][0]?.span;
  const because = reasonsOf(program, workload, direction);
  const made = objects.map((object): PlacedObject => ({
    key: `${object.apiVersion}/${object.kind}/${workload.namespace}/${object.metadata.name}`,
    object,
    app: workload.app,
    for: [workload.id],
    because,
    ...(span === undefined ? {} : { span }),
  }));
  program.made.set(key, made);
  return made;
}

/** `allow amf -> smf on sbi`: the first three statements that are about it, and how many more. */
function reasonsOf(program: Program, workload: Workload, direction: Direction): string {
  const nameOf = (id: string) => program.identities.get(id)?.workload.name ?? id;
  const { isolates, denies, allows } = program.orders(workload.id, direction);
  const statements = [...denies, ...allows].map((t) => showTraffic(t, nameOf));
  const texts = [...new Set([...isolates.map(() => `isolate ${workload.name}`), ...statements])];
  return texts.length <= 3 ? texts.join(", ") : `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more`;
}

/**
 * A policy of a file is compared with what the intents allow wherever their ends run: that one of them is not on this cluster does not
 * make the file's word for it wrong.
 */
function refuseWider(
  program: Program,
  { object, key, app }: PlacedObject,
  identity: Identity,
  direction: Direction,
  here: Surroundings,
): void {
  const comparison = JSON.stringify([identity.workload.id, direction, here.apiBlocks.map(({ base }) => String(base))]);
  let compared = program.compared.get(object);
  if (compared === undefined) program.compared.set(object, (compared = new Set()));
  if (compared.has(comparison)) return;
  compared.add(comparison);
  const orders = program.orders(identity.workload.id, direction);
  const { openings } = openingsOf(identity, direction, orders, { ...here, present: () => true });
  const allowed = policiesOf(identity, direction, openings, program.taken);
  const witness = opensMore(object, allowed, identity, direction, program.identities);
  if (witness === undefined) return;
  const from = program.ir.apps.find((a) => a.name === app)?.objects.find((o) => o.key === key);
  const parameters = [object.metadata.name, witness, identity.workload.name, direction] as const;
  program.say(actionDiagnostics.make["policy-opens-more"](from?.origin.span, [...parameters]));
}
