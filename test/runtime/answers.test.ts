// What an API server's refusals mean: each of these answers was given by a real one (kube-apiserver 1.36.3).
import { expect, it } from "vitest";
import { fieldPath, refusalOf } from "../../runtime/clusters/answers.ts";
import type { RefusalKind } from "../../runtime/targets/refusal.ts";

const status = (code: number, rest: object): { status: number; text: string } => ({
  status: code,
  text: JSON.stringify({ kind: "Status", status: "Failure", code, ...rest }),
});

const answers: readonly (readonly [string, { status: number; text: string }, RefusalKind])[] = [
  ["bad token", status(401, { reason: "Unauthorized", message: "Unauthorized" }), "unauthorized"],
  [
    "no right",
    status(403, { reason: "Forbidden", message: 'configmaps is forbidden: User "eve" cannot list' }),
    "forbidden",
  ],
  ["quota", status(403, { reason: "Forbidden", message: 'pods "a" is forbidden: exceeded quota: q' }), "quota"],
  [
    "namespace terminating",
    status(403, { reason: "Forbidden", message: "x", details: { causes: [{ reason: "NamespaceTerminating" }] } }),
    "namespace-terminating",
  ],
  [
    "webhook denied",
    status(403, { reason: "Forbidden", message: 'admission webhook "a" denied the request: no' }),
    "denied",
  ],
  ["kind not served", { status: 404, text: "404 page not found\n" }, "not-served"],
  [
    "namespace missing",
    status(404, {
      reason: "NotFound",
      message: 'namespaces "x" not found',
      details: { kind: "namespaces", name: "x" },
    }),
    "namespace-missing",
  ],
  [
    "absent",
    status(404, {
      reason: "NotFound",
      message: 'configmaps "x" not found',
      details: { kind: "configmaps", name: "x" },
    }),
    "absent",
  ],
  ["exists", status(409, { reason: "AlreadyExists", message: "exists" }), "foreign"],
  ["modified", status(409, { reason: "Conflict", message: "the object has been modified" }), "moved"],
  [
    "uid mismatch",
    status(409, {
      reason: "Conflict",
      message: "uid mismatch: the provided object specified uid x, and no existing object was found",
    }),
    "moved",
  ],
  [
    "uid of another",
    status(422, {
      reason: "Invalid",
      message: "metadata.uid: field is immutable",
      details: { causes: [{ field: "metadata.uid", message: "Invalid value: field is immutable" }] },
    }),
    "moved",
  ],
  [
    "selector",
    status(422, {
      reason: "Invalid",
      message: "x",
      details: {
        causes: [
          { field: "spec.selector", reason: "FieldValueInvalid", message: "Invalid value: {}: field is immutable" },
        ],
      },
    }),
    "immutable",
  ],
  [
    "cluster address",
    status(422, {
      reason: "Invalid",
      message: "x",
      details: {
        causes: [{ field: "spec.clusterIPs[0]", message: 'Invalid value: ["10.0.0.1"]: may not change once set' }],
      },
    }),
    "immutable",
  ],
  [
    "address taken",
    status(422, {
      reason: "Invalid",
      message: "x",
      details: { causes: [{ field: "spec.clusterIPs", message: "Invalid value: provided IP is already allocated" }] },
    }),
    "invalid",
  ],
  [
    "immutable and invalid",
    status(422, {
      reason: "Invalid",
      message: "x",
      details: {
        causes: [
          { field: "a", message: "field is immutable" },
          { field: "b", message: "Required value" },
        ],
      },
    }),
    "invalid",
  ],
  [
    "statefulset",
    status(422, {
      reason: "Invalid",
      message: "x",
      details: {
        causes: [
          {
            field: "spec",
            reason: "FieldValueForbidden",
            message: "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden",
          },
        ],
      },
    }),
    "immutable",
  ],
  [
    "policy denied",
    status(422, { reason: "Invalid", message: "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no" }),
    "denied",
  ],
  ["overload", { status: 429, text: "Too many requests, please try again later.\n" }, "busy"],
  [
    "unknown field",
    status(500, {
      message:
        "failed to create typed patch object (default/a; v1, Kind=ConfigMap): .dta: field not declared in schema",
    }),
    "invalid",
  ],
  [
    "webhook down",
    status(500, { reason: "InternalError", message: 'failed calling webhook "a": connection refused' }),
    "server",
  ],
  ["future version", status(504, { reason: "Timeout", message: "Too large resource version" }), "server"],
];

it.each(answers)("%s", (_, answer, kind) => {
  expect(refusalOf(answer).kind).toBe(kind);
});

it("names the fields of a conflict and who owns them", () => {
  const causes = [
    { reason: "FieldManagerConflict", message: 'conflict with "kubectl-edit" using apps/v1', field: ".spec.replicas" },
    {
      reason: "FieldManagerConflict",
      message: 'conflict with "helm" using apps/v1',
      field: '.spec.template.spec.containers[name="amf"].image',
    },
  ];
  expect(refusalOf(status(409, { reason: "Conflict", message: "Apply failed", details: { causes } }))).toMatchObject({
    kind: "conflict",
    details: {
      fields: [
        { path: "/spec/replicas", owner: "kubectl-edit" },
        { path: "/spec/template/spec/containers[amf]/image", owner: "helm" },
      ],
    },
  });
});

it("lets no control character of a cluster through", () => {
  const refusal = refusalOf(status(400, { message: "a\u001b[31mred\u0007\nb\u202e" }));
  // oxlint-disable-next-line no-control-regex
  expect(refusal.message).not.toMatch(/[\u0000-\u001f\u202e]/);
  expect(fieldPath(".metadata.labels\u001b")).toBe("/metadata/labels");
});
