import { expect, it } from "vitest";
import { reportOf } from "../../../test/build.ts";
import { accountBlock } from "./accounts.ts";

const report = reportOf({ mode: "apply", units: [] });
const proposed = { name: "qa, stage", files: [], pullRequestUrl: "https://github.com/acme/live/pull/7", failure: null };
const detail = { lines: 10, characters: 1000, rows: 10, graph: false };
const shown = (account: object): string => accountBlock({ ...report, accounts: [{ ...proposed, ...account }] }, detail);

it("links to the pull request of new accounts, and says what somebody should know of it", () => {
  const notes = ["`qa/account.hcl` was changed on this branch, and stays as it is."];
  const text = shown({ notes });
  expect(text).toContain("[pull request with its code](https://github.com/acme/live/pull/7)");
  expect(text).toContain("\n- ");
  expect(text).toContain("was changed on this branch");
});

it("says of accounts for which nothing is proposed that it is so", () => {
  expect(shown({ pullRequestUrl: null, notes: ["Everything is there already."] })).toContain("nothing is proposed");
});

it("shows what files will have, as YAML where it is YAML", () => {
  const files = [
    { path: "qa/account.hcl", content: "locals {}\n" },
    { path: "accounts.yml", content: "qa: {}\n" },
  ];
  const text = shown({ pullRequestUrl: null, files });
  expect(text).toContain("2 files will be proposed after the merge");
  expect(text).toContain("```yaml\nqa: {}");
  expect(text).toContain("```hcl\nlocals {}");
});
