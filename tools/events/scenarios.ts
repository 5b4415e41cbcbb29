import type { Scenario } from "./interpret.ts";

const pull = (action: string, more: object = {}, from = "acme/live") => ({
  event: "pull_request" as const,
  payload: { action, pull_request: { number: 7, head: { repo: { full_name: from } } }, ...more },
});
const dispatch = (action: string) => ({ event: "workflow_dispatch" as const, payload: { inputs: { action } } });
const push = { event: "push" as const, payload: { forced: false } };
const two = ["apply_1", "apply_2"];
const everything = [
  ...["apply_1", "apply_2", "apply_3", "apply_4", "destroy_1", "destroy_2", "destroy_3", "destroy_4", "provision"],
];

/** What can happen to a repository, in the order in which people meet it. */
export const scenarios: readonly Scenario[] = [
  { title: "pull request: opened", ...pull("opened"), due: ["plan"] },
  { title: "pull request: new commits", ...pull("synchronize"), due: ["plan"] },
  { title: "pull request: reopened", ...pull("reopened"), due: ["plan"] },
  {
    title: "pull request: goes to another branch",
    ...pull("edited", { changes: { base: { ref: { from: "main" } } } }),
    due: ["plan"],
  },
  { title: "pull request: new title", ...pull("edited", { changes: { title: { from: "x" } } }), due: ["plan"] },
  { title: "pull request: closed, labelled …", ...pull("closed") },
  { title: "pull request: touches no unit", ...pull("opened") },
  { title: "pull request: a unit can't be read", ...pull("opened"), due: ["plan"], problem: true },
  { title: "pull request: a plan fails", ...pull("opened"), due: ["plan"], ends: { plan: "failure" } },
  {
    title: "pull request: nothing can be determined",
    ...pull("opened"),
    due: ["plan"],
    ends: { orchestrate: "failure" },
  },
  { title: "pull request: GitHub drops the list of jobs", ...pull("opened"), due: ["plan"], dropped: true },
  { title: "pull request of a fork", ...pull("opened", {}, "mallory/live"), restricted: true, problem: true },
  {
    title: "pull request of a fork whose code forges every output",
    ...pull("opened", {}, "mallory/live"),
    ...{ restricted: true, forged: true, problem: true },
  },
  {
    title: "the same, where settings send forks secrets and a token that writes",
    ...pull("opened", {}, "mallory/live"),
    ...{ forged: true, problem: true },
  },
  {
    title: "pull request of Dependabot whose code forges every output",
    ...pull("opened"),
    ...{ actor: "dependabot[bot]", restricted: true, forged: true, problem: true },
  },
  { title: "pull request whose code forges every output", ...pull("opened"), due: ["plan"], forged: true },
  {
    title: "pull request: cancelled while it is determined",
    ...pull("opened"),
    due: ["plan"],
    cancelIn: "orchestrate",
  },
  { title: "pull request: cancelled while it is planned", ...pull("opened"), due: ["plan"], cancelIn: "plan" },
  { title: "merge queue", event: "merge_group", payload: { action: "checks_requested" }, forged: true },
  { title: "push to the deploy branch: one stage", ...push, due: ["apply_1"] },
  { title: "push: forced", event: "push", payload: { forced: true }, due: ["apply_1"] },
  { title: "push: two stages", ...push, due: two },
  { title: "push: everything", ...push, due: everything },
  { title: "push: only a destroy", ...push, due: ["destroy_1"] },
  { title: "push: a new account", ...push, due: ["provision"] },
  { title: "push: a new account, with an App", ...push, due: ["provision"], inputs: { app_id: "1" } },
  { title: "push: touches no unit", ...push },
  { title: "push: two stages, with notifications", ...push, due: two, inputs: { notify_environment: "notifications" } },
  { title: "push: nothing can be determined", ...push, due: two, ends: { orchestrate: "failure" } },
  { title: "push: the ledger can't be written", ...push, due: [...two, "provision"], ends: { claim: "failure" } },
  { title: "push: how it ended can't be written to the ledger", ...push, due: two, ends: { record: "failure" } },
  {
    title: "push: an apply of the first stage fails",
    ...push,
    due: [...two, "destroy_1"],
    ends: { apply_1: "failure" },
  },
  {
    title: "push: an apply of dev fails, and all of prod waits for it",
    ...push,
    due: [...two, "destroy_1"],
    ends: { apply_1: "failure" },
    strict: ["apply_2"],
  },
  { title: "push: dev ends well, and all of prod waits for it", ...push, due: two, strict: ["apply_2"] },
  { title: "push: cancelled in the first stage", ...push, due: [...two, "destroy_1"], cancelIn: "apply_1" },
  {
    title: "push: cancelled while the first stage waits for its approval",
    ...{ ...push, due: two, cancelIn: "apply_1", waiting: true },
  },
  { title: "push: the approval of the first stage is refused", ...push, due: two, refused: "apply_1" },
  { title: "push: cancelled in a destroy", ...push, due: ["apply_1", "destroy_1", "destroy_2"], cancelIn: "destroy_1" },
  { title: "push to another branch", ...push, branch: "other" },
  { title: "schedule", event: "schedule", payload: { schedule: "0 5 * * 1-5" }, due: ["plan"] },
  {
    title: "schedule: the line for what is due",
    ...{ event: "schedule", payload: { schedule: "30 5 * * 1-5" }, due: ["apply_1", "destroy_1"] },
  },
  { title: "by hand: plan", ...dispatch("plan"), due: ["plan"] },
  { title: "by hand: plan-destroy", ...dispatch("plan-destroy"), due: ["plan"] },
  { title: "by hand: apply", ...dispatch("apply"), due: ["apply_1"] },
  { title: "by hand: destroy", ...dispatch("destroy"), due: ["destroy_1"] },
  { title: "by hand: what is due", ...dispatch("apply-due"), due: ["apply_1", "destroy_1"] },
  { title: "by hand: unlock", ...dispatch("unlock"), due: ["unlock"] },
  {
    title: "re-run failed jobs: a plan had failed",
    ...pull("opened"),
    due: ["plan"],
    ends: { plan: "failure" },
    rerun: "failed",
  },
  {
    title: "re-run failed jobs: the first stage had failed",
    ...{ ...push, due: [...two, "destroy_1"], ends: { apply_1: "failure" }, rerun: "failed" },
  },
  {
    title: "re-run failed jobs: an apply of dev had failed, and all of prod waits for it",
    ...{ ...push, due: two, ends: { apply_1: "failure" }, strict: ["apply_2"], rerun: "failed" },
  },
  {
    title: "re-run failed jobs: the second stage had failed",
    ...{ ...push, due: [...two, "destroy_1"], ends: { apply_2: "failure" }, rerun: "failed" },
  },
  {
    title: "re-run failed jobs: the ledger could not be written",
    ...{ ...push, due: two, ends: { claim: "failure" }, rerun: "failed" },
  },
  {
    title: "re-run failed jobs: how it ended could not be written to the ledger",
    ...{ ...push, due: two, ends: { record: "failure" }, rerun: "failed" },
  },
  { title: "re-run all jobs", ...push, due: two, ends: { apply_2: "failure" }, rerun: "all" },
];
