// What each intent costs as lines of text: what is exact, what is gained at least, and what is only known to be no more. It must not know how
// prices are found.
import type { IntentPrice, IntentPrices } from "../../../planner/index.ts";
import { objectiveValue } from "./plan-text.ts";
import { plural, printable } from "./style.ts";

/** Prices that are shown one by one. */
const MOST_LINES = 20;

/** The paragraph after `explain`'s; begins with an empty line. */
export function pricesText({ prices, unpriced, open }: IntentPrices): string {
  if (prices.length === 0 && unpriced === 0)
    return "\nno intent costs anything: without any one of them the plan would be no better\n";
  const shown = prices.slice(0, MOST_LINES);
  const rest = prices.slice(MOST_LINES);
  const lines = [
    ...(shown.length === 0 ? [] : ["what the plan would gain without an intent:"]),
    ...shown.map((price) => `  ${printable(price.text)}: ${wordsOf(price)}`),
    ...(rest.length === 0
      ? []
      : [`  and ${plural(rest.length, "more intent")}${mostOf(rest)} (\`--json\` has them all)`]),
    ...(open === undefined
      ? []
      : [
          `the plan itself may be ${objectiveValue(open.name, open.gain)} ${open.name} from the best with all of its intents: what is at most that much may be nothing`,
        ]),
    ...(unpriced === 0 ? [] : [`${plural(unpriced, "intent")}: what they cost was not found out in time`]),
  ];
  return `\n${lines.join("\n")}\n`;
}

function wordsOf({ gains, exact, atMost }: IntentPrice): string {
  const changes = gains.map(
    ({ name, gain }) => `${name} ${gain > 0 ? "−" : "+"}${objectiveValue(name, Math.abs(gain))}`,
  );
  if (exact) return changes.join(", ");
  const most = atMost === undefined ? "" : `at most ${atMost.name} −${objectiveValue(atMost.name, atMost.gain)}`;
  if (changes.length === 0) return most;
  return [`${changes.join(", ")} at least`, ...(most === "" ? [] : [most])].join("; ");
}

/** `, each at most cost −104.2`, where all are bounded on the same objective. */
function mostOf(prices: readonly IntentPrice[]): string {
  const [first] = prices;
  const name = first?.atMost?.name;
  if (name === undefined || prices.some(({ atMost }) => atMost?.name !== name)) return "";
  const most = Math.max(...prices.map(({ atMost }) => atMost?.gain ?? 0));
  return `, each at most ${name} −${objectiveValue(name, most)}`;
}
