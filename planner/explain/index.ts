// The door of explanations.
export { explanation as explainDiagnostics } from "./diagnostics.ts";
export { explainImpossible, type ExplainOptions } from "./impossible.ts";
export { leftAlone } from "./left-alone.ts";
export { priceOfIntents, type Gain, type IntentPrice, type IntentPrices } from "./price.ts";
export { renderWhy, type RenderOptions } from "./render.ts";
export { why, type Explained, type WhyCluster, type WhyOptions, type WhyReason, type WhyReport } from "./why.ts";
