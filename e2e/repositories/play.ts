import process from "node:process";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { executionOf } from "@pipelines/core/contracts/execution";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { openRepository } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { execute } from "@pipelines/executor/execute";
import { makeWorld, type World } from "@pipelines/executor/test/world";
import { orchestrate, orchestratorEdges } from "@pipelines/orchestrator/orchestrate";

/**
 * Files of a team by their path in its folder; `null` deletes a file or folder. `@here@` is the team's folder, `@beside@`
 * one outside of the repository.
 */
export type Files = Readonly<Record<string, string | null>>;

/** What one change of a team leads to, as lines about its own units. */
export type Step = {
  readonly edits: Files;
  readonly proposed: readonly (string | RegExp)[];
  readonly pushed: readonly (string | RegExp)[];
};

/** A team that has a folder of the one repository, and what is right for its changes. */
export type Team = {
  readonly shows: string;
  readonly files: Files;
  readonly steps: readonly Step[];
  /** Its changes are determined, and nothing runs. */
  readonly isOnlyDetermined?: true;
};

/** What was said of each team, for each event in the order of events. */
export type Told = ReadonlyMap<Team, readonly (readonly string[])[]>;

/**
 * Has all teams push their files to one repository, then propose and push each of their changes, with the orchestrator
 * and the executor on real git, Terragrunt and OpenTofu.
 */
export async function play(teams: readonly Team[], configuration: string): Promise<Told> {
  await using world = await makeWorld({ ".pipelines/config.yml": configuration });
  const told = new Map(teams.map((team): [Team, string[][]] => [team, []]));
  const runs = (path: string) =>
    !teams.some((team, index) => team.isOnlyDetermined && path.startsWith(`${folderOf(index)}/`));
  const tell = async (base: string, head: string, event: "pull_request" | "push", edits: readonly Files[]) => {
    const lines = await linesOf(world, { kind: "local", base, head, event }, runs);
    teams.forEach((team, index) => {
      const changed = new Set(Object.keys(edits[index] ?? {}));
      told.get(team)?.push(lines.flatMap((line) => line.of(folderOf(index), changed) ?? []).toSorted());
    });
  };
  let base: string = await world.commit({});
  const length = Math.max(...teams.map(({ steps }) => steps.length));
  for (let step = -1; step < length; step += 1) {
    const edits = teams.map((team) => (step < 0 ? team.files : (team.steps[step]?.edits ?? {})));
    const head = await world.commit(
      Object.assign({}, ...edits.map((files, index) => placed(files, folderOf(index), world.state))),
    );
    if (step >= 0) await tell(base, head, "pull_request", edits);
    await tell(base, head, "push", edits);
    base = head;
  }
  return told;
}

const folderOf = (index: number): string => `team-${String.fromCharCode(97 + index)}`;

function placed(files: Files, folder: string, beside: string): Record<string, string | null> {
  const text = (content: string | null) => content?.replaceAll("@here@", folder).replaceAll("@beside@", beside) ?? null;
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, text(content)]));
}

/** A line about one unit or file, as its team says it; `null` where it is another's. */
type Line = { of(folder: string, changed: ReadonlySet<string>): string | null };

const line = (
  about: string,
  say: (path: string, own: (path: string) => string, changed: ReadonlySet<string>) => string,
): Line => ({
  of(folder, changed) {
    const own = (path: string) => path.replaceAll(`${folder}/`, "");
    return about.startsWith(`${folder}/`) ? say(own(about), own, changed) : null;
  },
});

async function linesOf(
  world: World,
  query: Parameters<typeof orchestrate>[1],
  runs: (path: string) => boolean,
): Promise<Line[]> {
  const assessment = Assessment.parse(await orchestrate(await orchestratorEdges(world.repository, process.env), query));
  const ends = await endsOf(world, assessment, runs);
  return [
    ...assessment.units.map(({ path, action, withheld, because }) =>
      line(path, (unit, own, changed) => {
        const files = [...new Set(because.map(({ file }) => own(file)))].filter((file) => changed.has(file));
        const ended = withheld !== undefined ? `not, ${withheld.by}` : runs(path) ? endOf(ends.get(path)) : "runs";
        return own(`${action} ${unit}: ${ended}${files.length === 0 ? "" : ` ← ${files.toSorted().join(", ")}`}`);
      }),
    ),
    ...assessment.problems.map(({ kind, file, line: at, path, message }) =>
      line(file ?? path ?? "", (place, own) => `${kind} ${place}${at === null ? "" : `:${at}`} ${own(message)}`),
    ),
    ...assessment.unmatched.map((file) => line(file, (path) => `nothing reads ${path}`)),
  ];
}

/** Runs the jobs in the order of their stages, each with a document of its own. */
async function endsOf(
  world: World,
  assessment: Assessment,
  runs: (path: string) => boolean,
): Promise<ReadonlyMap<UnitPath, UnitEnd>> {
  const ends = new Map<UnitPath, UnitEnd>();
  for (const whole of assessment.jobs.toSorted((a, b) => a.stage - b.stage)) {
    const job = { ...whole, units: whole.units.filter(({ path }) => runs(path)) };
    if (job.units.length === 0) continue;
    const outcome = await execute(
      {
        repository: openRepository(world.repository, toolEnvironment(process.env)),
        environment: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
        pullRequests: null,
        earlier: { ends: new Map(), applies: new Set() },
        stop: new AbortController().signal,
        progress: { started: () => undefined, ended: () => undefined },
      },
      executionOf(assessment, job, {
        repositoryFolder: world.repository,
        folder: `${world.documents}/${assessment.comparison.mode}-${assessment.comparison.head}`,
        attempt: 1,
      }),
    );
    for (const unit of outcome.units) ends.set(unit.path, unit.end);
  }
  return ends;
}

function endOf(end: UnitEnd | undefined): string {
  switch (end?.kind) {
    case undefined:
      return "in no job";
    case "waiting":
      return `waiting for ${end.for.join()}`;
    case "withheld":
      return `withheld, ${end.stop.guard}: ${end.stop.message}`;
    case "failed":
      return `failed: ${end.cause.message}`;
    case "ignored":
      return `ignored: ${end.message}`;
    case "changed":
    case "unchanged":
    case "interrupted":
    case "skipped":
    case "superseded":
    case "unknown":
      return end.kind;
  }
}
