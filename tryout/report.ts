import { FACTS, judge } from "./facts.ts";
import type { Names, Seen, Step } from "./stage.ts";

/** A step that was taken: what it saw, or that it could not be taken to its end. */
export type Taken =
  | { readonly step: Step; readonly kind: "seen"; readonly seen: Seen }
  | { readonly step: Step; readonly kind: "broken"; readonly message: string }
  | { readonly step: Step; readonly kind: "left-out"; readonly why: string };

/** What is going to happen, before anything is made. */
export function planText(
  names: Names,
  steps: readonly Step[],
  options: { readonly keep: boolean; readonly jobs: number; readonly visibility: string },
): string {
  const minutes = steps.reduce((sum, step) => sum + step.minutes, 0);
  const width = Math.max(...steps.map(({ id }) => id.length));
  return `A try-out on GitHub, about ${minutes} minutes.

It makes two ${options.visibility} repositories:
  ${names.owner}/${names.tool}  this checkout, whose workflow is called
  ${names.owner}/${names.live}  the example, without a cloud: state is kept on its branch \`state\`
with a deploy key, secrets, a GitHub environment that you approve for, and runs on hosted runners, which your plan may
charge (${options.jobs} jobs in the largest). Steps:
${steps.map(({ id, does }) => `  ${id.padEnd(width)}  ${does}`).join("\n")}

At the end, on a failure, and on Ctrl-C ${options.keep ? "both are kept (--keep)" : "both are deleted, and nothing else is"}.
`;
}

/** How a step went, for the terminal. */
export function stepText(taken: Taken): string {
  const { step } = taken;
  switch (taken.kind) {
    case "left-out":
      return `· ${step.id}: ${taken.why}`;
    case "broken":
      return `✗ ${step.id}: ${taken.message}`;
    case "seen": {
      const failed = taken.seen.checks.filter(({ ok }) => !ok);
      const lines = failed.map(({ what, detail }) => `    ✗ ${what}${detail === "" ? "" : ` (${detail})`}`);
      return [`${failed.length === 0 ? "✓" : "✗"} ${step.id}: ${step.does}`, ...lines].join("\n");
    }
    default:
      return taken satisfies never;
  }
}

/** Which facts hold, and the sum. Facts that do not hold fail nothing by themselves: steps say what breaks by them. */
export function endText(taken: readonly Taken[]): string {
  const verdicts = judge(taken.flatMap((one) => (one.kind === "seen" ? one.seen.facts : [])));
  const mark = { holds: "✓", "does not hold": "✗", "not shown": "?" } as const;
  const lines = verdicts.map(
    ({ fact, verdict, because }) => `  ${mark[verdict]} ${fact.fact}\n      ${verdict}: ${because}`,
  );
  const checks = taken.flatMap((one) => (one.kind === "seen" ? one.seen.checks : []));
  const count = (kind: Taken["kind"]): number => taken.filter((one) => one.kind === kind).length;
  const shown = verdicts.filter(({ verdict }) => verdict !== "not shown").length;
  return `Of GitHub was seen:
${lines.join("\n")}

${checks.filter(({ ok }) => ok).length} of ${checks.length} checks hold, ${count("broken")} steps broke off, ${count("left-out")} were left out; ${shown} of ${FACTS.length} facts were shown.`;
}

/** Whether a release may be made: every step was taken, and all that it looked at is as it should be. */
export const isWell = (taken: readonly Taken[]): boolean =>
  taken.length > 0 &&
  taken.every((one) => one.kind === "seen" && one.seen.checks.length > 0 && one.seen.checks.every(({ ok }) => ok));
