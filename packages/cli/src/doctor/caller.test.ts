import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readYaml } from "@pipelines/core/configuration/read";
import { expect, test } from "vitest";
import { z } from "zod";
import { callerWorkflow } from "../init/caller-workflow.ts";
import { findCallers, PERMISSIONS, STATUS_JOB } from "./caller.ts";

const of = (text: string) => findCallers([{ file: ".github/workflows/x.yml", text }]);
const job = (extra: string): string =>
  `on: push\njobs:\n  deploy:\n    uses: acme/p/.github/workflows/pipelines.yml@v1\n${extra}`;

test("what a caller has to grant, and what its check is called, are what the reusable workflow says", () => {
  const file = resolve(import.meta.dirname, "../../../../.github/workflows/pipelines.yml");
  const Workflow = z.looseObject({
    jobs: z.record(z.string(), z.looseObject({ name: z.string(), permissions: z.record(z.string(), z.string()) })),
  });
  const jobs = Object.values(readYaml(readFileSync(file, "utf8"), file, Workflow)?.jobs ?? {});
  const most = new Map<string, string>();
  for (const [name, level] of jobs.flatMap(({ permissions }) => Object.entries(permissions))) {
    if (most.get(name) !== "write") most.set(name, level);
  }
  expect(Object.fromEntries(most)).toEqual(PERMISSIONS);
  expect(jobs.map(({ name }) => name)).toContain(STATUS_JOB);
});

test("the caller that init writes is found, with all that a caller needs", () => {
  const { callers } = of(callerWorkflow({ repository: "acme/p", ref: "v1" }, "main"));
  expect(callers).toMatchObject([
    {
      checkName: "pipelines / Pipelines status",
      tool: { kind: "repository", owner: "acme", name: "p", ref: "v1" },
      permissions: PERMISSIONS,
      secrets: ["PIPELINES_SECRETS", "PIPELINES_MODULE_TOKEN"],
    },
  ]);
  expect(Object.keys(callers[0]?.events ?? {})).toEqual(
    expect.arrayContaining(["pull_request", "merge_group", "push", "schedule", "workflow_dispatch"]),
  );
});

test.each([
  ["the job's key where it has no name", "", "deploy / Pipelines status"],
  ["its name", "    name: Infra, live\n", "Infra, live / Pipelines status"],
  ["nothing for a name by expression", "    name: ${{ github.ref }}\n", null],
  ["nothing for a matrix, which adds its values", "    strategy: { matrix: { a: [1] } }\n", null],
])("the check is called after %s", (_, extra, name) => {
  expect(of(job(extra)).callers[0]?.checkName).toBe(name);
});

test.each([
  ["a name", "on: push", { push: {} }],
  ["names", "on: [push, pull_request]", { push: {}, pull_request: {} }],
  [
    "filters",
    "on:\n  push: { branches: main, paths-ignore: [a] }\n  merge_group:",
    { push: { branches: ["main"], hasPathFilter: true }, merge_group: { branches: null } },
  ],
])("events are read from %s", (_, on, events) => {
  expect(of(job("").replace("on: push", on)).callers[0]?.events).toMatchObject(events);
});

test("a workflow of this very repository is a caller too; one that calls another file is none", () => {
  expect(
    of(job("").replace("acme/p/.github/workflows/pipelines.yml@v1", "./.github/workflows/pipelines.yml")).callers,
  ).toMatchObject([{ tool: { kind: "own" } }]);
  expect(of(job("").replace("pipelines.yml@v1", "other.yml@v1")).callers).toEqual([]);
});

test.each(["", "[]", "on: push\njobs: null", "{{{{", "a: &a [*a]", `on: push\njobs: ${"[".repeat(500)}`])(
  "a file that is no workflow is passed over: %j",
  (text) => {
    expect(of(text)).toEqual({ callers: [], custom: [], unreadable: [] });
  },
);
