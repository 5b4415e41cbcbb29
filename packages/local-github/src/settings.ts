/** A GitHub environment with what protects it. */
export type EnvironmentSettings = {
  readonly id: number;
  reviewers: { readonly type: "User" | "Team"; readonly id: number }[];
  waitMinutes: number;
  /** `null` allows every branch, `"protected"` the protected ones, a list those that fit a pattern. */
  branches: null | "protected" | { name: string; type: "branch" | "tag" }[];
  /** Names, with what was sent for them: encrypted by the client, as GitHub demands. */
  readonly secrets: Map<string, string>;
};

/** A ruleset that applies to branches, of the repository or of its organization. */
export type Ruleset = {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly sourceType: "Repository" | "Organization";
  readonly branches: readonly string[];
  /** The rules as GitHub spells them: `{ type: "deletion" }`, `{ type: "pull_request", parameters: … }`. */
  readonly rules: readonly { readonly type: string; readonly parameters?: unknown }[];
  /** Left out: those who ask may not edit it, so GitHub does not say them. */
  readonly bypass?: readonly {
    readonly actor_id: number | null;
    readonly actor_type: string;
    readonly bypass_mode: string;
  }[];
};

export type Runner = {
  readonly id: number;
  readonly name: string;
  readonly labels: readonly string[];
  readonly isOnline: boolean;
  readonly isEphemeral: boolean;
};

/** Another repository, as far as somebody who calls a workflow of it looks at it. */
export type OtherRepository = {
  readonly id: number;
  readonly description: string | null;
  readonly isPrivate: boolean;
  /** Settings → Actions → Access. */
  access: "none" | "user" | "organization";
  /** What references name which commit. */
  readonly commits: ReadonlyMap<string, string>;
  readonly environments: ReadonlyMap<string, EnvironmentSettings>;
};

/** What people set in a repository's settings; the start is what GitHub gives a new private repository. */
export type Settings = {
  /** Somebody has deleted the served repository. */
  isDeleted: boolean;
  description: string | null;
  isPrivate: boolean;
  ownerIsOrganization: boolean;
  isArchived: boolean;
  readonly rulesets: Ruleset[];
  /** Branch protection by branch, as GitHub answers it. */
  readonly protections: Map<string, Readonly<Record<string, unknown>>>;
  readonly environments: Map<string, EnvironmentSettings>;
  actions: {
    enabled: boolean;
    allowed: "all" | "local_only" | "selected";
    requiresShas: boolean;
    githubOwned: boolean;
    patterns: string[];
    tokenMayWrite: boolean;
    mayCreatePullRequests: boolean;
    outsiders: "first_time_contributors_new_to_github" | "first_time_contributors" | "all_external_contributors";
  };
  readonly secrets: Set<string>;
  readonly deployKeys: {
    readonly id: number;
    readonly title: string;
    readonly key: string;
    readonly readOnly: boolean;
  }[];
  readonly organizationSecrets: Set<string>;
  readonly runners: Runner[];
  readonly organizationRunners: Runner[];
  readonly codeOwnersErrors: { readonly line: number; readonly kind: string; readonly message: string }[];
  subject: { usesDefault: boolean; claims: readonly string[]; prefix: string | null };
  /** By `owner/name`. */
  readonly others: Map<string, OtherRepository>;
};

export function newSettings(): Settings {
  return {
    isDeleted: false,
    description: null,
    isPrivate: true,
    ownerIsOrganization: true,
    isArchived: false,
    rulesets: [],
    protections: new Map(),
    environments: new Map(),
    actions: {
      enabled: true,
      allowed: "all",
      requiresShas: false,
      githubOwned: true,
      patterns: [],
      tokenMayWrite: false,
      mayCreatePullRequests: false,
      outsiders: "first_time_contributors",
    },
    secrets: new Set(),
    deployKeys: [],
    organizationSecrets: new Set(),
    runners: [],
    organizationRunners: [],
    codeOwnersErrors: [],
    subject: { usesDefault: true, claims: [], prefix: null },
    others: new Map(),
  };
}
