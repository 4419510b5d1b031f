// The words for a statement that does not parse: where it first goes wrong, what was expected there, and how to mend it.
// It must not know how the parser noticed.
import type { TokenType } from "chevrotain";
import type { Diagnostic } from "./diagnostic.ts";
import { syntax } from "./diagnostics.ts";
import { describe, nearWord } from "./expectations.ts";
import { remedy, replace, spanOf } from "./remedies.ts";
import * as t from "./tokens.ts";
import { newWalker, type Walk } from "./walk.ts";

/** Where a statement goes wrong. */
export interface Wrong {
  /** Of the token that can not stand there; the number of tokens when the statement ends too early. */
  readonly index: number;
  /** Whether what is before it is a whole statement. */
  readonly complete: boolean;
  readonly diagnostic: Diagnostic;
}

/** A statement longer than this is not walked again for the sake of its message. */
const longest = 20_000;

/**
 * The first error of a statement that the parser refused at `fallback`. Every prefix up to it is the beginning of some right statement,
 * so the place is exact, however far Chevrotain had looked ahead.
 */
export function explain(file: string, tokens: readonly t.Token[], fallback: number): Wrong {
  const walker = newWalker();
  let walk = walker.begin();
  let index = 0;
  const stop = tokens.length > longest ? 0 : tokens.length;
  for (; index < stop; index++) {
    const next = walker.advance(walk, tokens[index]!.tokenType);
    if (next === undefined) break;
    walk = next;
  }
  if (tokens.length > longest || (index === tokens.length && walk.complete)) {
    const at = Math.min(fallback, tokens.length - 1);
    return { index: at, complete: false, diagnostic: unexpected(file, tokens, at, undefined) };
  }
  const isReservedName = (): boolean => {
    const asName = walker.advance(walk, t.Name);
    const after = tokens[index + 1];
    if (asName === undefined) return false;
    return after === undefined ? asName.complete : walker.advance(asName, after.tokenType) !== undefined;
  };
  return {
    index,
    complete: walk.complete,
    diagnostic: diagnosticAt(file, tokens, index, walk, isReservedName),
  };
}

function diagnosticAt(
  file: string,
  tokens: readonly t.Token[],
  index: number,
  walk: Walk,
  isReservedName: () => boolean,
): Diagnostic {
  const wanted = walk.steps.map((step) => step.type);
  const token = tokens[index];
  if (index === 0) return unknownStatement(file, tokens[0]!);
  if (token === undefined) {
    const last = tokens[index - 1]!;
    return syntax.unfinished(spanOf(file, last), [describe(wanted), last.image]);
  }
  if (t.isReserved(token.tokenType) && isReservedName()) {
    return syntax["reserved-word"](spanOf(file, token), [token.image], {
      help: `as a name it is written \`"${token.image}"\``,
      fix: replace(file, token, JSON.stringify(token.image)),
    });
  }
  return unexpected(file, tokens, index, wanted);
}

/** What stands where a statement must begin. */
export function unknownStatement(file: string, token: t.Token): Diagnostic {
  const near = nearWord(token.image, (type) => t.isStatementWord(type));
  return syntax["unknown-statement"](
    spanOf(file, token),
    [token.image],
    near === undefined ? {} : { help: `did you mean \`${near}\`?`, fix: replace(file, token, near) },
  );
}

function unexpected(
  file: string,
  tokens: readonly t.Token[],
  index: number,
  wanted: readonly TokenType[] | undefined,
): Diagnostic {
  const token = tokens[index]!;
  const before = tokens[index - 1]?.image ?? "";
  const expected =
    wanted === undefined ? "something else" : wanted.length === 0 ? "the next statement" : describe(wanted);
  return syntax.unexpected(spanOf(file, token), [expected, before, token.image], remedy(file, token, wanted ?? []));
}
