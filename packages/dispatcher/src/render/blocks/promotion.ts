import type { Report } from "../../report/model.ts";
import type { PromotionChain, PromotionState } from "../../report/promotion.ts";
import { code } from "../escape.ts";

const SHOWN: Readonly<Record<PromotionState, { readonly icon: string; readonly word: string }>> = {
  planned: { icon: "", word: "" },
  done: { icon: "✅ ", word: "" },
  failed: { icon: "❌ ", word: "" },
  withheld: { icon: "✋ ", word: " withheld" },
  waits: { icon: "⏳ ", word: " waits" },
  pending: { icon: "⏳ ", word: " not run yet" },
};

/** The order in which environments are applied, and how far each is: `dev` → `stage` → `prod`. */
export function promotionBlock({ promotions, kind }: Report): string {
  if (promotions.length === 0) return "";
  const chains = promotions.map(chainText).join("; ");
  const rule = kind === "plan" ? " Each starts when all of this change before it ended well, with its checks." : "";
  return `**Order of environments:** ${chains}.${rule}`;
}

function chainText(chain: PromotionChain): string {
  return chain
    .map((step) =>
      step
        .map(({ environment, state }) => `${SHOWN[state].icon}${code(environment, 60)}${SHOWN[state].word}`)
        .join(" and "),
    )
    .join(" → ");
}
