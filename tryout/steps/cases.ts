import { CALLER, unit, unitSurroundings } from "../live.ts";
import { artifacts, check, comments, documents, ended, openIssues, propose } from "../look.ts";
import type { Step } from "../stage.ts";

/** What beside the story goes another way on a real runner: by hand, by schedule, and in bulk. */
export const caseSteps: readonly Step[] = [
  {
    id: "dispatch",
    does: "plans a unit by hand",
    minutes: 3,
    where: "anywhere",
    async run(stage) {
      const inputs = { action: "plan", units: "dev/**/network" };
      const run = await stage.run({ kind: "workflow_dispatch", inputs });
      return {
        checks: [
          check("the run ends well", run.conclusion === "success", run.conclusion),
          check(
            "it planned the unit that was named",
            run.jobs.some(({ name }) => name.includes("Plan · dev")),
            run.jobs.map(({ name }) => name).join(", "),
          ),
        ],
        facts: [],
      };
    },
  },
  {
    id: "drift",
    does: "changes the schedule to every five minutes and waits for a look for drift",
    minutes: 20,
    where: "anywhere",
    async run(stage) {
      const caller = await stage.read(CALLER);
      await stage.push("main", "A schedule that is soon due [skip ci]", {
        [CALLER]: caller.replace(/- cron: .*/, '- cron: "*/5 * * * *"'),
      });
      const run = await stage.run({ kind: "schedule" });
      await stage.push("main", "No schedule [skip ci]", {
        [CALLER]: caller.replace(/ {2}# A look for drift.*\n {2}schedule:\n.*\n/, ""),
      });
      const open = await openIssues(stage);
      return {
        checks: [
          check("the look ends well", run.conclusion === "success", run.conclusion),
          check(
            "nothing has drifted, so there is no issue",
            open.length === 0,
            open.map(({ title }) => title).join(", "),
          ),
        ],
        facts: [],
      };
    },
  },
  {
    id: "many-jobs",
    does: "plans as many new units as --jobs says, each in a job of its own",
    minutes: 12,
    where: "anywhere",
    async run(stage, { jobs }) {
      const names = Array.from({ length: jobs }, (_, index) => `many/unit-${String(index + 1).padStart(3, "0")}`);
      const files = Object.fromEntries(names.map((name) => [`${name}/terragrunt.hcl`, unit(JSON.stringify(name))]));
      const change = await propose(stage, "many", `${jobs} units`, { ...files, ...unitSurroundings("many") });
      const [told = ""] = await comments(stage, change.number);
      const untold = names.filter((name) => !told.includes(name));
      const failed = change.run.jobs.filter(({ conclusion }) => conclusion === "failure").map(({ name }) => name);
      const kept = await documents(stage, change.run, jobs);
      const count = (await artifacts(stage, change.run)).length;
      return {
        checks: [
          ...(await ended(stage, change.run, "success", change.head)),
          kept,
          // The comment may leave out the least important plans when there are very many.
          check("the comment says of all of them", untold.length === 0 || jobs > 100, untold.join(", ")),
        ],
        facts: stage.isGitHub
          ? [
              {
                fact: "artifact-burst",
                holds: failed.length === 0,
                because: failed.length === 0 ? `${jobs} jobs at once did` : `these failed: ${failed.join(", ")}`,
              },
              ...(count > 100
                ? [{ fact: "many-artifacts", holds: kept.ok, because: `${count} artifacts were listed` }]
                : []),
            ]
          : [],
      };
    },
  },
];
