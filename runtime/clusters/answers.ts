// What an API server's refusal means. Learnt by asking a real one (kube-apiserver 1.36), not from its documentation. Pure.
import { Refusal, type RefusalDetails, type RefusalKind } from "../targets/refusal.ts";
import type { Answer } from "./transport.ts";

/** The Status object of a refusal, as far as it is read. */
interface Status {
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** The refusal in an answer whose status is 400 or more. */
export function refusalOf({ status, text }: Answer): Refusal {
  const said = parse(text);
  const message = clean(said?.message ?? text) || `status ${status}`;
  const make = (kind: RefusalKind, details: RefusalDetails = {}): Refusal =>
    new Refusal(kind, message, { status, ...details });
  switch (status) {
    case 401:
      return make("unauthorized", { help: "the credentials of this context are wrong or have expired" });
    case 403:
      return forbidden(said, message, make);
    case 404:
      if (said === undefined) return make("not-served");
      return said.details?.kind === "namespaces" ? make("namespace-missing") : make("absent");
    case 409:
      return conflict(said, message, make);
    case 422:
      return invalid(said, message, make);
    case 429:
      return make("busy");
    case 400:
      return make("invalid");
    case 500:
      return broken(message, make);
    default:
      return make(status >= 500 ? "server" : "invalid");
  }
}

type Make = (kind: RefusalKind, details?: RefusalDetails) => Refusal;

function forbidden(said: Status | undefined, message: string, make: Make): Refusal {
  if (said?.details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") === true) {
    return make("namespace-terminating", { help: "wait until the namespace is gone, then plan again" });
  }
  if (message.includes("exceeded quota"))
    return make("quota", { help: "raise the ResourceQuota of the namespace, or ask for less" });
  if (/denied the request|denied request/.test(message)) return make("denied");
  return make("forbidden", { help: "give the user of this context the right to do this" });
}

function conflict(said: Status | undefined, message: string, make: Make): Refusal {
  const causes = said?.details?.causes ?? [];
  const fields = causes
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => {
      const owner = /conflict with "([^"]+)"/.exec(cause.message ?? "")?.[1];
      return { path: fieldPath(cause.field ?? ""), ...(owner === undefined ? {} : { owner: clean(owner) }) };
    });
  if (fields.length > 0) {
    return make("conflict", {
      fields,
      help: "take these fields out of the manifest, or take them over with `--adopt`",
    });
  }
  if (said?.reason === "AlreadyExists") return make("foreign");
  return message.includes("resourcequotas") ? make("busy") : make("moved");
}

// The words in which Kubernetes says that a field can not change; a 422 without them is a mistake in the manifest.
const immutable =
  /immutable|may not change once set|cannot be changed|cannot change|updates to .* are forbidden|forbidden: .*updates to|may not change fields other than|is not allowed to be (changed|updated)/i;

function invalid(said: Status | undefined, message: string, make: Make): Refusal {
  if (message.includes("denied request")) return make("denied");
  const causes = said?.details?.causes ?? [];
  if (causes.some((cause) => cause.field === "metadata.uid")) return make("moved");
  const fields = causes.map((cause) => ({ path: fieldPath(cause.field ?? "") }));
  const everyOne = causes.length > 0 && causes.every((cause) => immutable.test(cause.message ?? ""));
  return make(everyOne ? "immutable" : "invalid", { fields });
}

function broken(message: string, make: Make): Refusal {
  // Server-side apply answers an unknown field with a 500 that has no reason; asking again gives the same.
  if (/failed to create typed|field not declared in schema|not declared in schema/.test(message))
    return make("invalid");
  if (message.includes("failed calling webhook")) {
    return make("server", {
      help: "an admission webhook of the cluster does not answer; nothing can be written past it",
    });
  }
  return make("server");
}

/** `.spec.template.spec.containers[name="amf"].image` or `spec.selector` → `/spec/template/spec/containers[amf]/image`. */
export function fieldPath(field: string): string {
  const named = field.replaceAll(
    /\[(?:\w+="([^"]*)"|(\d+))[^\]]*\]/g,
    (_, name?: string, index?: string) => `[${name ?? index ?? ""}]`,
  );
  return clean(`/${named.replace(/^\./, "")}`).replaceAll(/\.(?![^[]*\])/g, "/");
}

function parse(text: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "Status"
      ? value
      : undefined;
  } catch {
    return undefined; // 404 of an unknown path and 429 are plain text
  }
}

/** Control characters of a cluster's words would act on a terminal. */
const clean = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ")
    .trim()
    .slice(0, 2000);
