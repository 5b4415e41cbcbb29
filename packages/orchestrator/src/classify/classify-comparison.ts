import type { Compared } from "../compare/compared.ts";
import type { Discovered } from "../discover/discover.ts";
import type { Owed } from "../due/owed.ts";
import { type Classified, classifyChanges, RULES } from "./classify.ts";
import { type Ignored, withoutIgnoredUnits } from "./ignored-units.ts";
import { owedChange } from "./owed.ts";
import { requestedChanges } from "./requested.ts";
import type { Commits } from "./rule.ts";

/** What a comparison is about, as changes: what differs, or what somebody asked for; and what is due. */
export function classifyComparison(
  compared: Compared,
  { base, head, diff }: Pick<Discovered, "base" | "head" | "diff">,
  settings: Omit<Commits, "base" | "head">,
  owed: Owed,
  { isIgnoredUnit }: Ignored,
): Classified {
  const found = (): Classified => {
    switch (compared.kind) {
      case "comparison":
        return classifyChanges(diff, { base, head, ...settings }, RULES);
      case "requested":
        return requestedChanges(head, compared.request);
      case "due":
        return { changes: [], unmatched: [], ignored: [] };
      default:
        return compared satisfies never;
    }
  };
  const classified = withoutIgnoredUnits(found(), isIgnoredUnit);
  const change = owedChange(owed);
  return change === null ? classified : { ...classified, changes: [...classified.changes, change] };
}
