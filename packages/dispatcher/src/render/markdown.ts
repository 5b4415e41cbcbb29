import { type Form, fitReport, type Limit } from "../report/fit.ts";
import type { Report } from "../report/model.ts";
import { accountBlock } from "./blocks/accounts.ts";
import { dangerBlock, failureBlock, problemBlock, withheldBlock } from "./blocks/attention.ts";
import { checkBlock } from "./blocks/checks.ts";
import { graphBlock } from "./blocks/graph.ts";
import { againBlock, overlapBlock } from "./blocks/neighbours.ts";
import { promotionBlock } from "./blocks/promotion.ts";
import { cutBlock, noticeBlock, pendingBlock, unmatchedBlock } from "./blocks/rest.ts";
import { goOnBlock, statusBlock } from "./blocks/status.ts";
import { gatheredFolds, planFold, unchangedBlock, unitTable } from "./blocks/units.ts";

/** GitHub's limit for the text of a comment or an issue. */
export const COMMENT_LIMIT: Limit = { most: 65_536, size: (text) => text.length };
/** GitHub's limit for a step's summary, with room for what else the step writes. */
export const SUMMARY_LIMIT: Limit = { most: 1_000_000, size: (text) => Buffer.byteLength(text) };

/** The report as GitHub-flavoured Markdown within a limit, with `marker` as its first line. */
export function renderMarkdown(report: Report, limit: Limit, marker = ""): string {
  const start = marker === "" ? "" : `${marker}\n`;
  const room = { ...limit, most: limit.most - limit.size(start) };
  return start + fitReport(report, room, markdownForm).text;
}

/** The order of the blocks is the order of what a reader has to know. */
const markdownForm: Form = {
  head: (report, detail) =>
    blocks([
      statusBlock(report),
      promotionBlock(report),
      goOnBlock(report),
      noticeBlock(report, detail),
      overlapBlock(report, detail),
      dangerBlock(report, detail),
      failureBlock(report, detail),
      problemBlock(report, detail),
      withheldBlock(report, detail),
      checkBlock(report, detail),
      unitTable(report, detail),
      accountBlock(report, detail),
    ]),
  fold: planFold,
  gather: gatheredFolds,
  tail: (report, detail, cut) =>
    blocks([
      pendingBlock(report, detail),
      unchangedBlock(report, detail),
      detail.graph ? graphBlock(report) : "",
      unmatchedBlock(report, detail),
      cutBlock(report, cut),
      againBlock(report),
    ]),
};

function blocks(parts: readonly string[]): string {
  return parts
    .map((part) => part.trimEnd())
    .filter((part) => part !== "")
    .map((part) => `${part}\n\n`)
    .join("");
}
