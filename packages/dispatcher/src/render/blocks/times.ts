import { count } from "@pipelines/core/wording/count";
import { billedMinutes, type JobTime, minutesByRunner } from "../../report/times.ts";
import { code, oneLine } from "../escape.ts";

/** More bars than these are no picture: the longest stay, and the rest is counted. */
const MOST_BARS = 30;
/** A wait that is worth a bar of its own, in milliseconds: for an approval, a runner, or another run. */
const LONG_WAIT = 30_000;
const RULE = "https://docs.github.com/en/billing/reference/actions-runner-pricing";

/** Where a run's time went, for GitHub to draw, and the minutes that it costs. */
export function timesBlock(jobs: readonly JobTime[]): string {
  return jobs.length === 0 ? "" : `${chart(jobs)}\n\n${minutes(jobs)}\n`;
}

function minutes(jobs: readonly JobTime[]): string {
  const by = minutesByRunner(jobs);
  const hosted = by.filter((each) => each.hosted);
  const own = by.filter((each) => !each.hosted);
  const sum = (some: typeof by): number => some.reduce((total, each) => total + each.minutes, 0);
  const list = (some: typeof by): string =>
    some.map((each) => `${each.minutes} on ${code(each.runner, 60)}`).join(", ");
  const billed = jobs.filter((job) => job.hosted).length;
  const parts = [
    hosted.length === 0
      ? null
      : `**${count(sum(hosted), "minute")}** of GitHub's runners in ${count(billed, "job")}: ${list(hosted)}. [GitHub rounds each job up](${RULE}) to whole minutes.`,
    own.length === 0 ? null : `${count(sum(own), "minute")} of other runners: ${list(own)}.`,
    "The job that writes this is not counted.",
  ];
  return parts.filter((part) => part !== null).join(" ");
}

type Bar = {
  readonly section: string;
  readonly text: string;
  readonly tag: string;
  readonly from: number;
  readonly to: number;
};

function chart(jobs: readonly JobTime[]): string {
  const longest = jobs
    .toSorted((a, b) => spanOf(b) - spanOf(a))
    .slice(0, MOST_BARS)
    .toSorted((a, b) => a.began - b.began);
  const bars = longest.flatMap(barsOf);
  const sections = [...Map.groupBy(bars, ({ section }) => section)].flatMap(([section, members]) => [
    `  section ${section}`,
    ...members.map(({ text, tag, from, to }) => `  ${text} :${tag}${clock(from)}, ${clock(to)}`),
  ]);
  const left = jobs.length - longest.length;
  const note = left === 0 ? "" : `\n\n*… and ${count(left, "shorter job")}.*`;
  const head = ["```mermaid", "gantt", "  title Where the time went (UTC)", "  dateFormat YYYY-MM-DD HH:mm:ss"];
  return `${[...head, ...axisOf(bars), ...sections, "```"].join("\n")}${note}`;
}

/** A moment as it is in UTC. Who looks reads it back in a zone of their own, which turns it into the same clock. */
function clock(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
/** How far apart marks stand, and how Mermaid writes that. */
const TICKS = [
  { every: 15_000, text: "15second" },
  ...[1, 2, 5, 10, 30].map((amount) => ({ every: amount * MINUTE, text: `${amount}minute` })),
  ...[1, 3, 6, 12].map((amount) => ({ every: amount * HOUR, text: `${amount}hour` })),
  { every: DAY, text: "1day" },
  { every: 7 * DAY, text: "1week" },
];
/** Marks for which an axis has room. */
const MOST_TICKS = 9;

function axisOf(bars: readonly Bar[]): string[] {
  const span = Math.max(...bars.map(({ to }) => to)) - Math.min(...bars.map(({ from }) => from));
  const tick = TICKS.find(({ every }) => span / every <= MOST_TICKS) ?? { every: 7 * DAY, text: "1week" };
  const format = tick.every < MINUTE ? "%H:%M:%S" : span < DAY ? "%H:%M" : "%d %b %H:%M";
  return [`  axisFormat ${format}`, `  tickInterval ${tick.text}`];
}

function spanOf(job: JobTime): number {
  return job.ended - (job.began - job.queued > LONG_WAIT ? job.queued : job.began);
}

/** A bar of a job's work, behind one of its wait where that was long. */
function barsOf(job: JobTime): Bar[] {
  const { section, text } = placeOf(job.name);
  const end = Math.max(job.ended, job.began + 1000);
  const tag = { success: "", failure: "crit, ", cancelled: "crit, " }[job.result];
  const work = { section, text: `${text}, ${billedMinutes(job)} min`, tag, from: job.began, to: end };
  if (job.began - job.queued <= LONG_WAIT) return [work];
  return [{ section, text: `${text} waits`, tag: "done, ", from: job.queued, to: job.began }, work];
}

/** The environment that a job belongs to, and what else its name says: `Apply · prod · ModuleChanged prod/vpc`. */
function placeOf(name: string): { section: string; text: string } {
  const [verb = "", environment, ...rest] = name.split(" · ");
  if (environment === undefined) return { section: "the run", text: label(name) };
  return { section: label(environment), text: label([verb, ...rest].join(" ")) };
}

/** Words that begin a line of their own in a Gantt chart. */
const KEYWORD =
  /^(?:title|section|click|call|href|dateFormat|axisFormat|tickInterval|todayMarker|excludes|includes|inclusiveEndDates|topAxis|weekday|weekend|acc(?:Title|Descr)|gantt|end)\b/i;

/** Letters, digits and what paths are made of: anything else may mean something to Mermaid, which has no way to quote here. */
function label(text: string): string {
  const plain = oneLine(text, 60)
    .replace(/[^\p{L}\p{N} /._…()-]/gu, "_")
    .replaceAll("--", "_");
  return plain.trim() === "" ? "_" : KEYWORD.test(plain.trim()) ? `_${plain.trim()}` : plain.trim();
}
