import { traitsOf } from "@pipelines/core/contracts/action";
import type { ReportKind } from "../report/kind.ts";
import { dangersOf, laterOf, type Row } from "../report/rows.ts";

/** How a unit ended, in two or three words. */
export function resultOf(row: Row, kind: ReportKind): string {
  const { end, willBeWithheld } = row;
  switch (end.kind) {
    case "changed":
      return willBeWithheld === null ? changedOf(row, kind) : `✋ ${laterOf(willBeWithheld)}`;
    case "unchanged":
      return willBeWithheld === null ? "⚪ no changes" : `✋ ${laterOf(willBeWithheld)}, no changes`;
    case "failed":
      return `❌ failed at ${end.at}`;
    case "skipped":
      return end.waitsFor === undefined ? "⏭️ not started" : `⏳ waits for ${end.waitsFor.join(", ")}`;
    case "withheld":
      return "✋ withheld";
    case "superseded":
      return "➡️ left to a later run";
    case "ignored":
      return "🙈 error ignored";
    case "waiting":
      return traitsOf(row.action).writes ? "⏳ waits for others" : "⏳ after merge";
    case "interrupted":
      return "⚠️ interrupted";
    case "unknown":
      return "❓ unknown";
    default:
      return end satisfies never;
  }
}

function changedOf(row: Row, kind: ReportKind): string {
  const { removes, worksOn } = traitsOf(row.action);
  const mocked = row.plan !== null && row.plan.mocked.length > 0 ? ", with mock outputs" : "";
  const notes = `${mocked}${row.differs ? ", differs from the reviewed plan" : ""}`;
  if (worksOn === "lock") return "🔓 unlocked";
  switch (kind) {
    case "drift":
      return "🌀 drifted";
    case "plan":
      if (removes) return `🗑️ to destroy${notes}`;
      return `${dangersOf(row).length > 0 ? "🛑" : "📝"} to apply${notes}`;
    case "apply":
      return `${removes ? "🗑️ destroyed" : "✅ applied"}${notes}`;
    default:
      return kind satisfies never;
  }
}
