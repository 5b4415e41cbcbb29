import { newSettings, type Settings } from "./settings.ts";

/** Somebody or something that acts on GitHub. */
export type User = { readonly id: number; readonly login: string; readonly type: "User" | "Bot" };

export type Label = { readonly id: number; name: string; color: string; description: string | null };

/** What makes an issue a pull request. Shas are full commit ids. */
export type PullRequest = {
  readonly headRef: string;
  baseRef: string;
  headSha: string;
  baseSha: string;
  /** The commit that merging would make (`refs/pull/N/merge`), or the one that merging made; `null` on a conflict. */
  mergeSha: string | null;
  mergedAt: string | null;
  mergedBy: User | null;
  draft: boolean;
  /** Every commit that belongs to the pull request, before and after its merge. */
  readonly commits: Set<string>;
};

/** An issue; on GitHub every pull request is one too. Times are ISO 8601 in UTC. */
export type Issue = {
  readonly id: number;
  readonly number: number;
  title: string;
  body: string | null;
  readonly user: User;
  state: "open" | "closed";
  stateReason: "completed" | "reopened" | "not_planned" | "duplicate" | null;
  closedBy: User | null;
  /** Names of labels. */
  labels: string[];
  assignees: User[];
  locked: boolean;
  deleted: boolean;
  readonly createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  readonly pull: PullRequest | null;
};

export type Comment = {
  readonly id: number;
  readonly issue: number;
  body: string;
  readonly user: User;
  readonly createdAt: string;
  updatedAt: string;
};

export type Conclusion = "success" | "failure" | "neutral" | "cancelled" | "skipped" | "timed_out" | "action_required";

export type WorkflowJob = {
  readonly id: number;
  readonly attempt: number;
  readonly name: string;
  status: "queued" | "in_progress" | "completed" | "waiting";
  conclusion: Conclusion | null;
  readonly createdAt: string;
  readonly startedAt: string;
  completedAt: string | null;
};

/** One attempt of a workflow run: "re-run" starts another. */
export type Attempt = {
  readonly number: number;
  status: "queued" | "in_progress" | "completed" | "waiting";
  conclusion: Conclusion | null;
  readonly startedAt: string;
  updatedAt: string;
};

export type WorkflowRun = {
  readonly id: number;
  readonly number: number;
  readonly workflowId: number;
  readonly workflowPath: string;
  readonly event: string;
  readonly headSha: string;
  readonly headBranch: string;
  readonly actor: User;
  readonly createdAt: string;
  readonly attempts: Attempt[];
  readonly jobs: WorkflowJob[];
};

export type CommitStatus = {
  readonly id: number;
  readonly sha: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly description: string | null;
  readonly context: string;
  readonly targetUrl: string | null;
  readonly creator: User;
  readonly createdAt: string;
};

export type Artifact = {
  readonly id: number;
  readonly runId: number;
  readonly name: string;
  readonly zip: Uint8Array;
  expired: boolean;
  readonly createdAt: string;
};

/** What a token may do: the `permissions:` of a workflow job, in the API's spelling. */
export const PERMISSIONS = [
  "contents",
  "issues",
  "pull_requests",
  "actions",
  "checks",
  "statuses",
  // These no workflow's token can have; people's tokens do.
  "administration",
  "secrets",
  "environments",
  "organization_self_hosted_runners",
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Permissions = Readonly<Partial<Record<Permission, "read" | "write">>>;
export type Token = { readonly login: string; readonly permissions: Permissions };

/** Everything that the local GitHub remembers. */
export type State = {
  hasIssues: boolean;
  readonly settings: Settings;
  readonly users: Map<string, User>;
  /** Who may be assigned and has access to the repository. */
  readonly collaborators: Set<string>;
  readonly tokens: Map<string, Token>;
  readonly labels: Map<string, Label>;
  readonly issues: Map<number, Issue>;
  readonly comments: Map<number, Comment>;
  readonly runs: Map<number, WorkflowRun>;
  readonly artifacts: Map<number, Artifact>;
  /** Oldest first. */
  readonly statuses: CommitStatus[];
  /** Gives the next id; ids grow, as GitHub's do. */
  readonly nextId: () => number;
};

export function createState(): State {
  let id = 1000;
  return {
    hasIssues: true,
    settings: newSettings(),
    users: new Map(),
    collaborators: new Set(),
    tokens: new Map(),
    labels: new Map(),
    issues: new Map(),
    comments: new Map(),
    runs: new Map(),
    artifacts: new Map(),
    statuses: [],
    nextId: () => {
      id += 1;
      return id;
    },
  };
}

/** The user with a login, made on first mention. `…[bot]` is a bot. */
export function userOf(state: State, login: string): User {
  const known = state.users.get(login);
  if (known !== undefined) return known;
  const user: User = { id: state.nextId(), login, type: login.endsWith("[bot]") ? "Bot" : "User" };
  state.users.set(login, user);
  return user;
}

/** The label with a name, made on first mention as GitHub does. Names are compared without regard to case. */
export function labelOf(state: State, name: string): Label {
  const key = name.toLowerCase();
  const known = state.labels.get(key);
  if (known !== undefined) return known;
  const label: Label = { id: state.nextId(), name, color: "ededed", description: null };
  state.labels.set(key, label);
  return label;
}

/** Comments of an issue or pull request, oldest first. */
export function commentsOf(state: State, issue: number): Comment[] {
  return [...state.comments.values()].filter((comment) => comment.issue === issue);
}

/** The attempt of a run that counts: its last. */
export function lastAttempt(run: WorkflowRun): Attempt {
  const attempt = run.attempts.at(-1);
  if (attempt === undefined) throw new Error(`run ${run.id} has no attempt`);
  return attempt;
}
