import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { liveFiles } from "./live.ts";
import type { Taken } from "./report.ts";
import { type Repositories, repositoriesOf } from "./repositories.ts";
import { prepare, share } from "./set-up.ts";
import type { Client, Names, Stage, StateStore, Step, StepOptions } from "./stage.ts";
import { makeWorkingCopy, pushCheckout, type Remote, type WorkingCopy } from "./working-copy.ts";

export type TryOut = StepOptions & {
  readonly names: Names;
  readonly steps: readonly Step[];
  readonly visibility: "private" | "public";
  readonly keep: boolean;
};

/** What a try-out works with: GitHub, or in tests a local one. */
export type Edges = {
  readonly client: Client;
  readonly remoteOf: (repository: string) => Remote;
  readonly state: StateStore;
  readonly stageOf: (parts: { readonly copy: WorkingCopy; readonly example: Stage["example"] }) => Stage;
  /** Nothing new is begun once this is aborted; what was made is deleted. */
  readonly stop: AbortSignal;
  readonly say: (line: string) => void;
  readonly told: (taken: Taken) => void;
};

const checkout = resolve(import.meta.dirname, "..");

/** Makes the repositories, takes the steps, and deletes what it made, whatever happened. */
export async function tryOut(options: TryOut, edges: Edges): Promise<{ taken: Taken[]; isTidy: boolean }> {
  const repositories = repositoriesOf(edges.client, options.names.owner, options.visibility);
  const folder = await mkdtemp(join(tmpdir(), "pipelines-tryout-"));
  const tidy = async (): Promise<boolean> => {
    await rm(folder, { recursive: true, force: true });
    return leave(repositories, options.keep, edges.say);
  };
  let taken: Taken[];
  try {
    const stage = await makeStage(options, edges, repositories, folder);
    taken = stage === null ? [] : await takeSteps(stage, options, edges);
  } catch (error) {
    await tidy();
    throw error;
  }
  return { taken, isTidy: await tidy() };
}

/** Everything that the steps begin with; `null` when it was stopped before that. */
async function makeStage(
  { names, id, visibility }: TryOut,
  { client, remoteOf, state, stageOf, stop }: Edges,
  repositories: Repositories,
  folder: string,
): Promise<Stage | null> {
  await repositories.make(names.tool, `A try-out of Pipelines: ${id}`);
  if (stop.aborted) return null;
  await repositories.make(names.live, `A try-out of Pipelines: ${id}`);
  const commit = await pushCheckout(checkout, join(folder, "tool"), remoteOf(names.tool));
  if (visibility === "private") await share(client, names);
  if (stop.aborted) return null;
  const copy = await makeWorkingCopy(join(folder, "live"), remoteOf(names.live));
  // The first branch that is pushed becomes the default one.
  await copy.push("main", "An empty repository [skip ci]", { "README.md": `A try-out of Pipelines: ${id}\n` });
  await copy.push("state", "No state yet", {});
  await prepare(client, names, id);
  return stageOf({ copy, example: await liveFiles(names, state, commit) });
}

/**
 * Takes the steps one after the other. A step that breaks off does not keep the later ones from being taken, since each
 * looks at what it needs; a stop does.
 */
async function takeSteps(stage: Stage, options: TryOut, { stop, told }: Edges): Promise<Taken[]> {
  const all: Taken[] = [];
  for (const step of options.steps) {
    const taken = await take(stage, step, options, stop);
    told(taken);
    all.push(taken);
  }
  return all;
}

async function take(stage: Stage, step: Step, options: StepOptions, stop: AbortSignal): Promise<Taken> {
  if (stop.aborted) return { step, kind: "left-out", why: "it was stopped" };
  if (step.where === "GitHub" && !stage.isGitHub) return { step, kind: "left-out", why: "only GitHub can play it" };
  try {
    return { step, kind: "seen", seen: await step.run(stage, options) };
  } catch (error) {
    return { step, kind: "broken", message: error instanceof Error ? error.message : String(error) };
  }
}

/** Deletes what was made, or says what is kept. Answers whether all is as it was to be. */
async function leave(repositories: Repositories, keep: boolean, say: (line: string) => void): Promise<boolean> {
  const names = repositories.made.map(({ owner, name }) => `${owner}/${name}`);
  if (names.length === 0) return true;
  if (keep) {
    say(`Kept: ${names.join(", ")}`);
    return true;
  }
  const left = await repositories.deleteAll();
  say(left.length === 0 ? `Deleted: ${names.join(", ")}` : `NOT DELETED, delete by hand:\n  ${left.join("\n  ")}`);
  return left.length === 0;
}
