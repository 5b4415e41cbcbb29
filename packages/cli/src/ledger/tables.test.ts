import { CommitSha } from "@pipelines/core/contracts/comparison";
import { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { entriesBetween, type HistoryEntry } from "@pipelines/core/ledger/history";
import { EMPTY_LEDGER } from "@pipelines/core/ledger/ledger";
import { expect, it } from "vitest";
import { type HistoryFormat, historyIn } from "./export.ts";
import { historyText, statusText } from "./tables.ts";

const [commit, newer] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];
const run = { id: 70, number: 7, attempt: 1 };
const time = "2026-11-25T12:00:00.000Z";
const applied = {
  ...{ action: "apply", commit, environment: "prod", run, time, by: "mona", pullRequest: 3 },
  ...{ dependsOn: [], plan: "d1", state: null },
};
const due = {
  ...{ action: "apply", commit: newer, commits: [newer], environment: "prod", why: "failed", owner: run, since: time },
  ...{ message: "no such bucket\nmore", dependsOn: [], byHand: false, ahead: false },
};
const record = (unit: string, rest: object): LedgerUnit => LedgerUnit.parse({ version: 1, unit, claim: 1, ...rest });
const [vpc, app, gone] = [
  record("prod/vpc", { applied }),
  record("prod/app", { applied, due }),
  record("prod/gone", { applied: { ...applied, action: "destroy" } }),
];

it("status says what is due and why, and what is applied where, by whom and since when", () => {
  const units = new Map([vpc, app, gone].map((one) => [one.unit, one]));
  const determined = { version: 1, commit: newer, branch: "main", claim: 2, reached: 2, run, time } as const;
  expect(statusText({ determined, units })).toBe(
    `Determined up to bbbbbbbbbbbb of main by run 7, 2026-11-25 12:00.

Due (1)
  apply  prod/app  failed  since 2026-11-25 12:00  run 7  no such bucket

Applied (2)
  prod/app  aaaaaaaaaaaa  2026-11-25 12:00  run 7  #3  mona  due
  prod/vpc  aaaaaaaaaaaa  2026-11-25 12:00  run 7  #3  mona
`,
  );
  expect(statusText(EMPTY_LEDGER)).toContain("Nothing was determined yet");
});

it("history tells what changed from one record to the next, and nothing of what did not", () => {
  const [first] = entriesBetween(null, record("prod/app", { due }), time);
  expect(first).toMatchObject({ what: "due", why: "apply: failed", run: 7, commit: newer });
  const dismissed = { action: "apply", commit: newer, run, time, by: "mona", reason: "no more", dependsOn: [] };
  expect(entriesBetween(app, record("prod/app", { applied, dismissed }), time)).toMatchObject([
    { what: "dismissed", by: "mona", why: "no more" },
  ]);
  expect(entriesBetween(vpc, gone, time)).toMatchObject([{ what: "destroyed" }]);
  expect(entriesBetween(app, vpc, time)).toMatchObject([{ what: "withdrawn", run: 7 }]);
  expect(entriesBetween(app, null, time)).toMatchObject([{ what: "withdrawn", unit: "prod/app" }]);
  expect(entriesBetween(app, structuredClone(app), time)).toEqual([]);
});

/** All that is printed of entries in a format. */
async function printed(format: HistoryFormat, entries: readonly HistoryEntry[]): Promise<string> {
  async function* each(): AsyncGenerator<HistoryEntry> {
    yield* entries;
  }
  let text = "";
  for await (const chunk of historyIn(format, each())) text += chunk;
  return text;
}

it("history is a line for each entry, and a table that no spreadsheet takes for formulas", async () => {
  const entries = entriesBetween(null, record("prod/vpc", { applied }), time);
  expect(historyText(entries)).toBe(`${time}  prod/vpc  applied  run 7  aaaaaaaaaaaa  #3  mona\n`);
  expect(await printed("text", entries)).toBe(historyText(entries));
  const odd = { ...applied, by: '=cmd("x")', reviewed: [{ commit: newer, digest: "d2" }] };
  const csv = await printed("csv", entriesBetween(null, record(UnitPath.parse('a,"b'), { applied: odd }), time));
  expect(csv).toBe(
    `time,unit,what,run,commit,pullRequest,by,plan,why,message,environment,reviewedCommit,reviewedPlan\r\n${time},"a,""b",applied,7,${commit},3,"'=cmd(""x"")",d1,,,prod,${newer},d2\r\n`,
  );
  expect(historyText([])).toContain("says nothing");
});

it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])("%j is a text in a cell", async (message) => {
  const [entry] = entriesBetween(null, record("prod/vpc", { due: { ...due, message } }), time);
  if (entry === undefined) throw new Error("there is one");
  const [, row = ""] = (await printed("csv", [entry])).split(/\r\n(?=\d{4})/);
  expect(row).toContain(`'${message}`);
});

it("the document of a history is one, with and without entries, and says where a unit was at that time", async () => {
  expect(JSON.parse(await printed("json", []))).toEqual({ version: 1, entries: [] });
  const entries = [
    ...entriesBetween(null, record("prod/vpc", { applied }), time),
    ...entriesBetween(vpc, record("prod/vpc", { applied: { ...applied, environment: "moved", commit: newer } }), time),
    ...entriesBetween(app, null, time),
  ];
  expect(JSON.parse(await printed("json", entries))).toEqual({ version: 1, entries });
  expect(entries.map(({ environment }) => environment)).toEqual(["prod", "moved", "prod"]);
});
