import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { placeOf } from "@pipelines/cli/doctor/place";
import { gitHubToken } from "@pipelines/cli/doctor/token";
import { createGitHubClient } from "@pipelines/core/github/client";
import { onFirstSignal } from "@pipelines/core/process/signals";
import { gitHubStage } from "./on-github.ts";
import { endText, isWell, planText, stepText } from "./report.ts";
import { namesOf } from "./repositories.ts";
import { STEPS } from "./steps.ts";
import { tryOut } from "./try-out.ts";

const USAGE =
  "npm run try-on-github -- --owner ORGANIZATION [--dry-run] [--keep] [--jobs 30] [--only STEP,STEP] [--visibility private|public]";

type Options = ReturnType<typeof optionsOf>;

/** Runs the story on GitHub itself, in two repositories that are thrown away. Answers the exit code. */
async function main(options: Options): Promise<number> {
  const { names, steps } = options;
  say(planText(names, steps, options));
  if (options.isDry) return 0;
  const place = placeOf(null, `${options.host}${names.owner}/${names.live}`, process.env);
  const token = await gitHubToken(place);
  const log = { info: () => undefined, warning: (message: string) => void process.stderr.write(`${message}\n`) };
  // A try-out takes hours, so the client's own end lies behind it.
  const client = createGitHubClient({ token, apiUrl: place.apiUrl, log, timing: { totalMs: 12 * 3_600_000 } });
  const stop = new AbortController();
  using _signals = onFirstSignal(() => {
    process.stderr.write("Stopping; what was made is deleted first. Do not press again.\n");
    stop.abort();
  });
  const { host } = new URL(place.serverUrl);
  const { taken, isTidy } = await tryOut(options, {
    client,
    remoteOf: (name) => ({ address: `${place.serverUrl}/${names.owner}/${name}.git`, token }),
    state: { remote: `git@${host}:${names.owner}/${names.live}.git`, secrets: ["TRYOUT_STATE_KEY"] },
    stageOf: (parts) => gitHubStage({ names, client, stop: stop.signal, ...parts }),
    stop: stop.signal,
    say,
    told: (one) => say(stepText(one)),
  });
  say(`\n${endText(taken)}`);
  return isWell(taken) && isTidy && steps.length === STEPS.length ? 0 : 1;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      owner: { type: "string" },
      "dry-run": { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      jobs: { type: "string", default: "30" },
      only: { type: "string" },
      visibility: { type: "string", default: "private" },
    },
  });
  const [, host = "", owner] = /^((?:[A-Za-z0-9.-]+\/)?)([A-Za-z0-9][A-Za-z0-9_-]*)$/.exec(values.owner ?? "") ?? [];
  const jobs = Number(values.jobs);
  const only = values.only?.split(",") ?? null;
  const unknown = only?.find((id) => !STEPS.some((step) => step.id === id));
  const visibility = values.visibility;
  if (owner === undefined)
    throw new UsageError("--owner names an organization in which you may make and delete repositories");
  if (!Number.isInteger(jobs) || jobs < 2 || jobs > 250) throw new UsageError("--jobs is a number from 2 to 250");
  if (unknown !== undefined)
    throw new UsageError(`there is no step ${unknown}; there are ${STEPS.map(({ id }) => id).join(", ")}`);
  if (visibility !== "private" && visibility !== "public") throw new UsageError("--visibility is private or public");
  const id = randomBytes(4).toString("hex");
  return {
    host,
    id,
    jobs,
    visibility,
    keep: values.keep,
    isDry: values["dry-run"],
    names: namesOf(owner, id),
    steps: STEPS.filter((step) => only === null || only.includes(step.id)),
  } as const;
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

try {
  if (process.env["CI"]) throw new UsageError("a try-out is made by a person: it does not run in CI");
  process.exitCode = await main(optionsOf(process.argv.slice(2)));
} catch (error) {
  const isUsage =
    error instanceof UsageError ||
    (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${isUsage ? `${USAGE}\n` : ""}`);
  process.exitCode = isUsage ? 2 : 1;
}
