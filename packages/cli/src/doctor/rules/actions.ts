import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { fits, piecesOf } from "../glob.ts";
import { unseen } from "../look.ts";
import { ghApi, settings } from "./places.ts";

/** Settings → Actions → General: what may run, and what a token may do that no workflow narrows. */
export function actionsRules(facts: Facts): Found[] {
  return [...generalRules(facts), tokenRule(facts), ...outsiderRules(facts)];
}

function generalRules(facts: Facts): Found[] {
  const { general } = facts.actions;
  const id = "actions/enabled";
  const page = settings(facts, "actions");
  if (general.kind !== "seen")
    return general.kind === "refused" ? [unseen(id, "whether Actions may run", general)] : [];
  if (!general.value.enabled) return [missing(id, "Actions are switched off: nothing runs.", `${page}: allow actions`)];
  const findings = [allowedRule(facts, general.value.allowed)];
  const unpinned = facts.checkout.callers.callers.filter(
    ({ tool }) => tool.kind === "repository" && !/^[0-9a-f]{40}$/.test(tool.ref),
  );
  if (general.value.requiresShas && unpinned[0] !== undefined) {
    findings.push(
      missing(
        "actions/pinned",
        `actions have to be pinned to a commit here, and ${unpinned[0].file} names a tag or branch: GitHub refuses to start the run.`,
        `in ${unpinned[0].file}: uses: …@<commit>`,
      ),
    );
  }
  return findings;
}

function allowedRule(facts: Facts, allowed: "all" | "local_only" | "selected"): Found {
  const id = "actions/enabled";
  const page = settings(facts, "actions");
  const tools = facts.checkout.callers.callers.flatMap(({ tool }) => (tool.kind === "repository" ? [tool] : []));
  if (allowed === "all") return good(id, "Actions may run.");
  const ours = (owner: string): boolean =>
    owner.toLowerCase() === facts.repository.fullName.split("/", 1)[0]?.toLowerCase();
  if (allowed === "local_only") {
    const foreign = tools.find(({ owner }) => !ours(owner));
    // `local_only` takes GitHub's own actions out too, and every job checks out with one.
    const what = foreign === undefined ? "actions/checkout" : `${foreign.owner}/${foreign.name}`;
    return missing(
      id,
      `only actions of this owner may run, and ${what} is none: GitHub refuses to start the run.`,
      `${page}: allow select actions, with \`actions/*\`${foreign === undefined ? "" : ` and \`${foreign.owner}/${foreign.name}/*\``}`,
    );
  }
  const { selected } = facts.actions;
  if (selected.kind !== "seen") {
    return selected.kind === "refused" ? unseen(id, "which actions may run", selected) : good(id, "Actions may run.");
  }
  const { githubOwned, patterns } = selected.value;
  const isAllowed = (action: string): boolean => patterns.some((pattern) => matches(pattern, action));
  const lacking = [
    ...(githubOwned || isAllowed("actions/checkout@v1") ? [] : ["actions/*"]),
    ...tools
      .filter(
        ({ owner, name, ref }) => !ours(owner) && !isAllowed(`${owner}/${name}/.github/workflows/pipelines.yml@${ref}`),
      )
      .map(({ owner, name }) => `${owner}/${name}/*`),
  ];
  return lacking.length === 0
    ? good(id, "the actions that are used may run.")
    : missing(
        id,
        `only selected actions may run, and ${lacking.join(", ")} is not among them: GitHub refuses to start the run.`,
        `${page}: add ${lacking.join(", ")}`,
      );
}

/** The patterns of the list of allowed actions: `*` stands for anything. */
function matches(pattern: string, action: string): boolean {
  return fits(
    piecesOf(pattern.trim().toLowerCase(), () => "any"),
    action.toLowerCase(),
  );
}

function tokenRule(facts: Facts): Found {
  const { token } = facts.actions;
  const id = "actions/token";
  if (token.kind !== "seen") {
    return unseen(id, "the default permissions of workflows' tokens", token);
  }
  return token.value.mayWrite
    ? dangerous(
        id,
        "the token of a workflow may write to the repository unless the workflow says otherwise: any workflow of any branch can push, merge and write comments in the bot's name.",
        ghApi(facts, "PUT", "/actions/permissions/workflow", "default_workflow_permissions=read"),
      )
    : good(id, "workflows' tokens only read by default.");
}

function outsiderRules(facts: Facts): Found[] {
  const { outsiders } = facts.actions;
  const id = "actions/outsiders";
  if (!facts.repository.isPublic) return [good(id, "it is private: outsiders can open no pull request.")];
  if (outsiders.kind !== "seen") {
    return outsiders.kind === "refused"
      ? [unseen(id, "whose pull requests wait for approval before they run", outsiders)]
      : [];
  }
  return [
    outsiders.value === "all_external_contributors"
      ? good(id, "runs of outsiders wait for approval.")
      : note(
          id,
          "whoever had one change merged runs code on your runners, without anybody's approval, by opening a pull request.",
          ghApi(
            facts,
            "PUT",
            "/actions/permissions/fork-pr-contributor-approval",
            "approval_policy=all_external_contributors",
          ),
        ),
  ];
}
