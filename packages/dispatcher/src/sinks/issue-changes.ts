import {
  renderClosedIssue,
  renderDriftIssue,
  renderIssue,
  renderProgress,
  renderRollUp,
  renderRunIssue,
} from "../render/issue-text.ts";
import { keyOf } from "../report/key.ts";
import type { Report } from "../report/model.ts";
import { isIncomplete, proofOf, rangeOf, runIdOf } from "../report/proof.ts";
import type { Row } from "../report/rows.ts";
import { type Subject, subjectsOf } from "../report/subjects.ts";
import { type IssueMarker, isSameIssue, readIssueMarker } from "./issue-marker.ts";

export type Issue = { readonly number: number; readonly body: string; readonly url: string };

/** One write to the tracker. */
export type IssueChange =
  | { readonly kind: "open"; readonly title: string; readonly marker: IssueMarker; readonly body: string }
  | { readonly kind: "update" | "close"; readonly number: number; readonly marker: IssueMarker; readonly body: string };

/** More units than this, of which none has an issue of its own, share one. */
const MOST_ISSUES = 10;
/** Units that the hidden line of an issue has room for. */
const MOST_KEYS = 1500;
/** In the place of keys that there was no room for. It is no unit's key, so that only a person closes the issue. */
const MORE = "0";

type OpenIssue<M extends IssueMarker = IssueMarker> = Issue & { readonly marker: M };
type About<A extends IssueMarker["about"]> = Extract<IssueMarker, { about: A }>;
type OfUnits = About<"unit"> | About<"units">;

/** What has to be written, given the issues that are open, so that each thing that needs attention has one, and nothing else. */
export function issueChanges(report: Report, issues: readonly Issue[]): IssueChange[] {
  const open = issues.flatMap((issue): OpenIssue[] => {
    const marker = readIssueMarker(issue.body);
    return marker === null ? [] : [{ ...issue, marker }];
  });
  switch (report.kind) {
    case "plan":
      return [];
    case "drift":
      return driftChanges(report, open);
    case "apply":
      return [...unitChanges(report, open), ...runChanges(report, open)];
    default:
      return report.kind satisfies never;
  }
}

/** One issue for all drift. A check that could not plan every unit says nothing about those, so it closes nothing. */
function driftChanges(report: Report, open: readonly OpenIssue[]): IssueChange[] {
  const { totals, comparison, problems } = report;
  const marker: IssueMarker = { about: "drift" };
  const [same, ...duplicates] = open.filter((issue) => isSameIssue(issue.marker, marker));
  const desired = comparison === null || problems.length > 0 || totals.units > totals.unchanged;
  if (!desired) return (same === undefined ? [] : [same, ...duplicates]).map((issue) => closing(issue, report, null));
  const text = renderDriftIssue(report);
  if (same === undefined) return [{ kind: "open", marker, ...text }];
  return [{ kind: "update", number: same.number, marker, body: text.body }];
}

/**
 * The issues about units: each subject has one of its own, or its part of the one that many share. Both keep units of
 * earlier runs that this one does not show to be done, and what was said of them.
 */
function unitChanges(report: Report, open: readonly OpenIssue[]): IssueChange[] {
  const own = open.filter((issue): issue is OpenIssue<About<"unit">> => issue.marker.about === "unit");
  const shared = open.filter((issue): issue is OpenIssue<About<"units">> => issue.marker.about === "units");
  const ownOf = (subject: Subject) => own.find(({ marker }) => marker.units[0] === keyOf(subject.unit));
  const subjects = subjectsOf(report);
  const others = subjects.filter((subject) => ownOf(subject) === undefined);
  const share = others.filter(
    ({ unit }) => others.length > MOST_ISSUES || shared.some(({ marker }) => marker.units.includes(keyOf(unit))),
  );
  const settled = settledBy(report);
  const changes = [
    ...subjects.filter((subject) => !share.includes(subject)).map((it) => ownChange(report, settled, it, ownOf(it))),
    ...(share.length === 0 ? [] : [sharedChange(report, settled, share, shared[0])]),
  ];
  const written = new Set(changes.map((change) => (change.kind === "open" ? null : change.number)));
  const rest = [...own, ...shared].filter(({ number }) => !written.has(number));
  return [...changes, ...rest.flatMap((issue) => progressOf(issue, report, settled))];
}

function ownChange(
  report: Report,
  settled: Settled,
  subject: Subject,
  same: OpenIssue<About<"unit">> | undefined,
): IssueChange {
  const { title, body } = renderIssue(report, subject);
  const now = keysOf(subject);
  const before = leftBefore(same, now, settled);
  const units = roomFor([...now, ...before]);
  const marker: IssueMarker = { about: "unit", action: subject.action, run: newest(report, same), units };
  if (same === undefined) return { kind: "open", title, marker, body };
  return { kind: "update", number: same.number, marker, body: before.length === 0 ? body : withBefore(body, same) };
}

