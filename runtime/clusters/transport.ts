// Requests to one API server: over one HTTP/2 connection, each with a deadline, repeated where that is safe, never too many at once.
// It sends the text it is given, byte by byte. It must not know Kubernetes objects.
import { Pool, ProxyAgent, type Dispatcher } from "undici";
import { requestsAtOnce } from "../parallel.ts";
import { Refusal } from "../targets/refusal.ts";
import type { World } from "../world.ts";
import type { Access } from "./kubeconfig.ts";

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query, as it goes on the wire. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Milliseconds for one attempt; default 30 s. */
  readonly within?: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Transport {
  /** Gives whatever the server answers; rejects as `unreachable`, `timeout` or `busy` when it gives nothing. */
  readonly send: (request: Request) => Promise<Answer>;
  /** Told before every pause, with why there is one. */
  readonly onRetry: (tell: (reason: string, milliseconds: number) => void) => void;
  readonly close: () => Promise<void>;
}

const attemptMilliseconds = 30_000;
const connectMilliseconds = 10_000;
/** A server that says "later" is asked again for this long; one that fails or is gone only a few times. */
const patienceMilliseconds = 60_000;
const pauses = [150, 400, 1_000];

/** `access` is asked for again once when the server no longer accepts who we are: tokens and plugin certificates run out. */
export function openTransport(world: Pick<World, "clock" | "sleep">, access: () => Promise<Access>): Transport {
  let connection: Promise<{ access: Access; dispatcher: Dispatcher }> | undefined;
  const connect = (): Promise<{ access: Access; dispatcher: Dispatcher }> => {
    connection ??= access()
      .then((found) => ({ access: found, dispatcher: dispatcherOf(found) }))
      .catch((error: unknown) => {
        connection = undefined; // what failed may be mended by the next time
        throw error;
      });
    return connection;
  };
  const reconnect = async (stale: Dispatcher): Promise<void> => {
    const current = await connection;
    if (current?.dispatcher !== stale) return; // somebody renewed it already
    connection = undefined;
    void stale.close().catch(() => undefined);
  };
  const turn = turns(requestsAtOnce);
  let tellRetry: (reason: string, milliseconds: number) => void = () => undefined;

  const send = async (request: Request): Promise<Answer> => {
    const end = world.clock() + patienceMilliseconds;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      const { access: found, dispatcher } = await connect();
      const result = await turn(() => once(dispatcher, found, request));
      if (result.kind === "answer" && result.status === 401 && !renewed) {
        renewed = true;
        await reconnect(dispatcher);
        continue;
      }
      const pause = pauseBefore(result, attempt);
      if (pause === undefined || world.clock() + pause > end) {
        if (result.kind === "answer") return result;
        throw new Refusal(result.kind, result.message);
      }
      tellRetry(result.kind === "answer" ? busyReason(result.status) : result.message, pause);
      await world.sleep(pause);
    }
  };

  return {
    send,
    onRetry: (tell) => void (tellRetry = tell),
    close: async () => {
      const open = connection;
      connection = undefined;
      const opened = await open?.catch(() => undefined);
      await opened?.dispatcher.destroy();
    },
  };
}

type Attempt =
  | { readonly kind: "answer"; readonly status: number; readonly text: string; readonly retryAfter: number | undefined }
  | { readonly kind: "unreachable" | "timeout"; readonly message: string };

function dispatcherOf(access: Access): Dispatcher {
  const tls = { ...access.tls, timeout: connectMilliseconds, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (access.proxy !== undefined) {
    if (!/^https?:/.test(access.proxy))
      throw new Refusal("unreachable", `the proxy \`${access.proxy}\` is of a kind that is not supported`, {
        help: "use an http or https proxy",
      });
    return new ProxyAgent({ uri: access.proxy, requestTls: tls, allowH2: true });
  }
  // One connection carries every stream of HTTP/2; a server that speaks only HTTP/1.1 gets a few.
  return new Pool(new URL(access.server).origin, {
    connect: tls,
    allowH2: true,
    connections: 8,
    keepAliveTimeout: 20_000,
  });
}

async function once(dispatcher: Dispatcher, access: Access, request: Request): Promise<Attempt> {
  const url = new URL(access.server);
  const within = request.within ?? attemptMilliseconds;
  const signal = AbortSignal.timeout(within);
  try {
    const response = await dispatcher.request({
      origin: url.origin,
      path: (url.pathname === "/" ? "" : url.pathname) + request.path,
      method: request.method,
      headers: {
        accept: request.accept ?? "application/json",
        "user-agent": "placet",
        ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
        ...access.headers,
      },
      ...(request.body === undefined ? {} : { body: request.body }),
      signal,
      headersTimeout: within,
      bodyTimeout: within,
    });
    const text = await response.body.text();
    return {
      kind: "answer",
      status: response.statusCode,
      text,
      retryAfter: secondsOf(response.headers["retry-after"]),
    };
  } catch (error) {
    if (signal.aborted) return { kind: "timeout", message: `no answer in ${within / 1000} s` };
    return { kind: "unreachable", message: reasonOf(error) };
  }
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 30) : undefined;
}

/** Milliseconds until the next attempt; undefined when this was the last. Every request of ours may be repeated: it carries its conditions. */
function pauseBefore(result: Attempt, attempt: number): number | undefined {
  if (result.kind !== "answer") return result.kind === "timeout" ? undefined : pauses[attempt];
  // Spread by the attempt, so that those refused together do not all come back together.
  if (result.status === 429) return (result.retryAfter ?? 1) * 1000 + ((attempt * 137 + result.text.length * 31) % 250);
  const passing = result.status === 502 || result.status === 503 || result.status === 504 || isPassing(result);
  return passing ? (result.retryAfter === undefined ? pauses[attempt] : result.retryAfter * 1000) : undefined;
}

const busyReason = (status: number): string =>
  status === 429 ? "the server is busy" : `the server fails in passing (${status})`;

/** A 500 is mostly for good; but not while etcd elects a leader, or a webhook's pod restarts. */
const isPassing = ({ status, text }: { readonly status: number; readonly text: string }): boolean =>
  status === 500 && /etcdserver: (leader changed|request timed out|no leader)|failed calling webhook/.test(text);

function reasonOf(error: unknown): string {
  const { code, message, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nothing listens there (connection refused)",
    ENOTFOUND: "its name can not be resolved",
    EHOSTUNREACH: "there is no way to it",
    ECONNRESET: "the connection was cut",
    UND_ERR_CONNECT_TIMEOUT: `no connection in ${connectMilliseconds / 1000} s`,
    UND_ERR_SOCKET: "the connection was cut",
    CERT_HAS_EXPIRED: "its certificate has expired (or this machine's clock is wrong)",
    CERT_NOT_YET_VALID: "its certificate is not valid yet (or this machine's clock is wrong)",
    DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is signed by nobody that the kubeconfig trusts",
    SELF_SIGNED_CERT_IN_CHAIN: "its certificate is signed by nobody that the kubeconfig trusts",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its certificate is signed by nobody that the kubeconfig trusts",
  };
  return known[code ?? ""] ?? known[cause?.code ?? ""] ?? (message === "" ? (code ?? "no connection") : message);
}

/** At most `width` at once, in the order in which they came. */
function turns(width: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
