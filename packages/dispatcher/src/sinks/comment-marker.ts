import { firstLineOf } from "../report/key.ts";
import type { ReportKind } from "../report/kind.ts";
import type { Phase } from "../report/phase.ts";

/** Which report of which run a comment holds, so that an older one never replaces a newer one. */
export type CommentMarker = {
  readonly kind: ReportKind;
  /** The key of the one job that it is about; `null` for a whole run. */
  readonly scope: string | null;
  readonly run: number;
  readonly attempt: number;
  readonly phase: Phase;
};

const COMMENT =
  /^<!-- pipelines:comment v1 (plan|apply|drift)(?: job=([0-9a-f]{16}))? run=(\d{1,12}) attempt=(\d{1,6}) phase=(start|end|stage-(\d{1,9})) -->$/;

/** The hidden first line of a comment of ours. */
export function commentMarker({ kind, scope, run, attempt, phase }: CommentMarker): string {
  const job = scope === null ? "" : ` job=${scope}`;
  return `<!-- pipelines:comment v1 ${kind}${job} run=${run} attempt=${attempt} phase=${nameOf(phase)} -->`;
}

/** Reads the first line only: further down, a text from elsewhere may hold something that looks like it. */
export function readCommentMarker(body: string): CommentMarker | null {
  const [, kind, scope, run, attempt, phase, stage] = COMMENT.exec(firstLineOf(body)) ?? [];
  if (kind !== "plan" && kind !== "apply" && kind !== "drift") return null;
  return {
    kind,
    scope: scope ?? null,
    run: Number(run),
    attempt: Number(attempt),
    phase:
      stage === undefined ? { kind: phase === "start" ? "start" : "end" } : { kind: "stage", stage: Number(stage) },
  };
}

/** Below 0 when `a` is older than `b`. */
export function compareMarkers(a: CommentMarker, b: CommentMarker): number {
  return a.run - b.run || a.attempt - b.attempt || rankOf(a.phase) - rankOf(b.phase);
}

function nameOf(phase: Phase): string {
  return phase.kind === "stage" ? `stage-${phase.stage}` : phase.kind;
}

/** The end comes after every stage: nine digits number those. */
function rankOf(phase: Phase): number {
  if (phase.kind === "start") return 0;
  return phase.kind === "stage" ? phase.stage : 1_000_000_000;
}