function sharedChange(
  report: Report,
  settled: Settled,
  subjects: readonly Subject[],
  same: OpenIssue<About<"units">> | undefined,
): IssueChange {
  const now = subjects.flatMap(keysOf);
  const before = leftBefore(same, now, settled);
  const units = roomFor([...now, ...before]);
  const { title, body } = renderRollUp(report, subjects.length);
  const marker: IssueMarker = { about: "units", run: newest(report, same), units };
  if (same === undefined) return { kind: "open", title, marker, body };
  return { kind: "update", number: same.number, marker, body: before.length === 0 ? body : withBefore(body, same) };
}

/** What becomes of an issue that this run does not repeat: it is closed, shortened, or left alone. */
function progressOf(issue: OpenIssue<OfUnits>, report: Report, settled: Settled): IssueChange[] {
  const left = leftOf(issue.marker, settled);
  const done = issue.marker.units
    .filter((key) => !left.includes(key))
    .flatMap((key) => settled(key, issue.marker) ?? []);
  if (left.length === 0) return [closing(issue, report, done.length === 1 ? (done[0] ?? null) : null)];
  if (done.length === 0) return [];
  const marker = { ...issue.marker, units: left };
  return [
    {
      kind: "update",
      number: issue.number,
      marker,
      body: withBefore(renderProgress(report, done, left.length), issue),
    },
  ];
}

/** The issue about commits whose changes a push run did not determine or run: it lasts until a run has covered them all. */
function runChanges(report: Report, open: readonly OpenIssue[]): IssueChange[] {
  const marker: About<"run"> = { about: "run", job: report.scope?.key ?? null, ranges: [] };
  const same = open.find(
    (issue): issue is OpenIssue<About<"run">> => issue.marker.about === "run" && isSameIssue(issue.marker, marker),
  );
  const range = rangeOf(report);
  const known = same?.marker.ranges ?? [];
  if (range !== null && isIncomplete(report)) {
    const isKnown = known.some(({ from, to }) => from === range.from && to === range.to);
    const ranges = isKnown ? known : [...known, range];
    const { title, body } = renderRunIssue(report, ranges);
    return same === undefined
      ? [{ kind: "open", title, marker: { ...marker, ranges }, body }]
      : [{ kind: "update", number: same.number, marker: { ...marker, ranges }, body }];
  }
  if (same === undefined) return [];
  const left = proofOf(report).left(known);
  if (left.length === 0) return [closing(same, report, null)];
  if (left.length === known.length) return [];
  const body = withBefore(renderRunIssue(report, left).lead, same);
  return [{ kind: "update", number: same.number, marker: { ...marker, ranges: left }, body }];
}

function roomFor(keys: readonly string[]): string[] {
  const all = [...new Set(keys)].filter((key) => key !== MORE);
  const isMore = all.length > MOST_KEYS || keys.includes(MORE);
  return isMore ? [...all.slice(0, MOST_KEYS), MORE] : all;
}

function keysOf(subject: Subject): string[] {
  return [subject.unit, ...(subject.kind === "row" ? subject.notStarted : [])].map(keyOf);
}

/** Units of an issue that this run neither did nor has among its own. */
function leftBefore(issue: OpenIssue<OfUnits> | undefined, now: readonly string[], settled: Settled): string[] {
  const own = new Set(now);
  return issue === undefined ? [] : leftOf(issue.marker, settled).filter((key) => !own.has(key));
}

function leftOf(marker: OfUnits, settled: Settled): string[] {
  return marker.units.filter((key) => settled(key, marker) === null);
}

/** How a unit of an issue was settled by a run, by its key; `null` when it was not. */
type Settled = (key: string, marker: OfUnits) => Row | null;

function settledBy(report: Report): Settled {
  const proof = proofOf(report);
  const done = new Map(proof.done.map((row) => [keyOf(row.unit), row]));
  return (key, marker) => {
    const row = done.get(key);
    const action = marker.about === "unit" ? marker.action : null;
    return row !== undefined && proof.settles(row, action, marker.run) ? row : null;
  };
}

function newest(report: Report, issue: OpenIssue<OfUnits> | undefined): number {
  return Math.max(runIdOf(report), issue?.marker.run ?? 0);
}

/** A closed issue says first how it was resolved. */
function closing(issue: OpenIssue, report: Report, row: Row | null): IssueChange {
  const body = withBefore(renderClosedIssue(report, row), issue);
  return { kind: "close", number: issue.number, marker: issue.marker, body };
}

/** What is said now, and below it what was said before: people come back for that. */
function withBefore(text: string, { body }: Issue): string {
  const before = body.split("\n").slice(1).join("\n");
  return `${text}\n\n---\n\n${before}`;
}
