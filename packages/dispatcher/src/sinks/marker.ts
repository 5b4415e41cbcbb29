import { createHash } from "node:crypto";

/** Which report of which run a comment holds, so that an older one never replaces a newer one. */
export type CommentMarker = {
  readonly kind: "plan" | "apply";
  readonly run: number;
  readonly attempt: number;
  readonly phase: "start" | "end";
};

const COMMENT = /^<!-- pipelines:comment v1 (plan|apply) run=(\d{1,12}) attempt=(\d{1,6}) phase=(start|end) -->$/;
const ISSUE = /^<!-- pipelines:issue v1 (unit|run|units) ?([0-9a-f,]*) -->$/;

/** The hidden first line of a comment of ours. */
export function commentMarker({ kind, run, attempt, phase }: CommentMarker): string {
  return `<!-- pipelines:comment v1 ${kind} run=${run} attempt=${attempt} phase=${phase} -->`;
}

/** Reads the first line only: further down, a text from elsewhere may hold something that looks like it. */
export function readCommentMarker(body: string): CommentMarker | null {
  const [, kind, run, attempt, phase] = COMMENT.exec(firstLine(body)) ?? [];
  if (kind === undefined) return null;
  return {
    kind: kind === "plan" ? "plan" : "apply",
    run: Number(run),
    attempt: Number(attempt),
    phase: phase === "start" ? "start" : "end",
  };
}

/** Below 0 when `a` is older than `b`. */
export function compareMarkers(a: CommentMarker, b: CommentMarker): number {
  const phase = (marker: CommentMarker): number => (marker.phase === "start" ? 0 : 1);
  return a.run - b.run || a.attempt - b.attempt || phase(a) - phase(b);
}

/** What an issue is about: one unit, the run as a whole, or many units at once. Units are named by their hash. */
export type IssueMarker = { readonly about: "unit" | "units" | "run"; readonly units: readonly string[] };

/** A unit's name in a marker: it can't break out of the comment, whatever its path holds. */
export function unitKey(unit: string): string {
  return createHash("sha256").update(unit).digest("hex").slice(0, 16);
}

export function issueMarker({ about, units }: IssueMarker): string {
  return `<!-- pipelines:issue v1 ${about}${units.length === 0 ? "" : ` ${units.join(",")}`} -->`;
}

export function readIssueMarker(body: string): IssueMarker | null {
  const [, about, units] = ISSUE.exec(firstLine(body)) ?? [];
  if (about !== "unit" && about !== "run" && about !== "units") return null;
  return { about, units: units === undefined || units === "" ? [] : units.split(",") };
}

function firstLine(body: string): string {
  return (body.split("\n", 1)[0] ?? "").trimEnd();
}
