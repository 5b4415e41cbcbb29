/** A text that stands once in a file, and what takes its place. */
export type Edit = { readonly file: string; readonly find: string; readonly replace: string };

/** A test by its file and its name as it is written there. */
export type Test = { readonly file: string; readonly name: string };

/** What holds one of the attacks, and how it is taken out. A row with several handlings has several entries. */
export type TakenOut = {
  readonly row: string;
  /** What is taken out. */
  readonly handling: string;
  readonly edits: readonly Edit[];
  /** The test that fails then. */
  readonly test: Test;
  /** A part of what its assertion says then: it fails for this, and for nothing else. */
  readonly fails: string;
};

const asData = (name: string): Test => ({ file: "e2e/act/workflow-as-data.test.ts", name });
const configuration = (name: string): Test => ({ file: "e2e/attacks/configuration.test.ts", name });
const governing = (name: string): Test => ({ file: "e2e/attacks/governing.test.ts", name });
const guard = (name: string): Test => ({ file: "packages/executor/test/guard.integration.test.ts", name });
const keptAlive = (name: string): Test => ({ file: "e2e/attacks/kept-alive.test.ts", name });
const moved = (name: string): Test => ({ file: "e2e/attacks/moved.test.ts", name });
const neverLost = (name: string): Test => ({ file: "e2e/attacks/never-lost.test.ts", name });
const reviewed = (name: string): Test => ({ file: "e2e/attacks/reviewed.test.ts", name });

const MAY_START = "packages/core/src/ledger/may-start.ts";
const MAY_DESTROY = "packages/core/src/ledger/may-destroy.ts";
const AFFECT = "packages/orchestrator/src/decide/affect.ts";
const SETTINGS = "packages/orchestrator/src/settings.ts";
const LEDGER_BASE = "packages/orchestrator/src/compare/ledger-base.ts";
const REMAINS = "packages/orchestrator/src/discover/remains.ts";
const REVIEWED_PLANS = "packages/dispatcher/src/run/reviewed-plans.ts";

/** A destroy of a run comes after none of its applies. */
const AFTER_NO_APPLY: Edit = {
  file: "packages/orchestrator/src/pack/pack.ts",
  find: "usersBefore(others, removals, dependenciesAtBase)",
  replace: "new Map<UnitPath, UnitPath[]>()",
};
/** Nobody asks the ledger who needs a unit that is to be destroyed. */
const NEEDED_BY_NOBODY: Edit = { file: MAY_START, find: "needed(question, value) ?? ", replace: "" };
/** Without the look at whose state a destroy would empty. */
const NO_LOOK_AT_STATES: Edit = {
  file: "packages/dispatcher/src/run/start-answers.ts",
  find: "return mayDestroy({ ledger, unit, state, run, living, found, endedWell: ended.endedWell });",
  replace: 'return { kind: "go" };',
};
/** The executor hears nothing of the tip's configuration. */
const NEWEST_OF_HEAD: Edit = {
  file: "packages/executor/src/execute.ts",
  find: "configurations.at(comparison.tip ?? comparison.head)",
  replace: "configurations.at(comparison.head)",
};
/** Nor does the orchestrator. */
const NEWEST_OF_COMMIT: Edit = {
  file: SETTINGS,
  find: "configurations.at(tip ?? head)",
  replace: "configurations.at(head)",
};
/** Nor does the look right before a unit starts. */
const NO_POLICY_OF_TIP: Edit = { file: MAY_START, find: "policyAtTip(unit, action, place) ?? {", replace: "{" };
/** Without the look at the tip of the deploy branch before a destroy. */
const DESTROYS_WHAT_EXISTS: Edit = {
  file: MAY_START,
  find: 'action === "destroy" && exists(unit) && destroyAtTip !== true',
  replace: "false",
};
/** What is left of a unit that is written as JSON is not seen. */
const NOTHING_OF_JSON: Edit = { file: REMAINS, find: "[UNIT_FILE, JSON_UNIT_FILE]", replace: "[UNIT_FILE]" };
/** A pull request's documents say what its run's report is about. */
const KIND_BY_DOCUMENTS: Edit = {
  file: "packages/dispatcher/src/report/kind.ts",
  find: 'default:\n      return "plan";',
  replace: 'default:\n      return assessment?.comparison.mode === "apply" ? "apply" : "plan";',
};
/** A run writes issues whatever its ref. */
const ISSUES_OF_ANY_REF: Edit = {
  file: "packages/dispatcher/src/sinks/issues.ts",
  find: " && isOfDeployBranch(report)",
  replace: "",
};
/** A push run compares with what its own event says, not with what was determined last. */
const BASE_OF_EVENT: Edit = { file: LEDGER_BASE, find: "base: determined ?? before,", replace: "base: before," };

