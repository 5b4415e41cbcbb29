import { Configuration } from "@pipelines/core/configuration/schema";
import type { Account, ChangedFile } from "@pipelines/core/contracts/change";
import { describe, expect, it } from "vitest";
import { type Sketch, snapshotOf } from "../../test/snapshots.ts";
import { classifyChanges, RULES } from "./classify.ts";

const VPC: Sketch = {
  "prod/vpc": { included: ["root.hcl", "_envcommon/vpc.hcl"], reads: ["prod/account.hcl", "data/x.yml"] },
};
const BOTH: Sketch = { ...VPC, "prod/db": { included: ["root.hcl"] }, "prod/db/replica": {} };

/** What a change makes of its files: `Type subject → units`, then what was left over. */
function classified(
  diff: Readonly<Record<string, ChangedFile["status"]>>,
  { base = BOTH, head = BOTH, links = [], settings = {}, accounts = null, edited = false }: Given = {},
): string[] {
  const files = Object.entries(diff).map(([path, status]): ChangedFile => ({ path, status }));
  const commits = {
    base: snapshotOf("a", base),
    head: { ...snapshotOf("b", head), links },
    configuration: Configuration.parse(settings),
    addedAccounts: accounts,
    accountsEdited: edited,
    reconfigured: [],
  };
  const { changes, unmatched, ignored } = classifyChanges(files, commits, RULES);
  return [
    ...changes.map(({ type, subject, reasons }) => `${type} ${subject} → ${[...reasons.keys()].toSorted().join(" ")}`),
    ...unmatched.map((path) => `unmatched ${path}`),
    ...ignored.map((path) => `ignored ${path}`),
  ].map((line) => line.trimEnd());
}
type Given = {
  readonly base?: Sketch;
  readonly head?: Sketch;
  /** Symbolic links at head. */
  readonly links?: readonly string[];
  readonly settings?: unknown;
  readonly accounts?: readonly Account[] | null;
  /** Something else changed in the accounts file. */
  readonly edited?: boolean;
};

const factory = { accounts: { factory_unit: "factory" } };
const withFactory: Sketch = { ...BOTH, factory: {} };
const dev: Account = { name: "dev", id: "222222222222", email: "dev@example.com" };
const without = (sketch: Sketch, ...paths: string[]): Sketch =>
  Object.fromEntries(Object.entries(sketch).filter(([path]) => !paths.includes(path)));
const stacked: Sketch = { ...BOTH, "live/.terragrunt-stack/a": { generated: "1" } };

