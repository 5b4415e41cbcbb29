import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { EnvironmentFacts, Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { unseen } from "../look.ts";
import { shellWord } from "../quote.ts";
import { ghApi, settings } from "./places.ts";

/** The GitHub environments that the configuration names, each once, in the order of the file. */
export function namedEnvironments({ checkout: { configuration } }: Facts): string[] {
  if (configuration.kind !== "read") return [];
  return [
    ...new Set(environmentsOf(configuration.value).flatMap(({ github_environment }) => github_environment ?? [])),
  ];
}

/** Whether the GitHub environments hold what the configuration leaves to them: approvals, and from which branch. */
export function environmentRules(facts: Facts): Found[] {
  const { configuration } = facts.checkout;
  if (configuration.kind !== "read") return [];
  const bare = environmentsOf(configuration.value).filter(
    ({ github_environment, apply }) => github_environment === undefined && apply === "on",
  );
  const findings: Found[] =
    bare.length === 0
      ? []
      : [
          note(
            "environments/none",
            `${bare.map(({ name }) => name).join(", ")}: no \`github_environment\`, so applies start on merge, and roles trust the branch itself.`,
          ),
        ];
  const named = namedEnvironments(facts);
  if (facts.environments.kind !== "seen") {
    return facts.environments.kind === "refused" && named.length > 0
      ? [...findings, unseen("environments/there", `the environments ${named.join(", ")}`, facts.environments)]
      : findings;
  }
  const there = facts.environments.value;
  return [
    ...findings,
    ...named.flatMap((name) => {
      // GitHub compares names of environments without regard to case.
      const found = there.find((environment) => environment.name.toLowerCase() === name.toLowerCase());
      if (found === undefined) {
        return [
          dangerous(
            `environments/there/${name}`,
            `there is no environment \`${name}\`: GitHub makes one without any protection when a job first names it.`,
            `${settings(facts, "environments/new")}: \`${name}\`, with reviewers and the branch \`${facts.deployBranch}\` alone`,
          ),
        ];
      }
      return [approvalRule(facts, found), branchRule(facts, found)];
    }),
  ];
}

export function approvalRule(facts: Facts, { name, reviewers, waitMinutes }: EnvironmentFacts): Found {
  const id = `environments/reviewers/${name}`;
  if (reviewers > 0)
    return good(
      id,
      `\`${name}\`: ${reviewers} ${reviewers === 1 ? "reviewer approves" : "reviewers approve"} each apply.`,
    );
  const wait = waitMinutes > 0 ? ` (it waits ${waitMinutes} min)` : "";
  return missing(
    id,
    `\`${name}\`: applies start without anybody's approval${wait}.`,
    `${settings(facts, "environments")} → ${name}: required reviewers; or live with it: --accept ${shellWord(id)}`,
  );
}

export function branchRule(facts: Facts, { name, branches }: EnvironmentFacts): Found {
  const id = `environments/branches/${name}`;
  const only = facts.deployBranch;
  const page = `${settings(facts, "environments")} → ${name} → deployment branches: \`${only}\` alone`;
  switch (branches.kind) {
    case "any":
      return dangerous(
        id,
        `\`${name}\` allows every branch: a workflow on any branch can name it, take its apply role and read its secrets.`,
        page,
      );
    case "protected":
      return note(
        id,
        `\`${name}\` allows every protected branch, not \`${only}\` alone; a ruleset alone does not make a branch one of them.`,
        page,
      );
    case "listed": {
      const { patterns } = branches;
      if (patterns.kind !== "seen") {
        return unseen(id, `which branches \`${name}\` allows`, patterns);
      }
      const others = patterns.value.filter((pattern) => pattern.isTag || pattern.name !== only);
      if (others.length > 0) {
        const list = others.map((pattern) => `${pattern.isTag ? "tag " : ""}\`${pattern.name}\``).join(", ");
        return dangerous(
          id,
          `\`${name}\` allows more than \`${only}\`: ${list}. What can be pushed there can take its apply role and read its secrets.`,
          page,
        );
      }
      return patterns.value.length === 0
        ? missing(
            id,
            `\`${name}\` allows no branch: every apply of it is refused.`,
            ghApi(
              facts,
              "POST",
              `/environments/${encodeURIComponent(name)}/deployment-branch-policies`,
              `name=${only}`,
            ),
          )
        : good(id, `\`${name}\` allows \`${only}\` alone.`);
    }
    default:
      return branches satisfies never;
  }
}
