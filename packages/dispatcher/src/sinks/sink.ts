/** What came of telling it at one place. Telling it never decides how the run ended. */
export type SinkResult =
  | { readonly kind: "published"; readonly url: string | null }
  | { readonly kind: "skipped"; readonly why: string }
  | { readonly kind: "failed"; readonly cause: string };

/** Runs a sink: whatever it throws becomes a result. */
export async function guarded(publish: () => Promise<SinkResult>): Promise<SinkResult> {
  try {
    return await publish();
  } catch (error) {
    return { kind: "failed", cause: error instanceof Error ? error.message : String(error) };
  }
}
