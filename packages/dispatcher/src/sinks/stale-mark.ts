import { code, link } from "../render/escape.ts";

/** One merge that made a plan old: the commit on the deploy branch, and the line that says what it changed. */
export type StaleMark = { readonly commit: string; readonly line: string };

/** Where the plan is that a mark is about. */
export type MarkedPlan = { readonly branch: string; readonly pullRequest: number };

/** The newest of them say enough. */
const MOST_MARKS = 5;
const LONGEST_LINE = 800;
/** Room that a plan's comment leaves for marks, in characters. */
export const MARK_ROOM = MOST_MARKS * (LONGEST_LINE + 50) + 1200;

const START = /^<!-- pipelines:stale v1 ((?:[0-9a-f]{40}|[0-9a-f]{64})(?:,(?:[0-9a-f]{40}|[0-9a-f]{64})){0,4}) -->$/;
const END = "<!-- pipelines:stale end -->";
const BULLET = "> - ";

/** The marks of a comment, newest first. They stand right below its hidden first line, and nowhere else. */
export function readMarks(body: string): StaleMark[] {
  const lines = body.split("\n").map((line) => line.trimEnd());
  const [, commits] = START.exec(lines[1] ?? "") ?? [];
  const end = lines.indexOf(END);
  if (commits === undefined || end === -1) return [];
  const bullets = lines.slice(2, end).filter((line) => line.startsWith(BULLET));
  const named = commits.split(",");
  if (bullets.length !== named.length) return [];
  return named.map((commit, at) => ({ commit, line: (bullets[at] ?? "").slice(BULLET.length, LONGEST_LINE) }));
}

/** A comment with these marks in place of those that it has. */
export function withMarks(body: string, marks: readonly StaleMark[], plan: MarkedPlan): string {
  const [first = "", ...rest] = withoutMarks(body).split("\n");
  return [first, ...markLines(marks, plan), ...rest].join("\n");
}

function withoutMarks(body: string): string {
  const lines = body.split("\n");
  const end = lines.findIndex((line) => line.trimEnd() === END);
  if (end === -1 || !START.test((lines[1] ?? "").trimEnd())) return body;
  return [lines[0], ...lines.slice(end + 1)].join("\n");
}

/** The lines that say so, below the hidden first line; none where nothing made the plan old. */
export function markLines(all: readonly StaleMark[], { branch, pullRequest }: MarkedPlan): string[] {
  const marks = all.slice(0, MOST_MARKS);
  if (marks.length === 0) return [];
  return [
    `<!-- pipelines:stale v1 ${marks.map(({ commit }) => commit).join(",")} -->`,
    "> [!WARNING]",
    `> **${code(branch)} has changed since this plan.** Merging may do something else than what is shown below.`,
    ">",
    ...marks.map(({ line }) => `${BULLET}${line}`),
    ">",
    `> **Next:** press **Update branch** at the end of this page, or run ${code(`gh pr update-branch ${pullRequest}`)}: the pull request gets what is new on ${code(branch)}, and is planned again. A re-run would plan the same two commits once more.`,
    END,
  ];
}

/** A merge that a mark tells of. */
export type Merge = { readonly commit: string; readonly url: string; readonly pullRequest: number | null };

const MOST_NAMES = 3;

/** What a merge changed of what a plan changes and reads. */
export function markOf(
  merge: Merge,
  hit: { readonly changed: readonly string[]; readonly read: readonly string[] },
): StaleMark {
  const by = `${link(code(merge.commit.slice(0, 7)), merge.url)}${merge.pullRequest === null ? "" : ` (#${merge.pullRequest})`}`;
  const what = [
    hit.changed.length === 0 ? null : names(hit.changed),
    hit.read.length === 0 ? null : `${names(hit.read)}, which this plan reads`,
  ].filter((part) => part !== null);
  const said = what.length === 0 ? "units; this plan has more of them than its comment can name" : what.join("; and ");
  return { commit: merge.commit, line: `${by} has changed ${said}`.slice(0, LONGEST_LINE) };
}

function names(units: readonly string[]): string {
  const shown = units.slice(0, MOST_NAMES).map((unit) => code(unit, 80));
  return `${shown.join(", ")}${units.length > MOST_NAMES ? ` and ${units.length - MOST_NAMES} more` : ""}`;
}