describe("what a changed file is", () => {
  it.each<[string, Parameters<typeof classified>[0], Given, string[]]>([
    [
      "ModuleAdded: a unit at head only",
      { "prod/db/terragrunt.hcl": "added" },
      { base: without(BOTH, "prod/db") },
      ["ModuleAdded prod/db → prod/db"],
    ],
    [
      "ModuleChanged: any file inside a unit's own folder, at any depth",
      { "prod/db/files/x/y.json": "modified" },
      {},
      ["ModuleChanged prod/db → prod/db"],
    ],
    [
      "ModuleChanged: a file of a nested unit is the nested unit's",
      { "prod/db/replica/main.tf": "deleted" },
      {},
      ["ModuleChanged prod/db/replica → prod/db/replica"],
    ],
    [
      "ModuleDeleted: a unit at base only",
      { "prod/db/terragrunt.hcl": "deleted", "prod/db/main.tf": "deleted" },
      { head: without(BOTH, "prod/db") },
      ["ModuleDeleted prod/db → prod/db"],
    ],
    [
      "no ModuleDeleted: the file is still there, as a root of others",
      { "prod/db/main.tf": "deleted" },
      { head: { ...without(BOTH, "prod/db"), "prod/vpc": { files: ["prod/db/terragrunt.hcl"] } } },
      ["unmatched prod/db/main.tf"],
    ],
    [
      "no ModuleDeleted: the folder became a link, behind which Terragrunt does not look",
      { "prod/db/terragrunt.hcl": "deleted", "prod/db": "added" },
      { head: without(BOTH, "prod/db"), links: ["prod/db"] },
      ["unmatched prod/db", "unmatched prod/db/terragrunt.hcl"],
    ],
    [
      "StackAdded: a generated unit at head only",
      { "live/.terragrunt-stack/a/terragrunt.hcl": "added" },
      { head: stacked },
      ["StackAdded live/.terragrunt-stack/a → live/.terragrunt-stack/a"],
    ],
    [
      "StackDeleted: a generated unit at base only",
      { "live/.terragrunt-stack/a/terragrunt.hcl": "deleted" },
      { base: stacked },
      ["StackDeleted live/.terragrunt-stack/a → live/.terragrunt-stack/a"],
    ],
    [
      "StackChanged: a generated unit that differs",
      { "live/.terragrunt-stack/a/terragrunt.hcl": "modified" },
      { base: stacked, head: { ...BOTH, "live/.terragrunt-stack/a": { generated: "2" } } },
      ["StackChanged live/.terragrunt-stack/a → live/.terragrunt-stack/a"],
    ],
    [
      "EnvCommonAdded, for those who read it at head",
      { "_envcommon/vpc.hcl": "added" },
      { base: { "prod/vpc": {} }, head: VPC },
      ["EnvCommonAdded _envcommon/vpc.hcl → prod/vpc"],
    ],
    ["EnvCommonChanged", { "_envcommon/vpc.hcl": "modified" }, {}, ["EnvCommonChanged _envcommon/vpc.hcl → prod/vpc"]],
    [
      "EnvCommonDeleted, for those who read it at base",
      { "_envcommon/vpc.hcl": "deleted" },
      { base: VPC, head: { "prod/vpc": {} } },
      ["EnvCommonDeleted _envcommon/vpc.hcl → prod/vpc"],
    ],
    [
      "EnvCommon… in the configured folder only",
      { "_envcommon/vpc.hcl": "modified" },
      { settings: { env_common: "_shared" } },
      ["HclChanged _envcommon/vpc.hcl → prod/vpc"],
    ],
    [
      "HclChanged: a shared .hcl that was added",
      { "root.hcl": "added" },
      {},
      ["HclChanged root.hcl → prod/db prod/vpc"],
    ],
    [
      "HclChanged: a shared .hcl that changed",
      { "prod/account.hcl": "modified" },
      {},
      ["HclChanged prod/account.hcl → prod/vpc"],
    ],
    [
      "HclChanged: a shared .hcl that was deleted, for those who read it at base",
      { "prod/account.hcl": "deleted" },
      { head: { ...BOTH, "prod/vpc": {} } },
      ["HclChanged prod/account.hcl → prod/vpc"],
    ],
    [
      "FileChanged: any other file that a unit reads",
      { "data/x.yml": "modified" },
      {},
      ["FileChanged data/x.yml → prod/vpc"],
    ],
    [
      "FileChanged: a lock file is no configuration",
      { "modules/vpc/.terraform.lock.hcl": "modified" },
      { head: { "prod/vpc": { reads: ["modules/vpc/.terraform.lock.hcl"] } } },
      ["FileChanged modules/vpc/.terraform.lock.hcl → prod/vpc"],
    ],
    [
      "FileChanged by configured extra reads",
      { "scripts/x.sh": "modified" },
      { settings: { extra_reads: [{ files: ["scripts/**"], units: ["**/db"] }] } },
      ["FileChanged scripts/x.sh → prod/db"],
    ],
    [
      "a unit's own file that another unit reads is both",
      { "prod/db/shared.hcl": "modified" },
      { head: { ...BOTH, "prod/vpc": { reads: ["prod/db/shared.hcl"] } } },
      ["HclChanged prod/db/shared.hcl → prod/vpc", "ModuleChanged prod/db → prod/db"],
    ],
    [
      "a file that is only looked for matters when it appears",
      { "prod/env.hcl": "added" },
      { head: { ...BOTH, "prod/db": { located: ["prod/env.hcl"] } } },
      ["HclChanged prod/env.hcl → prod/db"],
    ],
    [
      "a file that is only looked for matters when it goes",
      { "prod/env.hcl": "deleted" },
      { base: { ...BOTH, "prod/db": { located: ["prod/env.hcl"] } } },
      ["HclChanged prod/env.hcl → prod/db"],
    ],
    [
      "a file that is only looked for does not matter when its text changes",
      { "prod/env.hcl": "modified" },
      { head: { ...BOTH, "prod/db": { located: ["prod/env.hcl"] } } },
      ["unmatched prod/env.hcl"],
    ],
    [
      "AccountRequested runs the factory unit",
      { "_new-account-requests/dev.yml": "added" },
      { head: withFactory, base: withFactory, settings: factory },
      ["AccountRequested _new-account-requests/dev.yml → factory"],
    ],
    [
      "AccountChanged runs the factory unit",
      { "_new-account-requests/dev.yml": "modified" },
      { head: withFactory, base: withFactory, settings: factory },
      ["AccountChanged _new-account-requests/dev.yml → factory"],
    ],
    [
      "AccountDeleted names the factory unit",
      { "_new-account-requests/dev.yml": "deleted" },
      { head: withFactory, base: withFactory, settings: factory },
      ["AccountDeleted _new-account-requests/dev.yml → factory"],
    ],
    [
      "AccountRequested without a factory unit runs nothing",
      { "_new-account-requests/dev.yml": "added" },
      {},
      ["AccountRequested _new-account-requests/dev.yml →"],
    ],
    [
      "AccountAdded: accounts.yml gained keys and nothing else",
      { "accounts.yml": "modified" },
      { accounts: [dev] },
      ["AccountAdded dev →"],
    ],
    [
      "AccountAdded beside another edit of accounts.yml, which is FileChanged for those who read it",
      { "accounts.yml": "modified" },
      { accounts: [dev], edited: true, head: { ...BOTH, "prod/db": { reads: ["accounts.yml"] } } },
      ["AccountAdded dev →", "FileChanged accounts.yml → prod/db"],
    ],
    [
      "any other edit of accounts.yml is FileChanged for those who read it",
      { "accounts.yml": "modified" },
      { head: { ...BOTH, "prod/db": { reads: ["accounts.yml"] } } },
      ["FileChanged accounts.yml → prod/db"],
    ],
    ["a file that nobody reads is listed", { "scripts/x.sh": "added" }, {}, ["unmatched scripts/x.sh"]],
    [
      "the pipelines' own configuration runs nothing",
      { ".pipelines/config.yml": "modified" },
      {},
      ["unmatched .pipelines/config.yml"],
    ],
    [
      "documents are ignored, inside of units too",
      { "prod/db/README.md": "modified" },
      {},
      ["ignored prod/db/README.md"],
    ],
    [
      "tests of a module are ignored, since neither plan nor apply runs them",
      { "modules/vpc/tests/vpc.tftest.hcl": "modified", "modules/vpc/tests.tf": "modified" },
      {
        head: {
          ...BOTH,
          "prod/vpc": { module: ["modules/vpc/tests/vpc.tftest.hcl", "modules/vpc/tests.tf"] },
        },
      },
      ["FileChanged modules/vpc/tests.tf → prod/vpc", "ignored modules/vpc/tests/vpc.tftest.hcl"],
    ],
    [
      "a document that a unit reads is not ignored",
      { "docs/x.md": "modified" },
      { head: { ...BOTH, "prod/db": { reads: ["docs/x.md"] } } },
      ["FileChanged docs/x.md → prod/db"],
    ],
    [
      "the ignore list is the configured one",
      { "prod/db/README.md": "modified", "prod/db/x.png": "modified" },
      { settings: { ignore: ["**/*.png"] } },
      ["ModuleChanged prod/db → prod/db", "ignored prod/db/x.png"],
    ],
  ])("%s", (_rule, diff, given, expected) => {
    expect(classified(diff, given)).toEqual(expected.map((line) => line.trimEnd()));
  });

  it("is decided by the first rule that takes it, and every file ends somewhere", () => {
    const diff = { "a.md": "added", "root.hcl": "modified", "x.sh": "added", "prod/db/main.tf": "modified" } as const;
    expect(classified(diff)).toEqual([
      "HclChanged root.hcl → prod/db prod/vpc",
      "ModuleChanged prod/db → prod/db",
      "unmatched x.sh",
      "ignored a.md",
    ]);
  });
});
