// Runs many things at once, but not too many. It must not know what they are.

/** Results in the order of `items`; at most `width` run at once. The first rejection rejects the whole, after what runs has ended. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  run: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = Array.from({ length: items.length });
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await run(item, index);
  };
  const workers = Array.from({ length: Math.min(width, items.length) }, worker);
  const ended = await Promise.allSettled(workers);
  for (const end of ended) if (end.status === "rejected") throw end.reason;
  return results;
}

/** How many clusters are worked on at once: each Kubernetes cluster has its own connection, and directories are quick. */
export const clustersAtOnce = 256;

/** How many requests run at once against one cluster: streams of one HTTP/2 connection. */
export const requestsAtOnce = 32;
