import type { ChangedFile, FileChangeType } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { liesIn } from "../../discover/paths.ts";
import { type SharedType, sharedFinding } from "../readers.ts";
import type { Finding, Rule } from "../rule.ts";

/** `accounts.yml` and the request files of new accounts. */
export const accounts: Rule<"AccountAdded" | Requests[keyof Requests] | SharedType> = {
  name: "accounts",
  take(file, commits) {
    const { configuration, addedAccounts, accountsEdited, head, base } = commits;
    const { file: accountsFile, requests, factory_unit } = configuration.accounts;
    if (file.path === accountsFile) {
      // Any other edit than a new account is a change of a shared file for those who read it.
      if (addedAccounts === null) return null;
      const added = addedAccounts.map((account) => {
        return { type: "AccountAdded" as const, subject: account.name, units: new Map(), account };
      });
      return accountsEdited ? [...added, ...sharedFinding(file, commits, null)] : added;
    }
    if (!liesIn(file.path, requests)) return null;
    const type = REQUEST_TYPES[file.status];
    const factory = UnitPath.safeParse(factory_unit);
    const exists = factory.success && (head.units.has(factory.data) || base.units.has(factory.data));
    const units: Finding["units"] = exists
      ? new Map([[factory.data, [{ relation: "read by", path: factory.data }]]])
      : new Map();
    return [{ type, subject: file.path, units }];
  },
};

const REQUEST_TYPES = {
  added: "AccountRequested",
  modified: "AccountChanged",
  deleted: "AccountDeleted",
} as const satisfies Record<ChangedFile["status"], FileChangeType>;
type Requests = typeof REQUEST_TYPES;
