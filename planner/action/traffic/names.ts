// Names of what the traffic controller makes: deterministic, readable, and short enough. It must not know why they are needed.

/** `text` when it is at most `most` characters long; else its beginning and a hash of all of it. */
export function fitting(text: string, most = 63): string {
  if (text.length <= most) return text;
  const hash = hashOf(text);
  return `${text.slice(0, most - hash.length - 1).replace(/[^a-z0-9A-Z]+$/, "")}-${hash}`;
}

/** 64 bits of FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) in base 36, over UTF-16 code units. */
export function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(36);
}
