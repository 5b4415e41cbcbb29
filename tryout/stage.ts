import type { createGitHubClient } from "@pipelines/core/github/client";

export type Client = ReturnType<typeof createGitHubClient>;

/** The two repositories of a try-out. */
export type Names = { readonly owner: string; readonly live: string; readonly tool: string };

/** What starts a run of the workflow. */
export type Event =
  | { readonly kind: "push"; readonly before: string; readonly after: string }
  | {
      readonly kind: "pull_request";
      readonly number: number;
      readonly head: string;
      readonly action: "opened" | "synchronize";
    }
  /** Of the caller, unless another workflow file is named. */
  | {
      readonly kind: "workflow_dispatch";
      readonly inputs: Readonly<Record<string, string>>;
      readonly workflow?: string;
    }
  | { readonly kind: "schedule" };

/** A run that is over. */
export type EndedRun = {
  readonly id: number;
  readonly conclusion: string;
  readonly jobs: readonly { readonly id: number; readonly name: string; readonly conclusion: string }[];
  /** It waited for an approval, and was given it. */
  readonly wasApproved: boolean;
};

/**
 * Where a try-out plays: GitHub, or a local one that the workflow is played for. Everything but the start of runs goes by
 * git and GitHub's API in both.
 */
export type Stage = {
  readonly names: Names;
  readonly client: Client;
  /** Only GitHub runs a workflow itself, has approvals, cancels and log files. */
  readonly isGitHub: boolean;
  /** The files of live, its caller and configuration among them. */
  readonly example: Readonly<Record<string, string>>;
  /**
   * Waits for the run that an event starts, or plays it, until it is over. What waits for an approval is approved. With
   * `cancel` the run is cancelled a while after the step that runs units began.
   */
  run(event: Event, options?: { readonly cancel: true }): Promise<EndedRun>;
  /** Changes files on a branch of live and pushes it; `null` deletes. Answers the commit before and the new one. */
  push(
    branch: string,
    message: string,
    files: Readonly<Record<string, string | null>>,
  ): Promise<{ before: string; after: string }>;
  /** A file of live's main. */
  read(path: string): Promise<string>;
};

/** Something that was looked at, and whether it is as it should be. */
export type Check = { readonly what: string; readonly ok: boolean; readonly detail: string };

/** What a step saw. */
export type Seen = { readonly checks: readonly Check[]; readonly facts: readonly Settled[] };

/** A fact about GitHub, settled by what a step saw. */
export type Settled = { readonly fact: string; readonly holds: boolean; readonly because: string };

export type StepOptions = { readonly id: string; readonly jobs: number };

/** One step of a try-out. */
export type Step = {
  readonly id: string;
  /** What it does, for the plan that is shown before anything is made. */
  readonly does: string;
  /** Roughly, on GitHub. */
  readonly minutes: number;
  /** Whether a local GitHub can play it. */
  readonly where: "anywhere" | "GitHub";
  readonly run: (stage: Stage, options: StepOptions) => Promise<Seen>;
};

/** Where the units' state is kept, and the secrets that units are given for it. */
export type StateStore = { readonly remote: string; readonly secrets: readonly string[] };
