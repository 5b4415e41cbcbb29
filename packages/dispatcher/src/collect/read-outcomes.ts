import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument } from "@pipelines/core/documents/document";
import { OUTCOME_FILE, outcomeNamed } from "@pipelines/core/documents/layout";
import type { OutcomeFile } from "./outcomes.ts";

/** Bytes of one plan's text that are read: more than any sink shows. */
const MOST_BYTES = 512 * 1024;

/** Reads every outcome document of a run's folder, with the plan texts that it names. */
export async function readOutcomes(folder: string): Promise<OutcomeFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files: OutcomeFile[] = [];
  for (const name of names.toSorted()) {
    const named = outcomeNamed(name);
    if (named !== null) files.push({ ...named, content: await contentOf(join(folder, name), named.job) });
  }
  return files;
}

async function contentOf(folder: string, job: string): Promise<OutcomeFile["content"]> {
  try {
    const outcome = await readDocument(join(folder, OUTCOME_FILE), JobOutcome);
    if (outcome.job !== job) return { kind: "unreadable", why: `it is about another job, ${outcome.job}` };
    const planTexts = new Map<string, string>();
    for (const { planText } of outcome.units) {
      if (planText === undefined) continue;
      const text = await beginningOf(join(folder, planText));
      if (text !== null) planTexts.set(planText, text);
    }
    return { kind: "read", outcome, planTexts };
  } catch (error) {
    return { kind: "unreadable", why: error instanceof Error ? error.message : String(error) };
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
