// Walks the grammar's productions without parsing: which tokens can come next after these. Completion and the wording of errors ask it.
// It must not know what the rules build.
import {
  Alternation,
  type Alternative,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type IProduction,
  type TokenType,
} from "chevrotain";
import { sharedParser } from "./parser.ts";
import { Count, isPlaceWord } from "./tokens.ts";

/** A place in the grammar: the productions still to come, innermost first. Equal places are one object. */
interface Place {
  readonly productions: readonly IProduction[];
  readonly at: number;
  readonly rest: Place | undefined;
  readonly id: number;
}

interface Step {
  readonly type: TokenType;
  readonly next: Place | undefined;
}

/** Where a walk may be after some tokens. */
export interface Walk {
  readonly steps: readonly Step[];
  /** Whether the statement may end here. */
  readonly complete: boolean;
}

class Walker {
  private readonly places = new Map<string, Place>();
  private readonly ids = new Map<readonly IProduction[], number>();
  private readonly plain = new Map<IProduction, readonly IProduction[]>();

  /** The walk at the beginning of a statement. */
  begin(): Walk {
    const statement = sharedParser().getGAstProductions()["statement"]!;
    return this.reach([this.place(statement.definition, 0, undefined)]);
  }

  /** The walk after one more token; undefined when it can not come next. A keyword of the place is that keyword and no name. */
  advance(walk: Walk, type: TokenType): Walk | undefined {
    const fitting = walk.steps.filter((step) => fits(step.type, type));
    const exact = isPlaceWord(type) || fits(Count, type) ? fitting.filter((step) => isKeyword(step.type)) : [];
    const taken = exact.length > 0 ? exact : fitting;
    return taken.length === 0 ? undefined : this.reach(taken.map((step) => step.next));
  }

  /** The walk at any of these places. */
  reach(places: readonly (Place | undefined)[]): Walk {
    const steps = new Map<string, Step>();
    const seen = new Set<Place>();
    let complete = false;
    const stack = places.toReversed();
    while (stack.length > 0) {
      const place = stack.pop();
      if (place === undefined) {
        complete = true;
        continue;
      }
      if (seen.has(place)) continue;
      seen.add(place);
      const production = place.productions[place.at];
      if (production === undefined) {
        stack.push(place.rest);
        continue;
      }
      const after = this.place(place.productions, place.at + 1, place.rest);
      if (production instanceof Terminal) {
        const key = `${production.terminalType.tokenTypeIdx}:${after.id}`;
        steps.set(key, { type: production.terminalType, next: after });
      } else stack.push(...this.inside(production, place, after).toReversed()); // so that steps come in the grammar's order
    }
    return { steps: [...steps.values()], complete };
  }

  private inside(production: IProduction, place: Place, after: Place): Place[] {
    if (production instanceof NonTerminal) return [this.place(production.referencedRule.definition, 0, after)];
    if (production instanceof Alternation) {
      return production.definition.map((alternative) => this.place((alternative as Alternative).definition, 0, after));
    }
    if (production instanceof Option || production instanceof Repetition) {
      const then = production instanceof Repetition ? place : after;
      return [this.place(production.definition, 0, then), after];
    }
    return [this.place(this.desugared(production), 0, after)];
  }

  /** Repetitions with separators or of one or more, as sequences of the simpler productions. */
  private desugared(production: IProduction): readonly IProduction[] {
    const known = this.plain.get(production);
    if (known !== undefined) return known;
    const result = desugar(production);
    this.plain.set(production, result);
    return result;
  }

  private place(productions: readonly IProduction[], at: number, rest: Place | undefined): Place {
    let list = this.ids.get(productions);
    if (list === undefined) this.ids.set(productions, (list = this.ids.size));
    const key = `${list}:${at}:${rest?.id ?? -1}`;
    let place = this.places.get(key);
    if (place === undefined) this.places.set(key, (place = { productions, at, rest, id: this.places.size }));
    return place;
  }
}

function desugar(production: IProduction): IProduction[] {
  if (production instanceof RepetitionMandatory) {
    return [...production.definition, new Repetition({ definition: production.definition })];
  }
  if (production instanceof RepetitionMandatoryWithSeparator || production instanceof RepetitionWithSeparator) {
    const separator = new Terminal({ terminalType: production.separator });
    const many = [...production.definition, new Repetition({ definition: [separator, ...production.definition] })];
    return production instanceof RepetitionWithSeparator ? [new Option({ definition: many })] : many;
  }
  return [];
}

const isKeyword = (type: TokenType): boolean => isPlaceWord(type) || type === Count;

/** Whether a token of type `actual` may stand where the grammar has `wanted`. */
export const fits = (wanted: TokenType, actual: TokenType): boolean =>
  wanted === actual || (wanted.categoryMatchesMap?.[actual.tokenTypeIdx ?? -1] ?? false);

/** A walker's memory of places grows with nesting only; one is made for each question, so that no file can fill it for good. */
export const newWalker = (): Walker => new Walker();
