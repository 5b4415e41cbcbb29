import {
  type IssueSubject,
  renderClosedIssue,
  renderIssue,
  renderRollUp,
  renderRunIssue,
} from "../render/issue-text.ts";
import type { Report, Row } from "../report/model.ts";
import { unitIsWell } from "../report/status.ts";
import { type IssueMarker, issueMarker, readIssueMarker, unitKey } from "./marker.ts";
import type { SinkResult } from "./sink.ts";

export type Issue = { readonly number: number; readonly body: string; readonly url: string };

/** The open issues of the repository that are ours. */
export type IssueTracker = {
  listOpen(): Promise<readonly Issue[]>;
  /** Makes the label first when it is missing. `isIt` recognises the issue if GitHub stored it in spite of an error. */
  open(title: string, body: string, assignee: string | null, isIt: (issue: Issue) => boolean): Promise<Issue>;
  update(number: number, body: string): Promise<void>;
  close(number: number, body: string, why: "completed" | "not_planned"): Promise<void>;
};

/** One write to the tracker. */
export type IssueChange =
  | { readonly kind: "open"; readonly title: string; readonly marker: IssueMarker; readonly body: string }
  | { readonly kind: "update" | "close"; readonly number: number; readonly marker: IssueMarker; readonly body: string };

/** More failing units than this share one issue. */
const MOST_ISSUES = 10;
/** GitHub takes 65,536 characters, the marker's line among them. */
const LONGEST_BODY = 65_000;
/** Writes of one report; the next run does what is left. */
const MOST_WRITES = 20;

/** Opens, updates and closes issues so that each unit that somebody has to look at has an open one, and no other has. */
export async function publishIssues(tracker: IssueTracker, report: Report): Promise<SinkResult> {
  const open = await tracker.listOpen();
  const changes = issueChanges(report, open);
  if (changes.length === 0) return { kind: "skipped", why: "no unit failed and no issue is open" };
  for (const change of changes.slice(0, MOST_WRITES)) await apply(tracker, change, report);
  if (changes.some(({ kind }) => kind === "open")) await closeDuplicates(tracker, report);
  const left = changes.length - MOST_WRITES;
  if (left > 0)
    return { kind: "failed", cause: `${left} issues were left as they are: one report writes ${MOST_WRITES}` };
  return { kind: "published", url: null };
}

type Known = Issue & { readonly marker: IssueMarker };

/** What has to be written, given the issues that are open. Pure: the rules of opening and closing are all here. */
export function issueChanges(report: Report, open: readonly Issue[]): IssueChange[] {
  const known = open.flatMap((issue): Known[] => {
    const marker = readIssueMarker(issue.body);
    return marker === null ? [] : [{ ...issue, marker }];
  });
  const wanted = wantedIssues(report);
  const failing = new Set(wanted.flatMap(({ marker }) => marker.units));
  const done = new Map(
    report.rows.filter((row) => isDone(row) && !failing.has(unitKey(row.unit))).map((row) => [unitKey(row.unit), row]),
  );
  const said = wanted.map((change): IssueChange => {
    const same = known.find((issue) => isAbout(issue.marker, change.marker));
    if (same === undefined) return { kind: "open", ...change };
    // A roll-up keeps the units of earlier runs that nobody has heard of since.
    const left = same.marker.about === "units" ? same.marker.units.filter((key) => !done.has(key)) : [];
    const units = [...new Set([...change.marker.units, ...left])];
    return { kind: "update", number: same.number, marker: { ...change.marker, units }, body: change.body };
  });
  const handled = new Set(said.map((change) => (change.kind === "open" ? null : change.number)));
  const others = known.filter(({ number }) => !handled.has(number));
  return [...said, ...others.flatMap((issue) => solved(issue, report, done))];
}

/** The issues that have to be open after this run. */
function wantedIssues(report: Report): { title: string; marker: IssueMarker; body: string }[] {
  const failing = report.rows.filter(needsIssue);
  const due = report.withheld.filter(({ action }) => action === "destroy");
  const subjects: IssueSubject[] = [
    ...failing.map((row) => ({ kind: "row" as const, row })),
    ...due.map((withheld) => ({ kind: "withheld" as const, ...withheld })),
  ];
  const keyOf = (subject: IssueSubject): string => unitKey(subject.kind === "row" ? subject.row.unit : subject.unit);
  const run: IssueMarker = { about: "run", units: [] };
  const ofRun = needsRunIssue(report) ? [{ marker: run, ...renderRunIssue(report) }] : [];
  if (subjects.length > MOST_ISSUES) {
    return [
      { marker: { about: "units", units: subjects.map(keyOf) }, ...renderRollUp(report, subjects.length) },
      ...ofRun,
    ];
  }
  const ofUnits = subjects.map((subject) => ({
    marker: { about: "unit" as const, units: [keyOf(subject)] },
    ...renderIssue(report, subject),
  }));
  return [...ofUnits, ...ofRun];
}

