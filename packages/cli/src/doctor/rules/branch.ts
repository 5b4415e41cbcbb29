import type { Facts, Guard } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { type Look, unseen } from "../look.ts";
import { settings } from "./places.ts";

/** GitHub Actions' own number as an app on github.com: a check may be required of it alone. */
const ACTIONS_APP = 15368;

/** Whether the deploy branch can be changed only by a pull request whose run ended well. */
export function branchRules(facts: Facts): Found[] {
  const { branch, deployBranch } = facts;
  const rules = settings(facts, "rules");
  const judged = judge(facts);
  const findings: Found[] = [];
  if (branch.exists.kind === "absent") {
    findings.push(
      missing("branch/there", `there is no branch \`${deployBranch}\`.`, "push it, or set `deploy_branch`"),
    );
  }
  findings.push(
    judged(
      "branch/pull-request",
      `that a pull request is required on \`${deployBranch}\``,
      (guard) => guard.requiresPullRequest,
      {
        good: `\`${deployBranch}\` takes changes by pull request only`,
        bad: dangerous(
          "branch/pull-request",
          `whoever can push to \`${deployBranch}\` applies at once, and nobody has seen a plan.`,
          `${rules}: require a pull request`,
        ),
      },
    ),
    judged("branch/force-push", `force pushes to \`${deployBranch}\``, (guard) => guard.refusesForcePush, {
      good: `\`${deployBranch}\` can't be force-pushed`,
      bad: dangerous(
        "branch/force-push",
        `\`${deployBranch}\` can be force-pushed: what was applied is lost from history.`,
        `${rules}: block force pushes`,
      ),
    }),
    judged("branch/deletion", `deletion of \`${deployBranch}\``, (guard) => guard.refusesDeletion, {
      good: `\`${deployBranch}\` can't be deleted`,
      bad: dangerous("branch/deletion", `\`${deployBranch}\` can be deleted.`, `${rules}: restrict deletions`),
    }),
    ...checkRules(facts),
    ...queueRules(facts),
    ...bypassRules(facts),
  );
  return findings;
}

const guardsOf = ({ branch }: Facts): Guard[] =>
  branch.guards.flatMap((look) => (look.kind === "seen" ? look.value : []));

const firstRefusal = ({ branch }: Facts): Extract<Look<never>, { kind: "refused" }> | null =>
  branch.guards.find((look) => look.kind === "refused") ?? null;

/** One guard that holds is enough; that there is none can be said only when every source was seen. */
function judge(facts: Facts) {
  return (
    id: string,
    what: string,
    holds: (guard: Guard) => boolean,
    say: { readonly good: string; readonly bad: Found },
  ): Found => {
    const holder = guardsOf(facts).find(holds);
    if (holder !== undefined) return good(id, `${say.good} (${holder.source}).`);
    const refusal = firstRefusal(facts);
    return refusal === null ? say.bad : unseen(id, what, refusal);
  };
}

function checkRules(facts: Facts): Found[] {
  const id = "branch/required-check";
  const { callers } = facts.checkout.callers;
  const names = [...new Set(callers.flatMap(({ checkName }) => checkName ?? []))];
  if (callers.length === 0) return [];
  if (names.length !== 1) {
    const why =
      names.length === 0 ? "an expression or a matrix names the calling job" : "several jobs call pipelines.yml";
    return [missing(id, `the required check's name can't be told: ${why}.`, "give the one calling job a fixed name")];
  }
  const [name = ""] = names;
  const required = guardsOf(facts).flatMap(({ checks, source }) => checks.map((check) => ({ ...check, source })));
  const fix = `${settings(facts, "rules")}: on \`${facts.deployBranch}\` require the status check \`${name}\` (type it whole; GitHub offers it after its first run)`;
  const exact = required.filter((check) => check.name === name);
  const alike = required.filter((check) => check.name !== name && /pipelines status$/i.test(check.name));
  const findings: Found[] = alike.map((check) =>
    missing(
      `branch/other-check/${check.name}`,
      `\`${check.name}\` is required (${check.source}), and no run reports a check of that name: every pull request waits for ever. It is called \`${name}\`.`,
      fix,
    ),
  );
  const isCloud = facts.place.apiUrl === "https://api.github.com";
  const foreign = exact.find(({ app }) => isCloud && app !== null && app !== ACTIONS_APP);
  if (foreign !== undefined) {
    findings.push(
      missing(
        id,
        `\`${name}\` is required of another app than GitHub Actions (${foreign.source}): every pull request waits for ever.`,
        fix,
      ),
    );
  } else if (exact[0] !== undefined) findings.push(good(id, `\`${name}\` is required (${exact[0].source}).`));
  else {
    const refusal = firstRefusal(facts);
    findings.push(
      refusal === null
        ? missing(id, `\`${name}\` is not required: a pull request whose plan failed can be merged.`, fix)
        : unseen(id, `whether \`${name}\` is required`, refusal),
    );
  }
  return findings;
}

function queueRules(facts: Facts): Found[] {
  const { callers } = facts.checkout.callers;
  const deaf = callers.filter(({ events }) => events["merge_group"] === undefined);
  const queue = guardsOf(facts).find(({ hasMergeQueue }) => hasMergeQueue);
  if (callers.length === 0) return [];
  if (queue === undefined) {
    const [first] = deaf;
    return first === undefined
      ? []
      : [
          note(
            "branch/merge-queue",
            `${first.file} does not run for \`merge_group\`: should a merge queue be switched on, it would wait for ever.`,
            `add \`merge_group\` to \`on\` in ${first.file}`,
          ),
        ];
  }
  return [
    deaf[0] === undefined
      ? good("branch/merge-queue", `there is a merge queue (${queue.source}), and the caller runs for it.`)
      : missing(
          "branch/merge-queue",
          `there is a merge queue (${queue.source}), and ${deaf[0].file} does not run for \`merge_group\`: the queue waits for ever.`,
          `add \`merge_group: { types: [checks_requested] }\` to \`on\` in ${deaf[0].file}`,
        ),
  ];
}

function bypassRules(facts: Facts): Found[] {
  const id = "branch/bypass";
  const guards = guardsOf(facts);
  if (guards.length === 0) return [];
  const free = guards.flatMap(({ bypass, source }) =>
    bypass.kind === "seen" && bypass.value.length > 0 ? [`${bypass.value.join(", ")} (${source})`] : [],
  );
  if (free.length > 0) {
    return [
      note(
        id,
        `these may go round the rules of \`${facts.deployBranch}\` at any time, and apply what nobody reviewed: ${free.join("; ")}.`,
        settings(facts, "rules"),
      ),
    ];
  }
  const hidden = guards.find(({ bypass }) => bypass.kind === "refused");
  if (hidden?.bypass.kind === "refused") return [unseen(id, `who may go round ${hidden.source}`, hidden.bypass)];
  return [good(id, `nobody goes round the rules of \`${facts.deployBranch}\`.`)];
}
