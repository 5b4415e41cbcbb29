import { CommitSha } from "@pipelines/core/contracts/comparison";
import { Execution } from "@pipelines/core/contracts/execution";
import { type GuardStop, JobOutcome, type UnitEnd } from "@pipelines/core/contracts/outcome";
import { expect, it } from "vitest";
import { exitCodeOf } from "./exit-code.ts";

const sha = CommitSha.parse("a".repeat(40));
const { job } = Execution.pick({ job: true }).parse({
  job: {
    ...{ id: "j", name: "Apply", stage: 1, action: "apply", at: sha, environment: "prod", timeoutMinutes: 60 },
    units: [{ path: "a", after: [] }],
    changes: ["ModuleChanged"],
  },
});
const outcomeOf = (ends: readonly UnitEnd[], more: object = {}): JobOutcome =>
  JobOutcome.parse({
    ...{ version: 1, job: job.id, attempt: 1, action: "apply", environment: "prod", at: sha, state: "finished" },
    toolVersions: { terragrunt: null, tofu: null },
    units: ends.map((end) => ({ path: "a", end, seconds: 1 })),
    ...{ hooks: [], failure: null, logUrl: null },
    ...more,
  });
const cause = { kind: "tool", exitCode: 1, message: "no" } as const;
const stop: GuardStop = { guard: "same-state", message: "m", unseen: [], next: "n" };
const hook = (result: string) => ({ hooks: [{ name: "h", result, summary: "" }] });
const account = (failure: string | null) => ({ account: { name: "x", files: [], pullRequestUrl: null, failure } });

it.each<[what: string, ends: UnitEnd[], apply: 0 | 1, plan: 0 | 1, more?: object]>([
  ["a unit that changed", [{ kind: "changed" }], 0, 0],
  ["a unit that did not", [{ kind: "unchanged" }], 0, 0],
  ["a unit that is left to a later run", [{ kind: "superseded", by: sha }], 0, 0],
  ["a unit whose error is ignored", [{ kind: "ignored", message: "known" }], 0, 0],
  ["a unit that waits for others", [{ kind: "waiting", for: [] }], 1, 0],
  ["a unit that failed", [{ kind: "failed", at: "apply", cause }], 1, 1],
  ["a unit that was skipped", [{ kind: "skipped", because: [] }], 1, 1],
  ["a unit that was held back", [{ kind: "withheld", stop }], 1, 1],
  ["a unit whose end nobody knows", [{ kind: "unknown", why: "killed" }], 1, 1],
  ["a unit that nobody tells of", [], 1, 1],
  ["a hook that warns", [{ kind: "changed" }], 0, 0, hook("warn")],
  ["a hook that denies", [{ kind: "changed" }], 1, 1, hook("deny")],
  ["a hook that failed", [{ kind: "changed" }], 1, 1, hook("failed")],
  ["an account that was proposed", [{ kind: "changed" }], 0, 0, account(null)],
  ["an account that could not be proposed", [{ kind: "changed" }], 1, 1, account("no token")],
  ["a job that could not do its work", [{ kind: "changed" }], 1, 1, { failure: "no Terragrunt" }],
])("%s: the exit code follows", (_, ends, apply, plan, more) => {
  const outcome = outcomeOf(ends, more);
  expect(exitCodeOf(outcome, job)).toBe(apply);
  expect(exitCodeOf(outcome, { ...job, action: "plan" })).toBe(plan);
});
