import { NotWritableError } from "@pipelines/core/github/failure";

/** What came of telling it at one place. Telling it never decides how the run ended. */
export type SinkResult =
  | { readonly kind: "published"; readonly url: string | null }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly cause: string };

/**
 * Runs a sink: whatever it throws becomes a result. A place that takes nothing (a locked conversation, issues that are
 * turned off) is nobody's fault: what it would have said is in the summary.
 */
export async function guarded(publish: () => Promise<SinkResult>): Promise<SinkResult> {
  try {
    return await publish();
  } catch (error) {
    if (error instanceof NotWritableError)
      return { kind: "skipped", why: `${error.message}. The run's summary has it all` };
    return { kind: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
