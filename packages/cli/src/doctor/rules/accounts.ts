import type { Caller } from "../caller.ts";
import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { shellWord } from "../quote.ts";
import { branchRule } from "./environments.ts";
import { settings } from "./places.ts";
import { allowPullRequests } from "./secrets.ts";

/** Inputs and secret of the reusable workflow that name the App of account pull requests. */
const APP_INPUT = "app_id";
const ENVIRONMENT_INPUT = "app_environment";
const APP_SECRET = "PIPELINES_APP_KEY";

/** Whether the pull request of a new account can be opened, and whether its checks start by themselves. */
export function accountRules(facts: Facts): Found[] {
  if (facts.checkout.accounts === null) return [];
  const caller = facts.checkout.callers.callers.find(({ inputs }) => inputs[APP_INPUT] !== undefined);
  return [caller === undefined ? tokenRule(facts) : appRule(facts, caller)];
}

/** The key lets its holder write to the repository, so it belongs where pull requests can't read it. */
function appRule(facts: Facts, { file, inputs }: Caller): Found {
  const id = "accounts/app";
  const name = inputs[ENVIRONMENT_INPUT] ?? "";
  const open = [facts.secrets.repository, facts.secrets.organization];
  if (open.some((look) => look.kind === "seen" && look.value.includes(APP_SECRET))) {
    return dangerous(
      id,
      `${APP_SECRET} is a secret of the repository or organization: whoever can push a branch can read the App's key, and write to the repository with it.`,
      `keep it in a GitHub environment that allows \`${facts.deployBranch}\` alone, and name that as \`${ENVIRONMENT_INPUT}\` (docs/accounts.md)`,
    );
  }
  if (name === "") {
    const fix = `in ${file}: with: { ${ENVIRONMENT_INPUT}: … } (docs/accounts.md)`;
    return missing(
      id,
      `${file} names an App, and no environment that holds its key: new accounts get no pull request.`,
      fix,
    );
  }
  if (facts.environments.kind !== "seen") return unseen(id, `the environment \`${name}\``, facts.environments);
  const found = facts.environments.value.find((environment) => environment.name.toLowerCase() === name.toLowerCase());
  const page = settings(facts, "environments");
  if (found === undefined) {
    return missing(
      id,
      `there is no environment \`${name}\` with the App's key.`,
      `${page}/new: \`${name}\`, with the branch \`${facts.deployBranch}\` alone and the secret ${APP_SECRET}`,
    );
  }
  const branch = branchRule(facts, found);
  if (branch.state !== "good") return { ...branch, id };
  if (found.secrets.kind !== "seen") return unseen(id, `the secrets of \`${name}\``, found.secrets);
  return found.secrets.value.includes(APP_SECRET)
    ? good(id, "pull requests of new accounts are opened by an App: their checks start by themselves.")
    : missing(
        id,
        `\`${name}\` has no secret ${APP_SECRET}: new accounts get no pull request.`,
        `gh secret set ${APP_SECRET} --repo ${facts.repository.fullName} --env ${shellWord(name)} < key.pem`,
      );
}

function tokenRule(facts: Facts): Found {
  const { token } = facts.actions;
  const id = "accounts/pull-requests";
  if (token.kind !== "seen") {
    return unseen(id, "whether Actions may create pull requests", token);
  }
  if (!token.value.mayCreatePullRequests) {
    return missing(
      id,
      "Actions may not create pull requests: the code of a new account is pushed and never proposed.",
      `an App (docs/accounts.md), or: ${allowPullRequests(facts)}`,
    );
  }
  return note(
    id,
    "Actions may create pull requests, and so approve them; the checks of those that they open wait until somebody presses “Approve workflows to run”.",
    "an App avoids both: docs/accounts.md",
  );
}
