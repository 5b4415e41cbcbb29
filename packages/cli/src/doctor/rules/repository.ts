import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { settings } from "./places.ts";

/** Whether the repository is the one that was meant, and can run anything at all. */
export function repositoryRules(facts: Facts): Found[] {
  const { place, repository, checkout, deployBranch } = facts;
  const asked = `${place.owner}/${place.name}`;
  const findings: Found[] = [];
  if (repository.fullName.toLowerCase() !== asked.toLowerCase()) {
    findings.push(
      missing(
        "repository/name",
        `${asked} is called ${repository.fullName} now. Roles that trust the old name, and workflows that call it, lose what they have when somebody else takes it.`,
        `git remote set-url origin ${place.serverUrl}/${repository.fullName}.git`,
      ),
    );
  }
  if (repository.isArchived) {
    findings.push(dangerous("repository/archived", "it is archived: nothing runs.", settings(facts, "#danger-zone")));
  }
  findings.push(
    repository.isPublic
      ? note("repository/visibility", "it is public: everybody reads plans, comments and artifacts.")
      : good("repository/visibility", "it is private: plans are read by who can read it."),
  );
  if (!repository.isAdministrator) {
    findings.push(
      note(
        "repository/administrator",
        "this token does not administer the repository: GitHub hides most settings from it.",
      ),
    );
  }
  findings.push(configurationRule(facts));
  if (checkout.configuration.kind === "read" && deployBranch !== repository.defaultBranch) {
    findings.push(
      missing(
        "repository/deploy-branch",
        `the deploy branch is \`${deployBranch}\`, the default branch \`${repository.defaultBranch}\`. GitHub starts schedules on the default branch alone, so nobody looks for drift.`,
        `make \`${deployBranch}\` the default branch (${settings(facts, "branches")}), or set \`deploy_branch\``,
      ),
    );
  }
  return findings;
}

function configurationRule({ checkout: { configuration } }: Facts): Found {
  const id = "repository/configuration";
  switch (configuration.kind) {
    case "read":
      return good(id, `${CONFIGURATION_FILE} can be read.`);
    case "none":
      return note(
        id,
        `there is no ${CONFIGURATION_FILE}: all units are in one environment and use the runner's own credentials.`,
        "pipelines init",
      );
    case "broken":
      return missing(
        id,
        `${CONFIGURATION_FILE} can't be read: ${configuration.message}`,
        "correct it; what depends on it was not looked at",
      );
    default:
      return configuration satisfies never;
  }
}
