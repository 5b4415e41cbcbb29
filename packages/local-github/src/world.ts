import type { BareRepository } from "./git/bare-repository.ts";
import type { State } from "./state.ts";

/** What every route works on: one repository, its state, and where it says it lives. */
export type World = {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  /** `https://github.com` or a GitHub Enterprise Server: the start of every `html_url`. */
  readonly serverUrl: string;
  /** The server's own address, without a slash at the end. */
  readonly apiUrl: string;
  /** Where artifacts are downloaded from: another origin than the API, as on GitHub. */
  readonly downloadUrl: string;
  readonly state: State;
  readonly git: BareRepository | null;
  /** The time now as ISO 8601 in UTC, whole seconds. */
  readonly now: () => string;
};
