import type { ReportKind } from "../report/model.ts";
import { dangersOf, type Row } from "../report/rows.ts";

/** How a unit ended, in two or three words. */
export function resultOf(row: Row, kind: ReportKind): string {
  const removal = row.action === "destroy" || row.action === "plan-destroy";
  const mocked = row.plan !== null && row.plan.mocked.length > 0 ? ", on mocked outputs" : "";
  const notes = `${mocked}${row.differs ? ", differs from the reviewed plan" : ""}`;
  switch (row.end.kind) {
    case "changed":
      if (row.action === "unlock") return "🔓 unlocked";
      if (kind === "drift") return "🌀 drifted";
      if (kind === "plan") {
        if (removal) return `🗑️ to destroy${notes}`;
        return `${dangersOf(row).length > 0 ? "🛑" : "📝"} to apply${notes}`;
      }
      return `${removal ? "🗑️ destroyed" : "✅ applied"}${notes}`;
    case "unchanged":
      return "⚪ no changes";
    case "failed":
      return `❌ failed at ${row.end.at}`;
    case "skipped":
      return "⏭️ skipped";
    case "withheld":
      return "✋ stopped";
    case "superseded":
      return "➡️ left to a later run";
    case "waiting":
      return "⏳ after merge";
    case "interrupted":
      return "⚠️ interrupted";
    case "unknown":
      return "❓ unknown";
    default:
      return row.end satisfies never;
  }
}
