import { Configuration } from "@pipelines/core/configuration/schema";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { describe, expect, it } from "vitest";
import { accountChanges } from "./accounts.ts";

const [BASE, HEAD] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];
const DEV = 'dev:\n  id: "111111111111"\n  email: dev@example.com\n';
const STAGE = 'stage:\n  id: "333333333333"\n  email: stage@example.com\n';
const REQUEST = "_new-account-requests";

type Texts = Readonly<Record<string, string>>;

/** What a change of texts has to do with accounts. */
function changes(before: Texts, after: Texts, accounts: object = {}) {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const diff = paths.flatMap((path): ChangedFile[] => {
    if (before[path] === after[path]) return [];
    return [
      { path, status: before[path] === undefined ? "added" : after[path] === undefined ? "deleted" : "modified" },
    ];
  });
  const read = async (commit: CommitSha, path: string) => (commit === BASE ? before : after)[path] ?? null;
  const configuration = Configuration.parse({ accounts });
  return accountChanges({ read }, { base: BASE, head: HEAD }, diff, Object.keys(after), configuration);
}
const problemsOf = async (before: Texts, after: Texts) =>
  (await changes(before, after)).problems.map(({ file, line, message }) => `${file}:${line}: ${message}`);

describe("an account that accounts.yml gains", () => {
  it("is new, with all that its entry says in plain values", async () => {
    const { added, edited } = await changes(
      { "accounts.yml": DEV },
      { "accounts.yml": `${DEV}${STAGE}  region: eu-west-1\n  tags: [a]\n` },
    );
    expect(added).toEqual([
      { name: "stage", id: "333333333333", email: "stage@example.com", values: { region: "eu-west-1" } },
    ]);
    expect(edited).toBe(false);
  });

  it("is new also when something else of the file changes", async () => {
    const { added, edited } = await changes(
      { "accounts.yml": DEV },
      { "accounts.yml": DEV.replace("dev@", "d@") + STAGE },
    );
    expect([added?.map(({ name }) => name), edited]).toEqual([["stage"], true]);
  });

  it.each<[what: string, entry: string, message: RegExp]>([
    [
      "a name that leaves its folder",
      STAGE.replace("stage:", '"../prod":'),
      /^accounts.yml:4: the account "\.\.\/prod" has the name/,
    ],
    [
      "a name that differs by case alone",
      STAGE.replace("stage:", "Dev:"),
      /^accounts.yml:4: the accounts `Dev` and `dev` differ by case/,
    ],
    [
      "another one's email",
      STAGE.replace("stage@", "DEV@"),
      /^accounts.yml:4: the accounts `stage` and `dev` have the same email/,
    ],
    ["an id that is none", STAGE.replace("333333333333", "33x"), /^accounts.yml:5: .*12 digits/],
  ])("is refused with %s, by file and line", async (_, entry, message) => {
    const found = await problemsOf({ "accounts.yml": DEV }, { "accounts.yml": DEV + entry });
    expect(found).toEqual([expect.stringMatching(message)]);
  });
});

describe("a request for an account", () => {
  const asked = (name: string, text = "email: qa@example.com\n"): Texts => ({
    "accounts.yml": DEV,
    [`${REQUEST}/${name}`]: text,
  });

  it.each(["qa.yml", "account-qa.yaml", "qa.json"])("is known by its file %s", async (file) => {
    const { requested, pending, problems } = await changes(
      { "accounts.yml": DEV },
      asked(file, '{"account_email": "qa@example.com"}'),
    );
    expect(requested).toEqual([{ name: "qa", file: `${REQUEST}/${file}`, email: "qa@example.com" }]);
    expect(pending).toEqual(requested);
    expect(problems).toEqual([]);
  });

  it("is told to lead nowhere where no unit makes accounts", async () => {
    const notices = async (accounts: object) =>
      (await changes({ "accounts.yml": DEV }, asked("qa.yml"), accounts)).notices;
    expect(await notices({})).toEqual([expect.stringContaining("`accounts.factory_unit` is not set")]);
    expect(await notices({ factory_unit: "factory" })).toEqual([]);
  });

  it("is pending until accounts.yml has the account", async () => {
    expect((await changes(asked("qa.yml"), { ...asked("qa.yml"), "x.hcl": "" })).pending).toHaveLength(1);
    expect(
      (await changes(asked("qa.yml"), { ...asked("qa.yml"), "accounts.yml": `${DEV}qa: {id: 4}\n` })).pending,
    ).toEqual([]);
  });

  it.each(["README.md", "templates/qa.yml", ".qa.yml"])("is not %s", async (file) => {
    expect((await changes({ "accounts.yml": DEV }, asked(file))).pending).toEqual([]);
  });

  it.each<[what: string, after: Texts, message: RegExp]>([
    ["a name that code can't have", asked("q a.yml"), /^_new-account-requests\/q a\.yml:1: .*has the name "q a"/],
    ["a name that an account has", asked("dev.yml", ""), /accounts\.yml has an account `dev` already/],
    [
      "the name of another request",
      { ...asked("qa.yml"), ...asked("account-qa.yml") },
      /asks for the account `qa` as well/,
    ],
    ["the email of an account", asked("qa.yml", "account_email: dev@example.com\n"), /same email/],
    [
      "a folder that is there",
      { ...asked("qa.yml"), "qa/vpc/terragrunt.hcl": "" },
      /the folder `qa\/`, where its code would go/,
    ],
  ])("is refused with %s", async (_, after, message) => {
    const found = await problemsOf({ "accounts.yml": DEV }, after);
    expect(found).not.toEqual([]);
    for (const problem of found) expect(problem).toMatch(message);
  });
});

describe("an account that is removed", () => {
  const steps = /`stage` \(333333333333\) .* closes no account.*--account-id 333333333333/;

  it("from accounts.yml, or by its request, is reported with how to close it", async () => {
    const both = { "accounts.yml": DEV + STAGE, [`${REQUEST}/stage.yml`]: "" };
    expect((await changes(both, { ...both, "accounts.yml": DEV })).notices).toEqual([expect.stringMatching(steps)]);
    expect((await changes(both, { "accounts.yml": both["accounts.yml"] })).notices).toEqual([
      expect.stringMatching(steps),
    ]);
    expect((await changes(both, both)).notices).toEqual([]);
  });

  it("is not told where the file itself goes", async () => {
    expect((await changes({ "accounts.yml": DEV }, {})).notices).toEqual([]);
  });
});