export const TAKEN_OUT: readonly TakenOut[] = [
  {
    row: "1",
    handling: "A destroy waits for the applies that give its unit up, in the run and by what the ledger knows.",
    edits: [AFTER_NO_APPLY, NEEDED_BY_NOBODY],
    test: keptAlive("is not destroyed while the apply that gives it up failed, and is due until that is applied"),
    fails: "expected null to be '1'",
  },
  {
    row: "1",
    handling: "The jobs say which applies a destroy comes after.",
    edits: [AFTER_NO_APPLY],
    test: {
      file: "packages/orchestrator/src/pack/pack.test.ts",
      name: "does not destroy what a unit used whose apply is refused",
    },
    fails: "to be undefined",
  },
  {
    row: "1",
    handling: "The executor keeps to that, across jobs.",
    edits: [
      {
        file: "packages/executor/src/schedule/schedule.ts",
        find: "return end === undefined ? !inJob.has(path) : !mayBuildOn(end, action);",
        replace: "return end !== undefined && inJob.has(path) && !mayBuildOn(end, action);",
      },
    ],
    test: guard("a destroy is withheld when an apply that it needs failed, and nothing of the unit is touched"),
    fails: "to match object { vpc: { kind: 'withheld'",
  },
  {
    row: "1",
    handling: "A run that has no such apply learns from the ledger who needs the unit.",
    edits: [NEEDED_BY_NOBODY],
    test: {
      file: "packages/core/src/ledger/may-start.test.ts",
      name: "is not destroyed until that was applied without it, or destroyed",
    },
    fails: "to match object { kind: 'stop'",
  },
  {
    row: "2",
    handling: "What exists at the tip is destroyed by an explicit word alone.",
    edits: [
      {
        file: AFFECT,
        find: "policy.requested !== null && traitsOf(action).removes && policy.existsNow(path)",
        replace: "false",
      },
      DESTROYS_WHAT_EXISTS,
    ],
    test: keptAlive("destroys nothing that is on the branch, nor what the branch protects now"),
    fails: "expected null to be '1'",
  },
  {
    row: "2",
    handling: "What the tip protects is not destroyed at an older commit that does not.",
    edits: [NEWEST_OF_HEAD, NEWEST_OF_COMMIT, NO_POLICY_OF_TIP],
    test: keptAlive("destroys nothing that is on the branch, nor what the branch protects now"),
    fails: "expected null to be '1'",
  },
  {
    row: "2",
    handling: "The policy of the tip is asked right before each unit.",
    edits: [NO_POLICY_OF_TIP],
    test: keptAlive("applies nothing in an environment that was paused while its run waited for an approval"),
    fails: "expected '2' to be '1'",
  },
  {
    row: "2",
    handling: "The stricter rule about reviewed plans of an old commit and of the tip holds.",
    edits: [
      NEWEST_OF_HEAD,
      NEWEST_OF_COMMIT,
      {
        file: MAY_START,
        find: "reviewRule: reviewRuleOf(configuration, environment)",
        replace: 'reviewRule: "off"',
      },
    ],
    test: reviewed("is the branch's for an older commit that asked for less"),
    fails: "expected true to be false",
  },
  {
    row: "2",
    handling: "The orchestrator makes no job of what the tip's policy forbids.",
    edits: [NEWEST_OF_COMMIT],
    test: {
      file: "packages/orchestrator/test/commits.integration.test.ts",
      name: "holds an older commit's units to what the branch says now as well",
    },
    fails: "to deeply equal [ 'paused' ]",
  },
  {
    row: "2",
    handling: "The executor asks the tip's policy itself: a document is no authority.",
    edits: [NEWEST_OF_HEAD],
    test: guard("`%s` of the deploy branch withholds a %s by hand of an older commit without it"),
    fails: "to match object { a: { kind: 'withheld'",
  },
  {
    row: "2",
    handling: "An approval that the tip asks for is asked for at an older commit too.",
    edits: [
      {
        file: "packages/orchestrator/src/main.ts",
        find: "[tip ?? head, base, head].map",
        replace: "[head, base, head].map",
      },
    ],
    test: keptAlive("destroys nothing that is on the branch, nor what the branch protects now"),
    fails: "to deeply equal [ 'live' ]",
  },
  {
    row: "3",
    handling: "The state that a destroy would empty is compared with those of every unit at the tip.",
    edits: [NO_LOOK_AT_STATES],
    test: keptAlive("outlives a move that keeps it, also when somebody destroys the old place by hand"),
    fails: "expected true to be false",
  },
  {
    row: "3",
    handling: "So it is where a copy came in an earlier change.",
    edits: [NO_LOOK_AT_STATES],
    test: keptAlive("outlives the first unit when a copy came before, in a change of its own"),
    fails: "expected true to be false",
  },
  {
    row: "3",
    handling: "A move is held, with words and a way to close of its own.",
    edits: [
      {
        file: AFFECT,
        find: "traitsOf(action).removes && policy.holdMoves && movedTo !== undefined",
        replace: "movedTo === undefined && movedTo !== undefined",
      },
    ],
    test: keptAlive("outlives a move that keeps it, also when somebody destroys the old place by hand"),
    fails: "to match object { action: 'destroy'",
  },
  {
    row: "4a",
    handling: "A push run compares with what was determined last, so that it covers a run that determined nothing.",
    edits: [BASE_OF_EVENT],
    test: neverLost("is covered by the next one, which closes its issue only by doing its work"),
    fails: "to deeply equal [ '2', '2', null ]",
  },
  {
    row: "4b",
    handling: "A push run takes along what is due.",
    edits: [
      {
        file: "packages/orchestrator/src/due/owed.ts",
        find: "asked === null ? take : take.filter",
        replace: "asked === null ? [] : take.filter",
      },
    ],
    test: neverLost("is due until it is applied, also when only what held it up is fixed"),
    fails: "to deeply equal [ '3', '2' ]",
  },
  {
    row: "4c",
    handling: "A run leaves to a later one what that has claimed, and nothing else.",
    edits: [
      {
        file: MAY_START,
        find: "if (!sameRun(due.owner, run)) {",
        replace: "if ([...ledger.units.values()].some(({ applied }) => (applied?.run.id ?? 0) > run.id)) {",
      },
    ],
    test: neverLost("stays with its run when a later one takes another unit of it away"),
    fails: "to deeply equal [ '3', '2' ]",
  },
  {
    row: "4d",
    handling: "The next run has the changes of a commit that started none.",
    edits: [BASE_OF_EVENT],
    test: neverLost(
      "was never started for a commit that skips it: the next one has its changes, also those of a pause",
    ),
    fails: "expected undefined to match object { why: 'paused' }",
  },
  {
    row: "4d",
    handling: "What a pause kept from being applied is taken along when it ends.",
    edits: [
      {
        file: "packages/orchestrator/src/due/owed.ts",
        find: "asked === null ? take : take.filter",
        replace: 'asked === null ? take.filter(({ due }) => due.why !== "paused") : take.filter',
      },
    ],
    test: neverLost(
      "was never started for a commit that skips it: the next one has its changes, also those of a pause",
    ),
    fails: "to deeply equal [ '2', '2' ]",
  },
  {
    row: "5",
    handling: "An approval is asked for where base or head asks for one.",
    edits: [
      {
        file: "packages/orchestrator/src/pack/matrix.ts",
        find: "[governing, ...others].flatMap",
        replace: "others.slice(-1).flatMap",
      },
    ],
    test: reviewed("stays needed for the change that takes it away"),
    fails: "to deeply equal [ 'apply_1 live', 'destroy_1 live' ]",
  },
  {
    row: "5",
    handling: "A destroy is governed by the commit that still had the unit.",
    edits: [
      {
        file: "packages/orchestrator/src/decide/decide.ts",
        find: "environmentOnceMerged: (unit, deleted) => (deleted ? lookups.base : lookups.head)(unit)",
        replace: "environmentOnceMerged: lookups.head",
      },
      {
        file: "packages/core/src/configuration/governing.ts",
        find: "if (job !== null && traitsOf(job.action).removes) return job.at;",
        replace: "",
      },
    ],
    test: governing("is denied by the rule that the same change takes away"),
    fails: "to deeply equal []",
  },
  {
    row: "6",
    handling: "The units of a stack that moved are paired with those at its new place.",
    edits: [
      {
        file: "packages/orchestrator/src/decide/moves.ts",
        find: "...unitsOfRenamedStacks(comparison), ...alikeGenerated(comparison)",
        replace: "",
      },
    ],
    test: moved("of a stack to another folder"),
    fails: "expected { destroys: 1",
  },
  {
    row: "6",
    handling: "A unit is paired with the one that a stack generates in its place.",
    edits: [
      {
        file: "packages/orchestrator/src/decide/moves.ts",
        find: ", ...alikeGenerated(comparison)",
        replace: "",
      },
    ],
    test: moved("of a unit into a stack that generates it"),
    fails: "expected { destroys: 1",
  },
  {
    row: "6",
    handling: "Git looks for renames however many there are.",
    edits: [{ file: "packages/core/src/git/repository.ts", find: '"-l0", ', replace: "" }],
    test: {
      file: "packages/core/src/git/repository.integration.test.ts",
      name: "every renamed file is found, also where more than a thousand were edited as well",
    },
    fails: "to have a length of 1001",
  },
  {
    row: "7",
    handling: "A folder that became a submodule is not known to be gone.",
    edits: [
      {
        file: REMAINS,
        find: 'if (head.files.has(folder)) return { path: folder, kind: "opaque" };',
        replace: "",
      },
    ],
    test: keptAlive("destroys nothing when the folder becomes a submodule, or the file is written as JSON"),
    fails: "expected null to be '1'",
  },
  {
    row: "7",
    handling: "A unit that is written as JSON now is not known to be gone, and is on the branch.",
    edits: [
      NOTHING_OF_JSON,
      {
        file: "packages/core/src/ledger/units-of-tree.ts",
        find: '["terragrunt.hcl", "terragrunt.hcl.json"]',
        replace: '["terragrunt.hcl"]',
      },
    ],
    test: keptAlive("destroys nothing of a unit that nobody uses when its file is written as JSON"),
    fails: "expected true to be false",
  },
  {
    row: "7",
    handling: "The orchestrator says so of it.",
    edits: [NOTHING_OF_JSON],
    test: keptAlive("destroys nothing of a unit that nobody uses when its file is written as JSON"),
    fails: "to deeply equal [ 'c' ]",
  },
  {
    row: "8",
    handling: "What came back to the deploy branch is not destroyed.",
    edits: [DESTROYS_WHAT_EXISTS],
    test: keptAlive("destroys nothing that came back, although nobody can ask GitHub"),
    fails: "expected true to be false",
  },
  {
    row: "8",
    handling: "Where the branch and the ledger can't be read nothing is destroyed.",
    edits: [
      {
        file: MAY_START,
        find: 'if (ledger.kind === "unknown") return stop("unknown",',
        replace:
          'if (ledger.kind === "unknown") return { kind: "go" };\n  if (tip.kind === "unknown") return stop("unknown",',
      },
      {
        file: MAY_DESTROY,
        find: 'return { kind: "stop", because: "unknown", message: `Whose state it is can\'t be looked up: ${missing.why}` };',
        replace: 'return { kind: "go" };',
      },
    ],
    test: keptAlive("destroys nothing that came back, although nobody can ask GitHub"),
    fails: "expected true to be false",
  },
  {
    row: "9",
    handling: "A unit that a newer run has done is left to it.",
    edits: [
      {
        file: MAY_START,
        find: "if (due === undefined) return notDue(question, record);",
        replace: "if (due === undefined) return null;",
      },
    ],
    test: neverLost("never takes the place of newer code: it claims %s the newer run"),
    fails: "expected '2' to be '3'",
  },
  {
    row: "10",
    handling: "A plan for another base than the deploy branch is not reviewed.",
    edits: [
      {
        file: "packages/executor/src/guard/reviewed-plans.ts",
        find: " || pullRequest.baseRef !== deployBranch",
        replace: "",
      },
    ],
    test: reviewed("is not reviewed by a pull request that had another base, while an update goes on"),
    fails: "expected true to be false",
  },
  {
    row: "10",
    handling: "A pull request that gets another base is planned anew.",
    edits: [
      {
        file: "packages/cli/src/init/caller-workflow.ts",
        find: "types: [opened, synchronize, reopened, edited]",
        replace: "types: [opened, synchronize, reopened]",
      },
    ],
    test: asData("is not started again by a new title: a skipped run must not take the place of a red one"),
    fails: "expected { types: [ 'opened', …(2) ] } to deeply equal",
  },
  {
    row: "11",
    handling: "Only what a run showed before the merge was reviewed.",
    edits: [{ file: REVIEWED_PLANS, find: ".filter(({ createdAt }) => createdAt <= merged.at)", replace: "" }],
    test: reviewed("is not reviewed by a plan that was run again after the merge"),
    fails: "expected true to be false",
  },
  {
    row: "11",
    handling: "A run that began after the merge shows nothing that was reviewed.",
    edits: [{ file: REVIEWED_PLANS, find: " && run.created_at <= at", replace: "" }],
    test: {
      file: "packages/dispatcher/src/run/reviewed-plans.integration.test.ts",
      name: "what a run shows after the merge was not reviewed: neither a later attempt nor a later run",
    },
    fails: "to deeply equal",
  },
  {
    row: "12",
    handling: "One rule says that an apply which waits did not end well.",
    edits: [
      {
        file: "packages/core/src/contracts/end.ts",
        find: 'return traitsOf(action).writes ? "bad" : "open";',
        replace: 'return "open";',
      },
    ],
    test: neverLost("makes its run red when it waits for what nobody may apply, and has an issue"),
    fails: "expected true to be false",
  },
  {
    row: "13",
    handling: "Templates of accounts are plain text, of which nothing is run.",
    edits: [
      {
        file: "packages/executor/src/accounts/render.ts",
        find: "return text.replaceAll(PLACEHOLDER,",
        replace:
          'const run = (_: string, code: string): string => String(new Function("process", `return ${code}`)(process));\n  return text.replaceAll(/<%=(.*?)%>/g, run).replaceAll(PLACEHOLDER,',
      },
    ],
    test: { file: "packages/executor/src/accounts/render.test.ts", name: "leaves %s alone" },
    fails: "to be '<%= process.env.TOKEN",
  },
  {
    row: "14",
    handling: "A pattern is looked at where the configuration is read.",
    edits: [
      {
        file: "packages/core/src/configuration/schema.ts",
        find: "redact: z.array(textBy(whyNoPattern))",
        replace: "redact: z.array(z.string())",
      },
    ],
    test: configuration("makes the pull request red that brings it, before any job meets it"),
    fails: "expected true to be false",
  },
  {
    row: "14",
    handling:
      "Where base's configuration can't be read, head's takes its place for a change of the configuration alone.",
    edits: [{ file: SETTINGS, find: "if (!repairs) {", replace: "if (repairs || !repairs) {" }],
    test: configuration("is repaired by a pull request of its own, whose merge applies what the broken commit brought"),
    fails: "expected false to be true",
  },
  {
    row: "15",
    handling: "What a run may close follows from its event and its ref, not from its documents.",
    edits: [KIND_BY_DOCUMENTS, ISSUES_OF_ANY_REF],
    test: reviewed("of a pull request's run close no issue of the deploy branch, whatever they say"),
    fails: "to match object [ { state: 'open' } ]",
  },
  {
    row: "15",
    handling: "The event says what a report is about.",
    edits: [KIND_BY_DOCUMENTS],
    test: {
      file: "packages/dispatcher/src/report/kind.test.ts",
      name: "what %s brings is a plan, whatever its documents say",
    },
    fails: "expected 'apply' to be 'plan'",
  },
  {
    row: "15",
    handling: "Only a run of the deploy branch writes issues about it.",
    edits: [ISSUES_OF_ANY_REF],
    test: {
      file: "packages/dispatcher/src/sinks/issues.test.ts",
      name: "a dispatch from %s is about the deploy branch: %s",
    },
    fails: "expected true to be false",
  },
  {
    row: "16",
    handling: "Credentials are looked for in time that is proportional to the text.",
    edits: [
      {
        file: "packages/core/src/redaction/credentials.ts",
        find: "return [...matchesOf(WHOLE, text), ...named];",
        replace:
          'const tried = new RegExp(String.raw`\\beyJ[\\w-]{10,}\\.[\\w-]{10,}\\.[\\w-]*`, "g");\n  return [...[...text.matchAll(tried)].map(({ index, 0: all }): Span => [index, index + all.length]), ...named];',
      },
    ],
    test: { file: "packages/core/src/redaction/linear.test.ts", name: "is masked in time: %s" },
    fails: "to be less than 3",
  },
  {
    row: "17",
    handling: "A stage has several jobs.",
    edits: [
      {
        file: "packages/orchestrator/src/pack/pack.ts",
        find: "for (let size = limits.unitsPerJob; ; size *= 2) {",
        replace: "for (let size = Number.MAX_SAFE_INTEGER; ; size *= 2) {",
      },
    ],
    test: neverLost("is in a job of its own stage that others do not end with, and the next run takes it"),
    fails: "to deeply equal [ 'apply_1', 'apply_1' ]",
  },
  {
    row: "17",
    handling: "A job ends by its own limit before GitHub's.",
    edits: [
      {
        file: "packages/orchestrator/src/pack/pack.ts",
        find: "return Math.min(total, LONGEST_JOB_MINUTES);",
        replace: "return total;",
      },
    ],
    test: {
      file: "packages/orchestrator/src/pack/pack.test.ts",
      name: "gives a job the time that its units take level by level, as many at once as may run, and not above GitHub's limit",
    },
    fails: "to deeply equal [ 350 ]",
  },
  {
    row: "17",
    handling: "A job that has no time left for another unit starts none.",
    edits: [
      {
        file: "packages/executor/src/execute.ts",
        find: "if (now() - started < startsUntil) return null;",
        replace: "if (now() - started < Number.POSITIVE_INFINITY || startsUntil < 0) return null;",
      },
    ],
    test: {
      file: "packages/executor/test/deadline.integration.test.ts",
      name: "a job that is out of time starts no further unit, and says of each that it stays due",
    },
    fails: "to match object",
  },
  {
    row: "18",
    handling: "The policy judges the plan that is about to be applied.",
    edits: [
      {
        file: "packages/executor/src/actions/apply.ts",
        find: "await job.judgePlan(unit.fileName, planned.json)",
        replace: "null",
      },
    ],
    test: reviewed("that denies a plan in the pull request denies the apply of its merge"),
    fails: "expected true to be false",
  },
  {
    row: "19",
    handling: "Nothing is started in a job that was cancelled while a step ran that runs always.",
    edits: [
      {
        file: "actions/dispatcher/action.yml",
        find: "inputs.tools != 'false' && success() && !cancelled()",
        replace: "inputs.tools != 'false' && success()",
      },
      {
        file: "actions/dispatcher/action.yml",
        find: "(inputs.command == 'run' && success() && !cancelled())",
        replace: "(inputs.command == 'run' && success())",
      },
    ],
    test: asData(
      "goes no further than to look for Node when a run is cancelled meanwhile, where a job would run units",
    ),
    fails: "to deeply equal []",
  },
  {
    row: "20",
    handling: "An approved run is of the deploy branch's own workflow.",
    edits: [{ file: REVIEWED_PLANS, find: "found.data.head_branch === branch &&", replace: "" }],
    test: reviewed("is not approved by a run of another branch, whose workflow says what its author likes"),
    fails: "expected true to be false",
  },
  {
    row: "20",
    handling: "An approved run shows what it planned of the very commit.",
    edits: [
      {
        file: "packages/executor/src/actions/apply.ts",
        find: 'commit: comparison.mode === "manual" ? at : null,',
        replace: "commit: null,",
      },
    ],
    test: reviewed("shows what one commit would destroy, and nothing of another one"),
    fails: "expected true to be false",
  },
];
