import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CallerFacts } from "./caller.ts";
import type { Look } from "./look.ts";

/** Where the repository lives. */
export type Place = {
  readonly owner: string;
  readonly name: string;
  /** The start of addresses for people, without a slash at the end. */
  readonly serverUrl: string;
  readonly apiUrl: string;
};

/** The repository itself. */
export type RepositoryFacts = {
  /** As GitHub spells it now; another than the asked one after a rename. */
  readonly fullName: string;
  readonly ids: { readonly owner: number; readonly repository: number };
  readonly ownerIsOrganization: boolean;
  readonly isPublic: boolean;
  readonly isArchived: boolean;
  readonly defaultBranch: string;
  /** Whether the token's owner administers it; most settings are hidden from others. */
  readonly isAdministrator: boolean;
};

/** Why a branch can't be pushed to at will, from rulesets (the organization's too) or branch protection. */
export type Guard = {
  /** Which ruleset of whom, or "branch protection". */
  readonly source: string;
  readonly requiresPullRequest: boolean;
  readonly approvals: number;
  readonly requiresCodeOwners: boolean;
  readonly checks: readonly { readonly name: string; readonly app: number | null }[];
  readonly refusesForcePush: boolean;
  readonly refusesDeletion: boolean;
  readonly hasMergeQueue: boolean;
  /** Who may go round it at any time; refused to people who may not edit it. */
  readonly bypass: Look<readonly string[]>;
};

export type BranchFacts = {
  readonly exists: Look<true>;
  readonly guards: readonly Look<readonly Guard[]>[];
};

export type EnvironmentFacts = {
  readonly name: string;
  readonly reviewers: number;
  readonly waitMinutes: number;
  readonly branches:
    | { readonly kind: "any" }
    | { readonly kind: "protected" }
    | {
        readonly kind: "listed";
        readonly patterns: Look<readonly { readonly name: string; readonly isTag: boolean }[]>;
      };
  readonly secrets: Look<readonly string[]>;
};

export type ActionsFacts = {
  readonly general: Look<{
    readonly enabled: boolean;
    readonly allowed: "all" | "local_only" | "selected";
    readonly requiresShas: boolean;
  }>;
  /** Only where `allowed` is "selected". */
  readonly selected: Look<{ readonly githubOwned: boolean; readonly patterns: readonly string[] }>;
  readonly token: Look<{ readonly mayWrite: boolean; readonly mayCreatePullRequests: boolean }>;
  /** Which outsiders' runs wait for approval; asked for public repositories only. */
  readonly outsiders: Look<
    "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors"
  >;
};

export type RunnerFacts = {
  readonly labels: readonly string[];
  readonly isOnline: boolean;
  /** `null` where GitHub does not say. */
  readonly isEphemeral: boolean | null;
};

/** The repository whose reusable workflow is called. */
export type ToolFacts = {
  readonly owner: string;
  readonly name: string;
  readonly repository: Look<{ readonly isPublic: boolean }>;
  /** Who may use its workflows; asked for private ones only. */
  readonly access: Look<string>;
  /** The commit that the reference names. */
  readonly commit: Look<string>;
  /** Its environment `release`, looked at where it is a fork of the same owner. */
  readonly release: Look<readonly EnvironmentFacts[]>;
};

/** How tokens of the repository name themselves to a cloud. */
export type SubjectFacts = {
  readonly usesDefault: boolean;
  readonly claims: readonly string[];
  /** `repo:acme/live` or `repo:acme@1/live@2`, where GitHub says it. */
  readonly prefix: string | null;
};

/** A role as it is in AWS. */
export type RoleFacts = {
  readonly environment: string;
  readonly use: "plan" | "apply";
  readonly role: string;
  /** The subjects that its trust policy names, and whether it compares them whole. */
  readonly trust: Look<{
    readonly subjects: readonly string[];
    readonly hasWildcard: boolean;
    readonly audiences: readonly string[];
  }>;
};

/** What the checkout says. */
export type CheckoutFacts = {
  readonly callers: CallerFacts;
  readonly configuration:
    | { readonly kind: "read"; readonly value: Configuration }
    | { readonly kind: "none" }
    | { readonly kind: "broken"; readonly message: string };
  /** The file that GitHub takes, or none. */
  readonly codeOwners: { readonly file: string; readonly text: string } | null;
  /** The accounts file and the ids that it gives, or none. */
  readonly accounts: { readonly file: string; readonly ids: ReadonlyMap<string, string> } | null;
};

/** All that the rules judge. */
export type Facts = {
  readonly place: Place;
  readonly checkout: CheckoutFacts;
  readonly deployBranch: string;
  readonly repository: RepositoryFacts;
  readonly branch: BranchFacts;
  readonly codeOwnersErrors: Look<readonly string[]>;
  readonly actions: ActionsFacts;
  readonly environments: Look<readonly EnvironmentFacts[]>;
  readonly secrets: { readonly repository: Look<readonly string[]>; readonly organization: Look<readonly string[]> };
  /** Self-hosted runners of the repository and of the organization, and the organization's larger runners. */
  readonly runners: readonly Look<readonly RunnerFacts[]>[];
  readonly tool: ToolFacts | null;
  readonly subject: Look<SubjectFacts>;
  /** `null`: AWS was not asked for. */
  readonly roles: readonly RoleFacts[] | null;
};
