import { z } from "zod";
import { UnitPath } from "./unit-path.ts";

/** How git's tree at head differs from the one at base for one path; a rename is a delete and an add. */
export const FileStatus = z.enum(["added", "modified", "deleted"]);
export type FileStatus = z.infer<typeof FileStatus>;

export const ChangedFile = z.strictObject({ path: z.string().min(1), status: FileStatus });
export type ChangedFile = z.infer<typeof ChangedFile>;

/** The kinds of infra change that files make: each comes from a rule of the orchestrator's. */
export const FileChangeType = z.enum([
  "ModuleAdded",
  "ModuleChanged",
  "ModuleDeleted",
  "StackAdded",
  "StackChanged",
  "StackDeleted",
  "EnvCommonAdded",
  "EnvCommonChanged",
  "EnvCommonDeleted",
  "HclChanged",
  "FileChanged",
  "AccountRequested",
  "AccountChanged",
  "AccountDeleted",
  "AccountAdded",
]);
export type FileChangeType = z.infer<typeof FileChangeType>;

/** The kinds of infra change: also those for which nothing has changed, and units run all the same. */
export const ChangeType = z.enum([...FileChangeType.options, "DriftChecked", "ManuallyRequested", "StillDue"]);
export type ChangeType = z.infer<typeof ChangeType>;

/** One entry of `accounts.yml`, or what the account factory says that one is to be. */
export const Account = z.strictObject({
  name: z.string().min(1),
  id: z.string(),
  email: z.string(),
  /** What else its entry says in plain values: a region, a team. */
  values: z.record(z.string(), z.string()).optional(),
});
export type Account = z.infer<typeof Account>;

/** An account that a request file asks for. Its id is known once the account factory has made it. */
export const RequestedAccount = z.strictObject({ name: z.string().min(1), file: z.string(), email: z.string() });
export type RequestedAccount = z.infer<typeof RequestedAccount>;

/** One thing that changed between two commits: its type, the files that caused it, the units it affects. */
export const Change = z.strictObject({
  type: ChangeType,
  files: z.array(ChangedFile),
  units: z.array(UnitPath),
  /** The account that an `Account…` change is about. */
  account: Account.optional(),
});
export type Change = z.infer<typeof Change>;
