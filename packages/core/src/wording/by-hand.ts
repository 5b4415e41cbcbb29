import { type Action, traitsOf } from "../contracts/action.ts";
import type { CommitSha } from "../contracts/comparison.ts";
import type { UnitPath } from "../contracts/unit-path.ts";

/** How a person has an action done that needs a reviewed plan: a plan by hand, which is read, then the action. */
export function byHand({ path, at, action }: { path: UnitPath; at: CommitSha; action: Action }): string {
  const plan = traitsOf(action).reviewedAs ?? "plan";
  return `run the workflow by hand with action \`${plan}\`, unit \`${path}\` and commit \`${at}\`, and read that plan. If it is right, run it with action \`${action}\`, the same unit and commit, and \`approved_run\` set to the id of the plan's run.`;
}
