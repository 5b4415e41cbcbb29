import type { Report } from "../report/model.ts";
import { type Issue, type IssueChange, issueChanges } from "./issue-changes.ts";
import { type IssueMarker, isSameIssue, issueMarker, readIssueMarker } from "./issue-marker.ts";
import type { Sink, SinkResult } from "./sink.ts";

/** The open issues of the repository that are ours. */
export type IssueTracker = {
  listOpen(): Promise<readonly Issue[]>;
  /** Makes the label first when it is missing. `isIt` recognises the issue if GitHub stored it in spite of an error. */
  open(title: string, body: string, assignee: string | null, isIt: (issue: Issue) => boolean): Promise<Issue>;
  update(number: number, body: string): Promise<void>;
  close(number: number, body: string, why: "completed" | "duplicate"): Promise<void>;
};

/** Issues about what has to be looked at after the deploy branch changed the world, or differs from it. */
export function issuesSink(trackerOf: () => Promise<IssueTracker>): Sink {
  return {
    name: "issues",
    wants: (report) => report.kind !== "plan" && report.phase.kind !== "start" && isOfDeployBranch(report),
    publish: async (report) => publishIssues(await trackerOf(), report),
  };
}

/** A dispatch can be made from any branch; what it does there is nothing about the deploy branch. */
function isOfDeployBranch({ comparison, run }: Report): boolean {
  return run.event === "schedule" || comparison === null || run.ref === `refs/heads/${comparison.deployBranch}`;
}

/** Writes of one report; the next run does what is left. */
const MOST_WRITES = 20;
/** GitHub takes 65,536 characters. */
const LONGEST_BODY = 65_536;

/** Opens, updates and closes issues so that each thing that needs attention has an open one, and nothing else. */
async function publishIssues(tracker: IssueTracker, report: Report): Promise<SinkResult> {
  const changes = issueChanges(report, await tracker.listOpen());
  if (changes.length === 0) return { kind: "skipped", why: "no unit failed and no issue is open" };
  const opened: Opened[] = [];
  for (const change of changes.slice(0, MOST_WRITES)) {
    const issue = await write(tracker, change, report);
    if (issue !== null) opened.push({ issue, marker: change.marker });
  }
  if (opened.length > 0) await withdrawDuplicates(tracker, opened);
  const left = changes.length - MOST_WRITES;
  if (left > 0)
    return { kind: "failed", cause: `${left} issues were left as they are: one report writes ${MOST_WRITES}` };
  return { kind: "published", url: null };
}

type Opened = { readonly issue: Issue; readonly marker: IssueMarker };

/** @returns the issue when the change opened one */
async function write(tracker: IssueTracker, change: IssueChange, report: Report): Promise<Issue | null> {
  const body = `${issueMarker(change.marker)}\n${change.body}`.slice(0, LONGEST_BODY).toWellFormed();
  switch (change.kind) {
    case "open":
      return tracker.open(change.title, body, report.run.assignee, (issue) => isAbout(issue, change.marker));
    case "update":
      await tracker.update(change.number, body);
      return null;
    case "close":
      await tracker.close(change.number, body, "completed");
      return null;
    default:
      return change satisfies never;
  }
}

/** Runs at the same time may have opened the same issue: the oldest stays, and each run takes back its own. */
async function withdrawDuplicates(tracker: IssueTracker, opened: readonly Opened[]): Promise<void> {
  const open = await tracker.listOpen();
  for (const { issue, marker } of opened) {
    const oldest = Math.min(...open.filter((other) => isAbout(other, marker)).map(({ number }) => number));
    if (oldest >= issue.number) continue;
    await tracker.close(issue.number, `${issueMarker(marker)}\nThe same as #${oldest}.`, "duplicate");
  }
}

function isAbout(issue: Issue, marker: IssueMarker): boolean {
  const found = readIssueMarker(issue.body);
  return found !== null && isSameIssue(found, marker);
}
