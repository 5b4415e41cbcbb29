import { open } from "node:fs/promises";
import { join } from "node:path";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument } from "@pipelines/core/documents/document";
import { OUTCOME_FILE } from "@pipelines/core/documents/layout";
import { type FoundOutcome, findOutcomes } from "@pipelines/core/documents/outcomes";
import type { OutcomeFile } from "./outcomes.ts";

/** Bytes of one plan's text that are read: more than any sink shows. */
const MOST_BYTES = 512 * 1024;

/** Reads every outcome document of a run's folder, with the plan texts that it names. */
export async function readOutcomes(folder: string): Promise<OutcomeFile[]> {
  const files: OutcomeFile[] = [];
  for (const found of await findOutcomes(folder)) files.push(await fileOf(found));
  return files;
}

async function fileOf({ folder, named }: FoundOutcome): Promise<OutcomeFile> {
  const unreadable = (why: string): OutcomeFile => ({
    job: named?.job ?? null,
    attempt: named?.attempt ?? 1,
    content: { kind: "unreadable", why },
  });
  try {
    const outcome = await readDocument(join(folder, OUTCOME_FILE), JobOutcome);
    if (named !== null && outcome.job !== named.job) return unreadable(`it is about another job, ${outcome.job}`);
    const planTexts = new Map<string, string>();
    for (const { planText } of outcome.units) {
      if (planText === undefined) continue;
      const text = await beginningOf(join(folder, planText));
      if (text !== null) planTexts.set(planText, text);
    }
    const { job, attempt } = { ...outcome, ...named };
    return { job, attempt, content: { kind: "read", outcome, planTexts } };
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error));
  }
}

async function beginningOf(file: string): Promise<string | null> {
  try {
    await using handle = await open(file, "r");
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } catch {
    return null;
  }
}
