import { needsSomebody } from "@pipelines/core/contracts/end";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { count } from "@pipelines/core/wording/count";
import type { Report } from "./model.ts";
import { isUnlocking, laterOf } from "./rows.ts";
import type { Totals } from "./totals.ts";

/** The one line that decides: whether it is safe, or what happened. */
export type Headline = { readonly icon: "✅" | "🛑" | "❌" | "⚪" | "🌀" | "⏳"; readonly text: string };

/** Answers "is this safe to merge?" for a plan and "did it work?" for an apply, in one line. */
export function headlineOf(report: Report): Headline {
  const { totals, kind, phase } = report;
  if (phase.kind === "start") return { icon: "⏳", text: startOf(report) };
  if (report.comparison === null) {
    const text =
      kind === "drift" ? "Pipelines could not check for drift" : "Pipelines could not determine what changed";
    return { icon: "❌", text };
  }
  if (report.status === "failure") return { icon: "❌", text: failureOf(report) };
  if (report.pending.length > 0) return { icon: "⏳", text: progressOf(report) };
  if (totals.units === 0) return withoutUnits(report);
  const lost = totals.destroy + totals.replace + totals.forget;
  const amountOf = (wanted: UnitEnd["kind"]): number => report.rows.filter(({ end }) => end.kind === wanted).length;
  const [waiting, ignored] = [amountOf("waiting"), amountOf("ignored")];
  const later = [
    waiting === 0 ? "" : `; ${count(waiting, "unit")} can be planned only once others are applied`,
    ignored === 0 ? "" : `; ${count(ignored, "unit")} could not be planned, with an error that is ignored`,
  ].join("");
  if (kind === "plan") {
    const doing = doingOf(report);
    const rest = `${later}${withheldLater(report)}`;
    if (lost > 0) return { icon: "🛑", text: `${doing} ${lossOf(totals)}${rest}` };
    const gains = sentenceOf(totals, { add: "creates", change: "changes" });
    if (gains === "") return { icon: "✅", text: `${doing} changes no resources${rest}` };
    return { icon: "✅", text: `${doing} ${gains}; nothing is destroyed${rest}` };
  }
  if (kind === "drift") return driftOf(report);
  if (isUnlocking(report.rows)) return { icon: "✅", text: "Unlocked" };
  const done = sentenceOf(totals, {
    add: "created",
    change: "changed",
    destroy: "destroyed",
    replace: "replaced",
    forget: "forgotten",
  });
  return { icon: "✅", text: `${done === "" ? "Applied: no resource had to change" : `Applied: ${done}`}${later}` };
}

/** What comes of a run in which no unit runs: new accounts, or nothing. */
function withoutUnits(report: Report): Headline {
  const { accounts, withheld } = report;
  if (accounts.length > 0) {
    const code = `the code of ${count(accounts.length, "account")}`;
    const text = report.kind === "plan" ? `${doingOf(report)} opens a pull request with ${code}` : `Proposed ${code}`;
    return { icon: "✅", text };
  }
  const { length } = withheld;
  return { icon: "⚪", text: length > 0 ? `Nothing runs: ${count(length, "unit")} withheld` : "Nothing to do" };
}

function startOf({ kind, pending }: Report): string {
  const doing = kind === "apply" ? "Applying" : "Planning";
  return `${doing} ${count(unitsOf(pending), "unit")} in ${count(pending.length, "job")}`;
}

function progressOf({ totals, pending }: Report): string {
  return `Applying: ${totals.units} of ${count(totals.units + unitsOf(pending), "unit")} done`;
}

function unitsOf(pending: Report["pending"]): number {
  return pending.reduce((sum, { units }) => sum + units, 0);
}

