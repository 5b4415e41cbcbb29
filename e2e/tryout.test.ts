import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitHubClient } from "@pipelines/core/github/client";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { stateFolder } from "../tryout/live.ts";
import { isWell, type Taken } from "../tryout/report.ts";
import { namesOf } from "../tryout/repositories.ts";
import type { Step } from "../tryout/stage.ts";
import { STEPS } from "../tryout/steps.ts";
import { type Edges, type TryOut, tryOut } from "../tryout/try-out.ts";
import { localStage } from "./tryout/local-stage.ts";

/** The try-out that is made on GitHub before a release, as far as a local GitHub can play it. */
const names = namesOf("acme", "00000000");
const TOKEN = "administrator-token";
const quiet = { info: () => undefined, warning: () => undefined };

let folder: string;
let github: LocalGitHub;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-tryout-test-"));
  for (const name of [names.live, names.tool]) {
    await execa("git", ["init", "--quiet", "--bare", "--initial-branch=main", join(folder, `${name}.git`)]);
  }
  github = await startLocalGitHub({
    owner: names.owner,
    repo: names.live,
    gitFolder: join(folder, `${names.live}.git`),
  });
  github.addToken(TOKEN, "robin", {
    contents: "write",
    issues: "write",
    pull_requests: "write",
    actions: "write",
    checks: "read",
    administration: "write",
    secrets: "write",
    environments: "write",
  });
  said = [];
});
afterEach(async () => {
  const { violations } = github;
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  await rm(stateFolder(names), { recursive: true, force: true });
  expect(violations).toEqual([]);
});

const options = (steps: readonly Step[]): TryOut => ({
  id: "00000000",
  names,
  steps,
  jobs: 2,
  visibility: "private",
  keep: false,
});

function edges(stop: AbortSignal = new AbortController().signal): Edges {
  const client = createGitHubClient({
    token: TOKEN,
    apiUrl: github.url,
    log: quiet,
    timing: { paced: false, retryBaseMs: 1, totalMs: 3_600_000 },
  });
  const origin = join(folder, `${names.live}.git`);
  return {
    client,
    remoteOf: (name) => ({ address: join(folder, `${name}.git`), token: null }),
    state: { remote: origin, secrets: [] },
    stageOf: (parts) => localStage(names, client, { github, folder, origin }, parts),
    stop,
    say: (line) => said.push(line),
    told: () => undefined,
  };
}

const deleted = (): string[] =>
  github.requests.filter(({ method, status }) => method === "DELETE" && status === 204).map(({ path }) => path);
const failuresOf = (taken: readonly Taken[]): string[] =>
  taken.flatMap((one) => {
    if (one.kind === "broken") return [`${one.step.id} broke off: ${one.message}`];
    return one.kind === "seen"
      ? one.seen.checks.filter(({ ok }) => !ok).map(({ what, detail }) => `${one.step.id}: ${what} (${detail})`)
      : [];
  });

it("every step that needs no more than git, the API and the bundles holds, on machines that keep nothing", async () => {
  const { taken, isTidy } = await tryOut(options(STEPS), edges());
  expect(failuresOf(taken)).toEqual([]);
  expect(taken.filter(({ kind }) => kind === "seen").map(({ step }) => step.id)).toEqual(
    STEPS.filter(({ where }) => where === "anywhere").map(({ id }) => id),
  );
  // What was left out keeps a release from being called tried out.
  expect(isWell(taken)).toBe(false);
  expect(isTidy).toBe(true);
  const { settings } = github.state;
  expect([...settings.secrets].toSorted()).toEqual(["PIPELINES_APP_KEY", "PIPELINES_SECRETS"]);
  expect(settings.environments.get("tryout-gate")).toMatchObject({
    branches: [{ name: "main" }],
    reviewers: [{ type: "User" }],
  });
  expect(deleted()).toEqual([`/repos/acme/${names.live}`, `/repos/acme/${names.tool}`]);
});

const breaking: Step = {
  id: "breaks",
  does: "breaks",
  minutes: 0,
  where: "anywhere",
  run: () => Promise.reject(new Error("GitHub is away")),
};

it("a step that breaks off keeps no other from being taken, and what was made is deleted", async () => {
  const { taken } = await tryOut(
    options([
      breaking,
      { ...breaking, id: "well", run: async () => ({ checks: [{ what: "x", ok: true, detail: "" }], facts: [] }) },
    ]),
    edges(),
  );
  expect(taken.map(({ kind }) => kind)).toEqual(["broken", "seen"]);
  expect(deleted()).toHaveLength(2);
});

it("a stop while a step runs leaves out the others, and what was made is deleted", async () => {
  const stop = new AbortController();
  const stopping: Step = {
    ...breaking,
    run: async () => ({ checks: [], facts: [{ fact: "x", holds: true, because: String(stop.abort()) }] }),
  };
  const { taken } = await tryOut(options([stopping, breaking]), edges(stop.signal));
  expect(taken.map(({ kind }) => kind)).toEqual(["seen", "left-out"]);
  expect(deleted()).toHaveLength(2);
});

it("a repository that GitHub made although it answered with an error is deleted too", async () => {
  github.faults.next({ method: "POST", path: /\/orgs\/acme\/repos$/ }, { kind: "store-then-status", status: 502 });
  await expect(tryOut(options([]), edges())).rejects.toThrow();
  expect(deleted()).toEqual([`/repos/acme/${names.tool}`]);
});

it("what was not made by this try-out is left alone, and told", async () => {
  const swap: Step = {
    ...breaking,
    run: async () => {
      github.state.settings.description = "Production. Do not touch.";
      return { checks: [], facts: [] };
    },
  };
  const { isTidy } = await tryOut(options([swap]), edges());
  expect(isTidy).toBe(false);
  expect(deleted()).toEqual([`/repos/acme/${names.tool}`]);
  expect(said.join("\n")).toContain(`acme/${names.live}: it is not the one that was made`);
});

it("with --keep nothing is deleted, and the names are told", async () => {
  await tryOut({ ...options([]), keep: true }, edges());
  expect(deleted()).toEqual([]);
  expect(said.join("\n")).toContain(`Kept: acme/${names.tool}, acme/${names.live}`);
});
