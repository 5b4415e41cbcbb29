import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { DueWhy, LedgerUnit } from "@pipelines/core/contracts/ledger";
import { count } from "@pipelines/core/wording/count";
import { oneLine } from "../render/escape.ts";
import { adviceOn } from "../report/advice.ts";
import { headlineOf } from "../report/headline.ts";
import type { Report } from "../report/model.ts";
import { isUnchanged } from "../report/rows.ts";
import { subjectsOf } from "../report/subjects.ts";
import { type Message, MOST_LINES, type Notification, type NotificationEvent } from "./message.ts";

/** What a notification says besides the report. */
export type NotificationFacts = {
  /** What the ledger has due after the run; `null` where it can't be told. */
  readonly due: readonly LedgerUnit[] | null;
  /** GitHub environments of the run's jobs that ask for an approval. */
  readonly approvals: readonly string[];
  /** The run before this one that failed, where this is the first that succeeds since. */
  readonly failedBefore: { readonly id: number; readonly number: number } | null;
  /** Hides what must not be shown: secrets, and what the configuration says. */
  readonly mask: (text: string) => string;
};

/** Why a unit is due that no failure tells of already. */
const OPEN: ReadonlySet<DueWhy> = new Set<DueWhy>([
  "problem",
  "not-determined",
  "withheld",
  "paused",
  "held-move",
  "set-back",
]);

/** What a run has to say, of what somebody wants to know, and which earlier messages are over. */
export function notificationOf(
  report: Report,
  facts: NotificationFacts,
  wanted: readonly NotificationEvent[],
): Notification {
  const messages = [failed, recovered, due, waiting, drift]
    .flatMap((about) => about(report, facts) ?? [])
    .filter(({ event }) => wanted.includes(event));
  return { messages, settled: settledBy(report, facts) };
}

function failed(report: Report, facts: NotificationFacts): Message | null {
  if (!isOver(report) || report.kind !== "apply" || report.status !== "failure") return null;
  const { icon, text } = headlineOf(report);
  const units = subjectsOf(report).map((subject) => {
    const said = subject.kind === "withheld" ? `was withheld: ${subject.message}` : adviceOn(subject.row)?.happened;
    return `${subject.unit} ${said ?? "did not end well"}`;
  });
  const others = [
    ...report.jobs.map(({ name, failure }) => `${name}: ${failure}`),
    ...report.problems.map(({ path, message }) => `${path === null ? "" : `${path}: `}${message}`),
  ];
  return messageOf(report, facts, {
    event: "failed",
    key: runKey(report.run.runId),
    icon,
    title: text,
    lines: [...units, ...others],
  });
}

function recovered(report: Report, facts: NotificationFacts): Message | null {
  const { failedBefore } = facts;
  if (!isOver(report) || report.kind !== "apply" || report.status !== "success" || failedBefore === null) return null;
  const title = `Applied again: the first run that succeeds since run ${failedBefore.number}`;
  return messageOf(report, facts, {
    ...{ event: "recovered", key: `recovered-${report.run.runId}`, icon: "✅", title },
    lines: [],
  });
}

function due(report: Report, facts: NotificationFacts): Message | null {
  if (!isOver(report) || report.kind !== "apply") return null;
  const own = openUnits(facts).filter((unit) => String(unit.due?.owner.id) === report.run.runId);
  if (own.length === 0) return null;
  const lines = own.map(({ unit, due: is }) => `${unit}: ${is?.action ?? ""}, ${is?.why ?? ""}. ${is?.message ?? ""}`);
  const title = `${count(own.length, "unit")} merged and not applied`;
  return messageOf(report, facts, { event: "due", key: dueKey(report.run.runId), icon: "✋", title, lines });
}

function waiting(report: Report, facts: NotificationFacts): Message | null {
  if (report.phase.kind !== "start" || report.kind !== "apply" || facts.approvals.length === 0) return null;
  const title = `Run ${report.run.runNumber} asks for an approval: ${facts.approvals.join(", ")}`;
  const lines = report.pending.map(({ name }) => name);
  return messageOf(report, facts, { event: "waiting", key: waitingKey(report.run.runId), icon: "⏳", title, lines });
}

function drift(report: Report, facts: NotificationFacts): Message | null {
  const { icon, text } = headlineOf(report);
  if (!isOver(report) || report.kind !== "drift" || (icon === "✅" && report.status === "success")) return null;
  const lines = report.rows
    .filter((row) => !isUnchanged(row))
    .map(({ unit, end }) => `${unit}: ${end.kind === "changed" ? "differs" : end.kind}`);
  return messageOf(report, facts, { event: "drift", key: "drift", icon, title: text, lines });
}

/** Failures are over when a later run, or the same once more, succeeds; requests for approval when their run has ended. */
function settledBy(report: Report, facts: NotificationFacts): Notification["settled"] {
  const { run, kind, status } = report;
  const by = `run ${run.runNumber}`;
  const owners = facts.due === null ? null : new Set(openUnits(facts).map(({ due: is }) => String(is?.owner.id)));
  const ofRun = (what: string, of: string): string | null => {
    if (what === "waiting") return of === run.runId ? "The run has ended" : null;
    if (what === "run") return status === "success" && Number(of) <= Number(run.runId) ? `Resolved by ${by}` : null;
    return owners !== null && !owners.has(of) ? `Nothing of this is due any more, says ${by}` : null;
  };
  return (key) => {
    if (!isOver(report)) return null;
    if (kind === "drift") {
      return key === "drift" && drift(report, facts) === null ? `No drift any more, says ${by}` : null;
    }
    const [, what, of] = /^(run|due|waiting)-(\d+)$/.exec(key) ?? [];
    return kind !== "apply" || what === undefined || of === undefined ? null : ofRun(what, of);
  };
}

function openUnits({ due: units }: NotificationFacts): LedgerUnit[] {
  return (units ?? []).filter(({ due: is }) => is !== undefined && OPEN.has(is.why));
}

const isOver = ({ phase }: Report): boolean => phase.kind === "end";
const runKey = (id: string): string => `run-${id}`;
const dueKey = (id: string): string => `due-${id}`;
const waitingKey = (id: string): string => `waiting-${id}`;

const [LONGEST_TITLE, LONGEST_LINE] = [140, 300];

function messageOf(
  { run }: Report,
  { mask }: NotificationFacts,
  { title, lines, ...rest }: Pick<Message, "event" | "key" | "icon" | "title" | "lines">,
): Message {
  const plain = (text: string, length: number): string => oneLine(mask(text), length).replaceAll("`", "");
  const shown = lines.slice(0, MOST_LINES).map((line) => plain(line, LONGEST_LINE));
  const more = lines.length > MOST_LINES ? [`and ${lines.length - MOST_LINES} more`] : [];
  return {
    ...rest,
    title: plain(title, LONGEST_TITLE),
    facts: [
      run.repository,
      `commit ${run.commit.slice(0, 7)}`,
      ...(run.pullRequest === null ? [] : [`#${run.pullRequest}`]),
      ...(run.assignee === null ? [] : [plain(run.assignee, 40)]),
    ],
    lines: [...shown, ...more],
    link: { text: `Run ${run.runNumber}`, url: run.runUrl },
  };
}

/** The environments of the configuration whose jobs a run has to do. */
export function deployingEnvironments({ jobs }: Assessment): string[] {
  const deploying = jobs.filter(({ action }) => action === "apply" || action === "destroy");
  return [...new Set(deploying.map(({ environment }) => environment))].toSorted();
}
