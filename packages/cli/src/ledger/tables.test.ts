import { CommitSha } from "@pipelines/core/contracts/comparison";
import { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { entriesBetween } from "@pipelines/core/ledger/history";
import { EMPTY_LEDGER } from "@pipelines/core/ledger/ledger";
import { expect, it } from "vitest";
import { historyCsv, historyText, statusText } from "./tables.ts";

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
  const determined = { version: 1, commit: newer, claim: 2, run, time } as const;
  expect(statusText({ determined, units })).toBe(
    `Determined up to bbbbbbbbbbbb by run 7, 2026-11-25 12:00.

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

it("history is a line for each entry, and a table that no spreadsheet takes for formulas", () => {
  const entries = entriesBetween(null, record("prod/vpc", { applied }), time);
  expect(historyText(entries)).toBe(`${time}  prod/vpc  applied  run 7  aaaaaaaaaaaa  #3  mona\n`);
  const odd = { ...applied, by: '=cmd("x")' };
  const csv = historyCsv(entriesBetween(null, record(UnitPath.parse('a,"b'), { applied: odd }), time));
  expect(csv).toBe(
    `time,unit,what,run,commit,pullRequest,by,plan,why,message\r\n${time},"a,""b",applied,7,${commit},3,"'=cmd(""x"")",d1,,\r\n`,
  );
  expect(historyText([])).toContain("says nothing");
});
