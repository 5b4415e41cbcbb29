import { type Caller, PERMISSIONS } from "../caller.ts";
import type { Facts } from "../facts.ts";
import { dangerous, type Found, good, missing, note } from "../finding.ts";
import { fits, piecesOf } from "../glob.ts";

/** Whether one workflow calls us, for the events that matter, with what its jobs need. */
export function callerRules(facts: Facts): Found[] {
  const { callers, custom, unreadable } = facts.checkout.callers;
  const broken = unreadable.map(({ file, message }) =>
    missing(
      `caller/readable/${file}`,
      `${file} can't be read: ${message}`,
      "correct it: GitHub does not run it either",
    ),
  );
  if (callers.length === 0) {
    return [
      ...broken,
      custom.length === 0
        ? missing(
            "caller/there",
            "no workflow in .github/workflows calls pipelines.yml: nothing is planned or applied.",
            "pipelines init",
          )
        : note(
            "caller/there",
            `${custom.join(", ")} uses the actions one by one: events, permissions and the check's name are its own, and were not looked at.`,
          ),
    ];
  }
  const places = callers.map(({ file, job }) => `${file} (job ${job})`).join(", ");
  return [
    ...broken,
    callers.length === 1
      ? good("caller/there", `${places} calls pipelines.yml.`)
      : dangerous(
          "caller/there",
          `several jobs call pipelines.yml: ${places}. Each plans and applies everything.`,
          "keep one of them",
        ),
    ...callers.flatMap((caller) => [
      ...eventRules(caller, facts),
      ...dueRules(caller, facts),
      permissionRule(caller),
      ...secretRules(caller),
      ...conditionRules(caller),
    ]),
  ];
}

const NEEDED = { pull_request: ["opened", "synchronize", "reopened"], push: null } as const;

function eventRules(caller: Caller, { deployBranch }: Facts): Found[] {
  const { events, file } = caller;
  const where = `\`on\` in ${file}`;
  const findings: Found[] = [];
  for (const name of ["pull_request", "push"] as const) {
    const id = `caller/${name}`;
    const event = events[name];
    const types = NEEDED[name]?.filter((type) => event?.types?.includes(type) === false) ?? [];
    if (event === undefined) {
      findings.push(
        missing(
          id,
          `${file} does not run for \`${name}\`: nothing is ${name === "push" ? "applied" : "planned"}.`,
          `add \`${name}\` to ${where}`,
        ),
      );
    } else if (event.hasPathFilter) {
      findings.push(
        missing(
          id,
          `${file} filters \`${name}\` by paths: a required check of a run that is filtered out stays pending, and a change of a file that units share is missed.`,
          `take \`paths\` out of ${where}; what a change affects is found out by itself`,
        ),
      );
    } else if (types.length > 0) {
      findings.push(
        missing(id, `${file} does not run for ${types.join(", ")} of \`${name}\`.`, `add the types to ${where}`),
      );
    } else if (!takesBranch(event, deployBranch)) {
      findings.push(
        missing(
          id,
          `${file} does not run for \`${name}\` of \`${deployBranch}\`, the deploy branch.`,
          `add it to \`branches\` of \`${name}\` in ${file}`,
        ),
      );
    } else findings.push(good(id, `${file} runs for \`${name}\`.`));
  }
  if (events["pull_request_target"] !== undefined) {
    findings.push(
      dangerous(
        "caller/pull_request_target",
        `${file} runs for \`pull_request_target\`: code of a fork would run with the base repository's secrets.`,
        `take it out of ${where}`,
      ),
    );
  }
  if (events["schedule"] === undefined) {
    findings.push(
      note("caller/schedule", `${file} has no \`schedule\`: nobody looks for drift.`, `add \`schedule\` to ${where}`),
    );
  }
  return findings;
}

/** Whether the schedule that does what is due is one that the caller has. */
function dueRules({ events, file }: Caller, { checkout }: Facts): Found[] {
  const line = checkout.configuration.kind === "read" ? checkout.configuration.value.apply_due_at : undefined;
  if (line === undefined || events["schedule"]?.crons.includes(line)) return [];
  return [
    missing(
      "caller/apply_due_at",
      `\`apply_due_at\` is \`${line}\`, and \`schedule\` in ${file} has no such line: what is due is never done by itself.`,
      `add \`- cron: "${line}"\` to \`schedule\` in ${file}, word for word`,
    ),
  ];
}

/** Whether GitHub's filter lets a branch through; patterns as far as `*` and `**` go. */
function takesBranch({ branches, branchesIgnore }: NonNullable<Caller["events"][string]>, branch: string): boolean {
  const matches = (pattern: string): boolean =>
    fits(
      piecesOf(pattern, (stars) => (stars.length > 1 ? "any" : "segment")),
      branch,
    );
  if (branches === null) return branchesIgnore?.some(matches) !== true;
  // A later `!pattern` takes back what an earlier one let through.
  return branches.reduce((taken, pattern) => {
    const isNot = pattern.startsWith("!");
    return matches(isNot ? pattern.slice(1) : pattern) ? !isNot : taken;
  }, false);
}

function permissionRule({ file, permissions }: Caller): Found {
  const id = "caller/permissions";
  const fix = `jobs.<job>.permissions in ${file}: ${Object.entries(PERMISSIONS)
    .map(([name, level]) => `${name}: ${level}`)
    .join(", ")}`;
  if (permissions === null) {
    return missing(
      id,
      `${file} names no permissions, so the repository's default decides; \`id-token\` is never among it.`,
      fix,
    );
  }
  if (permissions === "write-all") return dangerous(id, `${file} grants every permission to all that it calls.`, fix);
  const lacking = Object.entries(PERMISSIONS).filter(([name, level]) => {
    const granted = permissions === "read-all" ? (name === "id-token" ? "none" : "read") : permissions[name];
    return granted !== "write" && granted !== level;
  });
  if (lacking.length > 0) {
    return missing(
      id,
      `${file} grants less than the called jobs ask for (${lacking.map(([name, level]) => `${name}: ${level}`).join(", ")}): GitHub refuses to start the run.`,
      fix,
    );
  }
  const more = Object.keys(permissions).filter(
    (name) => permissions !== "read-all" && permissions[name] === "write" && !(name in PERMISSIONS),
  );
  return more.length === 0
    ? good(id, `${file} grants what the called jobs ask for and no more.`)
    : note(id, `${file} grants more than any called job takes: ${more.join(", ")}.`, fix);
}

function secretRules({ file, secrets }: Caller): Found[] {
  if (secrets !== "inherit") return [];
  return [
    dangerous(
      "caller/secrets",
      `${file} hands on every secret of the repository (\`secrets: inherit\`).`,
      `name them: \`secrets: { PIPELINES_SECRETS: \${{ secrets.PIPELINES_SECRETS }} }\``,
    ),
  ];
}

function conditionRules({ file, job, condition }: Caller): Found[] {
  if (condition === null) return [];
  return [
    note(
      "caller/condition",
      `the job ${job} in ${file} has an \`if\`: when it is skipped, its required check stays pending and nothing is applied.`,
      "leave it out; the called workflow decides by event itself",
    ),
  ];
}
