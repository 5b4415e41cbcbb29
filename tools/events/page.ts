import { type Answer, interpret, type JobRun, type Workflows } from "./interpret.ts";
import { scenarios } from "./scenarios.ts";

/**
 * The page that tells what runs for each event, as the workflows say it. Jobs that get the same everywhere are told once.
 */
export function eventsPage(workflows: Workflows): string {
  const answers = scenarios.map((scenario) => ({ title: scenario.title, answer: interpret(workflows, scenario) }));
  const variants = variantsOf(answers.flatMap(({ answer }) => answer.jobs ?? []));
  const events = answers.map(({ title, answer }) =>
    row(title, jobsOf(answer, variants), answer.check, code(answer.replacedIn)),
  );
  const jobs = variants.map(({ name, run }) =>
    row(
      name,
      ...[run.after, run.permissions, run.environment, run.secrets, run.takes, run.leaves, run.group].map(code),
      run.steps,
    ),
  );
  return [
    row("what happens", "jobs that run", "the required check", "ended by a newer run in"),
    row("---", "---", "---", "---"),
    ...events,
    "",
    "Each job:",
    "",
    row("job", "after", "its token may", "environment", "secret", "takes", "leaves", "queues in", "steps"),
    row(...Array.from({ length: 9 }, () => "---")),
    ...jobs,
  ].join("\n");
}

const row = (...cells: string[]): string => `| ${cells.join(" | ")} |`;
const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

type Variant = { readonly name: string; readonly key: string; readonly run: JobRun };

const keyOf = ({ result: _, ...run }: JobRun): string => JSON.stringify(run);

/** What each job gets, as often as it differs: `plan`, `plan (2)`. */
function variantsOf(runs: readonly JobRun[]): Variant[] {
  const byJob = Map.groupBy(runs, ({ job }) => job);
  return [...byJob].flatMap(([job, its]) =>
    [...new Map(its.map((run) => [keyOf(run), run]))].map(([key, run], index) => ({
      name: index === 0 ? job : `${job} (${index + 1})`,
      ...{ key, run },
    })),
  );
}

function jobsOf({ jobs }: Answer, variants: readonly Variant[]): string {
  if (jobs === null) return "none";
  return jobs
    .map((run) => {
      const name = variants.find(({ key }) => key === keyOf(run))?.name ?? run.job;
      return run.result === "success" ? name : `${name} ${run.result === "failure" ? "✗" : run.result}`;
    })
    .join(", ");
}
