import { NotWritableError } from "@pipelines/core/github/failure";
import type { Report } from "../report/model.ts";

/** Somewhere that reports are published. A new one is a file beside this one, and its line in `sinks.ts`. */
export type Sink = {
  /** What people call it, for the log: "comment". */
  readonly name: string;
  /** Whether it has anything to do with a report; asked before anything else of it is used. */
  wants(report: Report): boolean;
  /** What it throws becomes a result, so that it never stops the next sink. */
  publish(report: Report): Promise<SinkResult>;
};

/** How publishing to one sink went. It never decides how the run ended. */
export type SinkResult =
  | { readonly kind: "published"; readonly url: string | null }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly cause: string };

/** One sink's part in publishing a report. */
export type Publication = { readonly sink: string; readonly result: SinkResult };

/** Publishes a report to every sink that wants it, one after the other. */
export async function publishReport(sinks: readonly Sink[], report: Report): Promise<Publication[]> {
  const publications: Publication[] = [];
  for (const sink of sinks) {
    if (sink.wants(report)) publications.push({ sink: sink.name, result: await resultOf(sink, report) });
  }
  return publications;
}

/** A conversation that is locked, or issues that are turned off, are as the repository wants them: no failure. */
async function resultOf(sink: Sink, report: Report): Promise<SinkResult> {
  try {
    return await sink.publish(report);
  } catch (error) {
    if (error instanceof NotWritableError) return { kind: "skipped", why: `${error.message}. See the run's summary` };
    return { kind: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