function failureOf(report: Report): string {
  const { totals, kind, pending } = report;
  const ends = (...kinds: UnitEnd["kind"][]): number =>
    report.rows.filter(({ end, action }) => kinds.includes(end.kind) && needsSomebody(end, action)).length;
  const [failed, withheld, waiting, skipped] = [
    ends("failed", "interrupted", "unknown"),
    ends("withheld"),
    ends("waiting"),
    ends("skipped"),
  ];
  const all = count(totals.units + unitsOf(pending), "unit");
  const units = [
    { amount: failed, what: "failed" },
    { amount: withheld, what: "withheld" },
    { amount: waiting, what: `${waiting === 1 ? "waits" : "wait"} for outputs of others` },
    { amount: skipped, what: "not started" },
  ].filter(({ amount }) => amount > 0);
  const parts = [
    ...units.map(({ amount, what }, at) => `${at === 0 ? `${amount} of ${all}` : amount} ${what}`),
    units.length === 0 && report.jobs.length > 0 ? `${count(report.jobs.length, "job")} failed` : null,
    // What a person asked for and does not get; a merge's own withheld units are no failure.
    report.comparison?.mode === "manual" && report.withheld.length > 0
      ? `${count(report.withheld.length, "unit")} withheld`
      : null,
    report.problems.length > 0 ? count(report.problems.length, "problem") : null,
    report.accounts.some(({ failure }) => failure !== null) ? "an account could not be prepared" : null,
    report.hooks.some(({ result }) => result === "deny" || result === "failed") ? "a check did not pass" : null,
    kind === "plan" && totals.destroy + totals.replace + totals.forget > 0
      ? `${doingOf(report).toLowerCase()} ${lossOf(totals)}`
      : null,
    pending.length > 0 ? `${unitsOf(pending)} not run yet` : null,
  ].filter((part) => part !== null);
  return `${verdictOf(report, failed + report.jobs.length)}: ${parts.join("; ")}`;
}

/** How many units the merge will leave as they are: "; 2 units stay; 1 waits". */
function withheldLater({ willBeWithheld }: Report): string {
  const counted = LATER.map(({ word, does, do: many }) => {
    const amount = willBeWithheld.filter(({ by }) => laterOf(by) === word).length;
    return { amount, does: amount === 1 ? does : many };
  }).filter(({ amount }) => amount > 0);
  return counted.map(({ amount, does }, at) => `; ${at === 0 ? count(amount, "unit") : amount} ${does}`).join("");
}

const LATER = [
  { word: "stays", does: "stays", do: "stay" },
  { word: "waits", does: "waits", do: "wait" },
  { word: "by hand", does: "is left to be done by hand", do: "are left to be done by hand" },
] as const;

/** What brings about what a plan shows. */
function doingOf({ comparison }: Report): string {
  return comparison?.mode === "manual" ? "Applying this" : "Merging";
}

function verdictOf(report: Report, failed: number): string {
  const { kind, comparison } = report;
  if (isUnlocking(report.rows)) return "Not unlocked";
  switch (kind) {
    case "plan":
      return comparison?.mode === "manual" ? "Not all units could be planned" : "Not ready to merge";
    case "apply":
      return failed > 0 ? "Apply failed" : "Not everything was applied";
    case "drift":
      return "Not all units could be planned";
    default:
      return kind satisfies never;
  }
}

function driftOf({ totals }: Report): Headline {
  const drifted = totals.units - totals.unchanged;
  if (drifted === 0)
    return {
      icon: "✅",
      text: `No drift: ${count(totals.units, "unit")} ${totals.units === 1 ? "matches" : "match"} the code`,
    };
  return {
    icon: "🌀",
    text: `Drift: ${drifted} of ${count(totals.units, "unit")} ${drifted === 1 ? "differs" : "differ"} from the code`,
  };
}

function lossOf(totals: Totals): string {
  return sentenceOf(totals, { destroy: "destroys", replace: "replaces", forget: "forgets" });
}

type Figure = "add" | "change" | "destroy" | "replace" | "forget";

function sentenceOf(totals: Totals, verbs: Partial<Record<Figure, string>>): string {
  const figures: Figure[] = ["add", "change", "destroy", "replace", "forget"];
  const parts = figures
    .map((figure) => ({ amount: totals[figure], verb: verbs[figure] }))
    .filter(({ amount, verb }) => amount > 0 && verb !== undefined)
    .map(({ amount, verb }, index) => `${verb} ${index === 0 ? count(amount, "resource") : amount}`);
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