/** What becomes of an open issue that this run does not repeat: it is closed, shortened, or left alone. */
function solved(issue: Known, report: Report, done: ReadonlyMap<string, Row>): IssueChange[] {
  const { number, marker } = issue;
  if (marker.about === "run") {
    return needsRunIssue(report)
      ? []
      : [{ kind: "close", number, marker, body: withHistory(renderClosedIssue(report, null), issue) }];
  }
  const left = marker.units.filter((key) => !done.has(key));
  if (left.length === 0) {
    const row = marker.about === "unit" ? (done.get(marker.units[0] ?? "") ?? null) : null;
    return [{ kind: "close", number, marker, body: withHistory(renderClosedIssue(report, row), issue) }];
  }
  if (left.length === marker.units.length) return [];
  const body = issue.body.split("\n").slice(1).join("\n");
  return [{ kind: "update", number, marker: { about: "units", units: left }, body }];
}

/** A closed issue says first how it was solved and keeps below what had gone wrong: people come back for that. */
function withHistory(solution: string, issue: Issue): string {
  const before = issue.body.split("\n").slice(1).join("\n");
  return `${solution}\n\n---\n\n${before}`.slice(0, LONGEST_BODY);
}

/** A skipped apply is told by the issue of what it waited for; a skipped destroy stays due. */
function needsIssue(row: Row): boolean {
  if (row.action !== "apply" && row.action !== "destroy") return false;
  if (row.end.kind === "skipped") return row.action === "destroy";
  return !unitIsWell(row.end);
}

function isDone(row: Row): boolean {
  return (
    (row.action === "apply" || row.action === "destroy") && (row.end.kind === "changed" || row.end.kind === "unchanged")
  );
}

/** The run as a whole could not determine its work, or a job without units could not do it. */
function needsRunIssue(report: Report): boolean {
  return (
    report.comparison === null ||
    report.problems.length > 0 ||
    report.accounts.some(({ failure }) => failure !== null) ||
    (report.jobs.length > 0 && report.rows.every(({ end }) => unitIsWell(end)))
  );
}

function isAbout(a: IssueMarker, b: IssueMarker): boolean {
  return a.about === b.about && (a.about !== "unit" || a.units[0] === b.units[0]);
}

async function apply(tracker: IssueTracker, change: IssueChange, report: Report): Promise<void> {
  const firstLine = issueMarker(change.marker);
  const body = `${firstLine}\n${change.body}`;
  switch (change.kind) {
    case "open":
      await tracker.open(change.title, body, assigneeOf(report), (issue) => isSame(issue, change.marker));
      return;
    case "update":
      await tracker.update(change.number, body);
      return;
    case "close":
      await tracker.close(change.number, body, "completed");
      return;
    default:
      change satisfies never;
  }
}

function isSame(issue: Issue, marker: IssueMarker): boolean {
  const found = readIssueMarker(issue.body);
  return found !== null && isAbout(found, marker);
}

function assigneeOf(report: Report): string | null {
  const actor = report.comparison?.event.actor ?? null;
  return actor === null || actor.endsWith("[bot]") ? null : actor;
}

/** Two runs may have opened the same issue at once: the oldest stays. */
async function closeDuplicates(tracker: IssueTracker, report: Report): Promise<void> {
  const kept: { marker: IssueMarker; number: number }[] = [];
  for (const issue of (await tracker.listOpen()).toSorted((a, b) => a.number - b.number)) {
    const marker = readIssueMarker(issue.body);
    if (marker === null) continue;
    const first = kept.find((known) => isAbout(known.marker, marker));
    if (first === undefined) kept.push({ marker, number: issue.number });
    else
      await tracker.close(
        issue.number,
        `${issueMarker(marker)}\nThe same as #${first.number}. (${report.run.runUrl})`,
        "not_planned",
      );
  }
}
