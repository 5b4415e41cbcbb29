import { changesUnits, traitsOf } from "@pipelines/core/contracts/action";
import { needsSomebody, verdictOn } from "@pipelines/core/contracts/end";
import {
  type IssueSubject,
  renderClosedIssue,
  renderDriftIssue,
  renderIssue,
  renderRollUp,
  renderRunIssue,
} from "../render/issue-text.ts";
import type { Report } from "../report/model.ts";
import type { Row } from "../report/rows.ts";
import { type IssueMarker, isSameIssue, keyOf, readIssueMarker } from "./marker.ts";

export type Issue = { readonly number: number; readonly body: string; readonly url: string };

/** One write to the tracker. */
export type IssueChange =
  | { readonly kind: "open"; readonly title: string; readonly marker: IssueMarker; readonly body: string }
  | { readonly kind: "update" | "close"; readonly number: number; readonly marker: IssueMarker; readonly body: string };

/** More failing units than this share one issue. */
const MOST_ISSUES = 10;
/** GitHub takes 65,536 characters, the marker's line among them. */
const LONGEST_BODY = 65_000;

type OpenIssue = Issue & { readonly marker: IssueMarker };
type DesiredIssue = { readonly title: string; readonly marker: IssueMarker; readonly body: string };

/** What has to be written, given the issues that are open, so that each thing that needs attention has one, and nothing else. */
export function issueChanges(report: Report, open: readonly Issue[]): IssueChange[] {
  const known = open.flatMap((issue): OpenIssue[] => {
    const marker = readIssueMarker(issue.body);
    return marker === null ? [] : [{ ...issue, marker }];
  });
  switch (report.kind) {
    case "plan":
      return [];
    case "drift":
      return driftChanges(report, known);
    case "apply":
      return applyChanges(report, known);
    default:
      return report.kind satisfies never;
  }
}

/** One issue for all drift. A check that could not plan every unit says nothing about those, so it closes nothing. */
function driftChanges(report: Report, known: readonly OpenIssue[]): IssueChange[] {
  const { totals, comparison, problems } = report;
  const marker: IssueMarker = { about: "drift", units: [] };
  const [same, ...duplicates] = known.filter((issue) => isSameIssue(issue.marker, marker));
  const desired = comparison === null || problems.length > 0 || totals.units > totals.unchanged;
  if (!desired) {
    return (same === undefined ? [] : [same, ...duplicates]).map((issue) => closing(issue, report, null));
  }
  const text = renderDriftIssue(report);
  if (same === undefined) return [{ kind: "open", marker, ...text }];
  return [{ kind: "update", number: same.number, marker, body: text.body }];
}

function applyChanges(report: Report, known: readonly OpenIssue[]): IssueChange[] {
  const desired = desiredIssues(report);
  const failing = new Set(desired.flatMap(({ marker }) => marker.units));
  const done = new Map(
    report.rows.filter((row) => isDone(row) && !failing.has(keyOf(row.unit))).map((row) => [keyOf(row.unit), row]),
  );
  const changes = desired.map((change): IssueChange => {
    const same = known.find((issue) => isSameIssue(issue.marker, change.marker));
    if (same === undefined) return { kind: "open", ...change };
    // A roll-up keeps the units of earlier runs that did not run since.
    const left = same.marker.about === "units" ? same.marker.units.filter((key) => !done.has(key)) : [];
    const units = [...new Set([...change.marker.units, ...left])];
    return { kind: "update", number: same.number, marker: { ...change.marker, units }, body: change.body };
  });
  const handled = new Set(changes.map((change) => (change.kind === "open" ? null : change.number)));
  const others = known.filter(({ number }) => !handled.has(number));
  return [...changes, ...others.flatMap((issue) => resolved(issue, report, done))];
}

/** The issues that have to be open after this run. */
function desiredIssues(report: Report): DesiredIssue[] {
  const subjects: IssueSubject[] = [
    ...report.rows.filter(needsIssue).map((row) => ({ kind: "row" as const, row })),
    ...report.withheld
      .filter(({ action }) => traitsOf(action).removes)
      .map((withheld) => ({ kind: "withheld" as const, ...withheld })),
  ];
  const nameOf = (subject: IssueSubject): string => (subject.kind === "row" ? subject.row.unit : subject.unit);
  const run: IssueMarker = runMarker(report);
  const ofRun = needsRunIssue(report) ? [{ marker: run, ...renderRunIssue(report) }] : [];
  if (subjects.length > MOST_ISSUES) {
    const units = subjects.map((subject) => keyOf(nameOf(subject)));
    return [{ marker: { about: "units", units }, ...renderRollUp(report, subjects.length) }, ...ofRun];
  }
  const ofUnits = subjects.map((subject) => ({
    marker: { about: "unit" as const, units: [keyOf(nameOf(subject))] },
    ...renderIssue(report, subject),
  }));
  return [...ofUnits, ...ofRun];
}

/** What becomes of an open issue that this run does not repeat: it is closed, shortened, or left alone. */
function resolved(issue: OpenIssue, report: Report, done: ReadonlyMap<string, Row>): IssueChange[] {
  const { marker } = issue;
  if (marker.about === "drift") return [];
  if (marker.about === "run") {
    const isOurs = isSameIssue(marker, runMarker(report));
    return isOurs && !needsRunIssue(report) ? [closing(issue, report, null)] : [];
  }
  const left = marker.units.filter((key) => !done.has(key));
  if (left.length === 0) {
    return [closing(issue, report, marker.about === "unit" ? (done.get(marker.units[0] ?? "") ?? null) : null)];
  }
  if (left.length === marker.units.length) return [];
  const body = issue.body.split("\n").slice(1).join("\n");
  return [{ kind: "update", number: issue.number, marker: { about: "units", units: left }, body }];
}

/** A closed issue says first how it was resolved, and keeps below what had gone wrong: people come back for that. */
function closing(issue: OpenIssue, report: Report, row: Row | null): IssueChange {
  const before = issue.body.split("\n").slice(1).join("\n");
  const body = `${renderClosedIssue(report, row)}\n\n---\n\n${before}`.slice(0, LONGEST_BODY).toWellFormed();
  return { kind: "close", number: issue.number, marker: issue.marker, body };
}

function runMarker({ scope }: Report): IssueMarker {
  return { about: "run", units: scope === null ? [] : [scope.key] };
}

/** A skipped apply is covered by the issue of what it waited for; a skipped destroy stays due. */
function needsIssue(row: Row): boolean {
  if (!changesUnits(row.action)) return false;
  if (row.end.kind === "skipped") return traitsOf(row.action).removes;
  return needsSomebody(row.end, row.action);
}

function isDone(row: Row): boolean {
  return changesUnits(row.action) && verdictOn(row.end, row.action) === "well";
}

/** The run as a whole could not determine its work, or a job without units could not do it. */
function needsRunIssue(report: Report): boolean {
  return (
    report.comparison === null ||
    report.problems.length > 0 ||
    report.accounts.some(({ failure }) => failure !== null) ||
    (report.jobs.length > 0 && !report.rows.some(({ end, action }) => needsSomebody(end, action)))
  );
}
