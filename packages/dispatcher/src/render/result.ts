import { traitsOf } from "@pipelines/core/contracts/action";
import type { ReportKind } from "../report/model.ts";
import { dangersOf, type Row } from "../report/rows.ts";

/** How a unit ended, in two or three words. */
export function resultOf(row: Row, kind: ReportKind): string {
  const { removes, worksOn } = traitsOf(row.action);
  const mocked = row.plan !== null && row.plan.mocked.length > 0 ? ", on mocked outputs" : "";
  const notes = `${mocked}${row.differs ? ", differs from the reviewed plan" : ""}`;
  switch (row.end.kind) {
    case "changed":
      if (worksOn === "lock") return "🔓 unlocked";
      if (kind === "drift") return "🌀 drifted";
      if (kind === "plan") {
        if (removes) return `🗑️ to destroy${notes}`;
        return `${dangersOf(row).length > 0 ? "🛑" : "📝"} to apply${notes}`;
      }
      return `${removes ? "🗑️ destroyed" : "✅ applied"}${notes}`;
    case "unchanged":
      return "⚪ no changes";
    case "failed":
      return `❌ failed at ${row.end.at}`;
    case "skipped":
      return "⏭️ not started";
    case "withheld":
      return "✋ withheld";
    case "superseded":
      return "➡️ left to a later run";
    case "waiting":
      return traitsOf(row.action).writes ? "⏳ waits for others" : "⏳ after merge";
    case "interrupted":
      return "⚠️ interrupted";
    case "unknown":
      return "❓ unknown";
    default:
      return row.end satisfies never;
  }
}
