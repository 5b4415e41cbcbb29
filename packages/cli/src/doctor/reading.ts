import type { createGitHubClient } from "@pipelines/core/github/client";

export type Client = ReturnType<typeof createGitHubClient>;
export type Common = { readonly owner: string; readonly repo: string };

/** What a fine-grained token, or a person, needs for a look. */
export const NEEDS = {
  administration: "a repository administrator's token (fine-grained: `Administration: read`)",
  actions: "`Actions: read`",
  contents: "`Contents: read`",
  environments: "`Environments: read` and, for names of secrets, write access",
  metadata: "read access to the repository",
  organization: "an organization owner's token (`admin:org`, or `Self-hosted runners: read`)",
  secrets: "write access (fine-grained: `Secrets: read`)",
} as const;

export const pages = { per_page: 100 } as const;
