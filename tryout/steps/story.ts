import { check, comments, documents, ended, merge, openIssues, propose } from "../look.ts";
import type { Step } from "../stage.ts";

const dev = "dev/eu-west-1";
const prod = "prod/us-east-1";
/** A third replica is made with the image, so one that is not there fails the apply. */
const settings = (image: string, replicas = 2): Record<string, string> => ({
  [`${dev}/app/settings.yml`]: `replicas: ${replicas}
image: registry.example.com/app:${image}
`,
});

/** The story of the demo, from a first apply to a removed unit. */
export const storySteps: readonly Step[] = [
  {
    id: "first-apply",
    does: "pushes the example's units of two accounts to main, and applies all",
    minutes: 6,
    where: "anywhere",
    async run(stage) {
      const event = await stage.push("main", "The infrastructure of two accounts", stage.example);
      const run = await stage.run({ kind: "push", ...event });
      return { checks: await ended(stage, run, "success", event.after), facts: [] };
    },
  },
  {
    id: "plan",
    does: "opens a pull request that changes one unit (one job, one artifact), and merges it: two comments",
    minutes: 4,
    where: "anywhere",
    async run(stage) {
      const change = await propose(stage, "one-unit", "A newer image for dev", settings("1.5.0"));
      const told = await comments(stage, change.number);
      const planned = await documents(stage, change.run, 1);
      const announced = change.run.jobs.find(({ name }) => name.endsWith("Announce"));
      const applied = await merge(stage, change.number);
      const after = await comments(stage, change.number);
      return {
        checks: [
          ...(await ended(stage, change.run, "success", change.head)),
          check(
            "one comment says the plan",
            told.length === 1 && told[0]?.includes(`${dev}/app`) === true,
            `${told.length} comments`,
          ),
          planned,
          check("the merge is applied", applied.conclusion === "success", applied.conclusion),
          check("a second comment says how it was applied", after.length === 2, `${after.length} comments`),
        ],
        facts:
          announced === undefined || !stage.isGitHub
            ? []
            : [
                {
                  fact: "self-reference",
                  holds: announced.conclusion === "success",
                  because: `Announce ended with ${announced.conclusion}`,
                },
              ],
      };
    },
  },
  {
    id: "failed-apply",
    does: "merges a change whose apply fails: an issue; then the fix: the issue is closed",
    minutes: 8,
    where: "anywhere",
    async run(stage) {
      const broken = await propose(stage, "broken", "An image that is not there", settings("broken", 3));
      const failed = await merge(stage, broken.number);
      const open = await openIssues(stage);
      const fix = await propose(stage, "fix", "An image that is", settings("1.6.0", 3));
      const fixed = await merge(stage, fix.number);
      const left = await openIssues(stage);
      return {
        checks: [
          check("the apply fails", failed.conclusion === "failure", failed.conclusion),
          check(
            "an issue names the unit",
            open.some(({ title }) => title.includes(`${dev}/app`)),
            open.map(({ title }) => title).join(", "),
          ),
          check("the fix is applied", fixed.conclusion === "success", fixed.conclusion),
          check("the issue is closed", left.length === 0, left.map(({ title }) => title).join(", ")),
        ],
        facts: [],
      };
    },
  },
  {
    id: "delete",
    does: "removes a unit: shown as a destroy, destroyed after the merge",
    minutes: 4,
    where: "anywhere",
    async run(stage) {
      const change = await propose(stage, "no-queue", "No queue", { [`${prod}/queue`]: null });
      const [told = ""] = await comments(stage, change.number);
      const run = await merge(stage, change.number);
      const destroy = run.jobs.filter(
        ({ name, conclusion }) => name.includes("Destroy · prod") && conclusion === "success",
      );
      return {
        checks: [
          check("the pull request shows the destroy", /destroy/i.test(told) && told.includes(`${prod}/queue`)),
          check(
            "the unit is destroyed after the merge",
            run.conclusion === "success" && destroy.length === 1,
            run.jobs.map(({ name }) => name).join(", "),
          ),
        ],
        facts: [],
      };
    },
  },
];
