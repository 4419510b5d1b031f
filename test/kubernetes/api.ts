// A bare client of one API server: JSON over one HTTP/2 connection, TLS verified. It must not know Placet's own client, which
// it helps to judge.
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";

/** A Kubernetes object, as JSON. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly uid: string }[];
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly body: any;
}

export interface Api {
  /** Sends one request; resolves with whatever status the server gives, rejects when it gives none in time. */
  request(method: string, path: string, body?: unknown, options?: RequestOptions): Promise<Answer>;
  /** Like `request`, but any status of 400 and above is an error, except those expected. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<any>;
  close(): void;
}

interface RequestOptions {
  readonly contentType?: string;
  readonly seconds?: number;
}

interface CallOptions extends RequestOptions {
  readonly expected?: readonly number[];
}

/** `ca` is the PEM text of the authority that signed the server's certificate. */
export function openApi(url: string, ca: string, token: string): Api {
  let session: ClientHttp2Session | undefined;

  const live = () => {
    if (session === undefined || session.closed || session.destroyed) {
      session = connect(url, { ca });
      session.on("error", () => {}); // every stream reports it
      session.unref();
    }
    return session;
  };

  const request: Api["request"] = async (method, path, body, options = {}) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      ":method": method,
      ":path": path,
      authorization: `Bearer ${token}`,
      accept: "application/json",
      ...(text === undefined ? {} : { "content-type": options.contentType ?? "application/json" }),
    };
    const stream = live().request(headers, { endStream: text === undefined });
    if (text !== undefined) stream.end(text);
    return await answerOf(stream, `${method} ${path}`, options.seconds ?? 30);
  };

  return {
    request,
    async call(method, path, body, options = {}) {
      const answer = await request(method, path, body, options);
      if (answer.status >= 400 && !options.expected?.includes(answer.status)) {
        throw new Error(`${method} ${path}: ${answer.status} ${answer.body?.message ?? JSON.stringify(answer.body)}`);
      }
      return answer.body;
    },
    close: () => session?.destroy(),
  };
}

function answerOf(stream: ClientHttp2Stream, what: string, seconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let status = 0;
    // A stream does not keep Node alive when its session is unreferenced; this timer does, until there is an answer.
    const deadline = setTimeout(() => {
      stream.close();
      reject(new Error(`${what}: no answer in ${seconds} s`));
    }, seconds * 1000);
    stream.on("response", (headers) => (status = Number(headers[":status"])));
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("error", reject);
    stream.on("close", () => {
      clearTimeout(deadline);
      if (status === 0) return reject(new Error(`${what}: the connection was lost`));
      const text = Buffer.concat(parts).toString("utf8");
      resolve({ status, body: parsed(text) });
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // /readyz, /metrics
  }
}

/** Runs a function for each item, at most `width` at once: a server takes about a hundred streams on a connection. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
  width = 32,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
