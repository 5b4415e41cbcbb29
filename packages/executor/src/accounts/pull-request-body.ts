import type { Account } from "@pipelines/core/contracts/change";
import type { Proposal } from "./compose.ts";

/** What we write stands between these; what people write around them stays. */
const [BEGIN, END] = ["<!-- pipelines:accounts -->", "<!-- /pipelines:accounts -->"];

/** GitHub starts no run by itself for what a workflow's own token opens or pushes; a server may not even offer one. */
const WHAT_TO_PRESS =
  "**Its checks wait for you**, since a workflow's own token opened it: at the end of this page press “Approve workflows to run”. Where there is no such button, close the pull request and open it again. With a GitHub App in the workflow's `app_id` they start by themselves.";

export type BodyFacts = {
  readonly accounts: readonly Account[];
  readonly proposal: Proposal;
  readonly runUrl: string | null;
  /** Its checks do not start by themselves. */
  readonly waits: boolean;
};

/** The text of the pull request of new accounts. */
export function pullRequestBody({ accounts, proposal, runUrl, waits }: BodyFacts): string {
  const named = accounts.map(({ name, id }) => `\`${name}\` (\`${id}\`)`);
  const { shown, notes } = proposal;
  return [
    BEGIN,
    `New: ${named.join(", ")}. This pull request has:`,
    "",
    ...shown.map(({ path }) => `- \`${path}\``),
    "",
    ...(notes.length === 0 ? [] : [...notes.map((note) => `- ${note}`), ""]),
    "Read it, and commit to this branch what you want to have otherwise: what you change here stays as you have it, also when another account is added to this pull request.",
    "",
    "Units in the environments that it adds are planned and applied once it is merged; all others are planned here.",
    ...(waits ? ["", WHAT_TO_PRESS] : []),
    ...(runUrl === null ? [] : ["", `Proposed by [this run](${runUrl}).`]),
    END,
    "",
  ].join("\n");
}

/** A body with our part of it replaced; one that has none any more stays as people have it. */
export function withBody(body: string | null, ours: string): string {
  const text = body ?? "";
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (text.trim() === "") return ours;
  if (from === -1 || to < from) return text;
  return `${text.slice(0, from)}${ours.trimEnd()}${text.slice(to + END.length)}`;
}
