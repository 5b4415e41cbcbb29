import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, OUTCOME_FILE, outcomeArtifact } from "@pipelines/core/documents/layout";
import { readUnitStates, writeUnitState } from "@pipelines/core/documents/unit-states";
import { collectOutcomes } from "@pipelines/dispatcher/collect/outcomes";
import { readOutcomes } from "@pipelines/dispatcher/collect/read-outcomes";
import { buildReport } from "@pipelines/dispatcher/report/model";
import { assessmentOf, facts, failed, outcomesOf, type Sketch } from "@pipelines/dispatcher/test/build";
import { fileNameOf } from "@pipelines/executor/outcome/unit-files";
import { earlierUnits } from "@pipelines/executor/schedule/earlier";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** What the pinned artifact actions do with the documents of a run, through their stand-ins, and what is read of it. */
const standIns = resolve(import.meta.dirname, "stand-ins/actions");
let folder: string;
let artifacts: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-artifacts-"));
  artifacts = join(folder, "artifacts");
  await mkdir(artifacts);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const standIn = (action: string, env: Record<string, string>) =>
  execa(process.execPath, [join(standIns, action, "main.mjs")], {
    env: { STAND_IN_ARTIFACTS: artifacts, GITHUB_OUTPUT: join(folder, "output"), ...env },
    extendEnv: false,
    reject: false,
  });
const upload = (name: string, from: string, more: Record<string, string> = {}) =>
  standIn("upload-artifact", { NAME: name, FROM: from, NONE: "error", ...more });
const download = (to: string, what: { NAME?: string; PATTERN?: string; MERGE?: string }) =>
  standIn("download-artifact", { TO: to, ...what });
const files = async (of: string): Promise<string[]> =>
  (await readdir(of, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(of.length + 1))
    .toSorted();
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

describe("the stand-ins of the artifact actions", () => {
  it("one that matches a pattern is unpacked without a folder, several each into theirs, none is no error", async () => {
    await write("one/a.txt", "1");
    await write("two/b/c.txt", "2");
    const to = (name: string): string => join(folder, name);
    expect((await download(to("none"), { PATTERN: "x-*" })).exitCode).toBe(0);
    await upload("x-one", to("one"));
    await download(to("single"), { PATTERN: "x-*" });
    await upload("x-two", to("two"));
    await download(to("both"), { PATTERN: "x-*" });
    await download(to("merged"), { PATTERN: "x-*", MERGE: "true" });
    await download(to("named"), { NAME: "x-two" });
    expect(await files(to("single"))).toEqual(["a.txt"]);
    expect(await files(to("both"))).toEqual(["x-one/a.txt", "x-two/b/c.txt"]);
    expect(await files(to("merged"))).toEqual(["a.txt", "b/c.txt"]);
    expect(await files(to("named"))).toEqual(["b/c.txt"]);
    expect((await download(to("named"), { NAME: "y" })).exitCode).toBe(1);
  });

  it("hidden files are left out unless they are asked for, and a name is used once", async () => {
    await write("from/.hidden", "");
    await write("from/.folder/file", "");
    await write("from/seen", "");
    const from = join(folder, "from");
    await upload("a", from);
    expect(await files(artifacts)).toEqual(["a/seen"]);
    expect((await upload("a", from)).stdout).toContain("already exists");
    await upload("b", from, { HIDDEN: "true" });
    expect(await files(join(artifacts, "b"))).toEqual([".folder/file", ".hidden", "seen"]);
    expect((await upload("c", join(from, ".folder"))).stdout).toContain("No files were found");
  });

  it("a file whose name Windows could not have is refused, and with it all others", async () => {
    await write("from/a:b", "");
    await write("from/fine", "");
    expect((await upload("a", join(folder, "from"))).stdout).toContain("is not valid");
    expect(await readdir(artifacts)).toEqual([]);
  });
});

/** A run of as many jobs, each of one unit in an environment of its own. */
function sketchOf(count: number, end?: (unit: number) => boolean): Sketch {
  const units = Array.from({ length: count }, (_unused, index) => ({
    ...{ path: `e${index}/vpc`, environment: `e${index}`, creates: 1, text: `plan of ${index}` },
    ...(end?.(index) === false ? { end: failed() } : {}),
  }));
  return { mode: "apply", units };
}

/** What the jobs of a sketch keep at an attempt. */
async function keep(sketch: Sketch, attempt: number): Promise<void> {
  const { jobs } = assessmentOf(sketch);
  for (const [index, { content }] of outcomesOf(sketch).entries()) {
    const job = jobs[index];
    if (content.kind !== "read" || job === undefined) throw new Error("a sketch's outcomes can be read");
    const artifact = join(artifacts, outcomeArtifact(job.id, attempt));
    await writeDocument(join(artifact, OUTCOME_FILE), { ...content.outcome, attempt });
    for (const [file, text] of content.planTexts) {
      await mkdir(dirname(join(artifact, file)), { recursive: true });
      await writeFile(join(artifact, file), text);
    }
  }
}

async function reportOf(sketch: Sketch) {
  const to = await mkdtemp(join(folder, "report-"));
  const assessment = assessmentOf(sketch);
  await writeDocument(assessmentFile(to), assessment);
  expect((await download(to, { PATTERN: "pipelines-outcome-*" })).exitCode).toBe(0);
  const endings = collectOutcomes(assessment.jobs, await readOutcomes(to));
  return { endings, report: buildReport(assessment, endings, facts()) };
}

describe.each([1, 2, 300])("the report of %i jobs", (count) => {
  it("has every job's outcome and plan, however many artifacts came", async () => {
    await keep(sketchOf(count), 1);
    const { endings, report } = await reportOf(sketchOf(count));
    expect(report.status).toBe("success");
    expect(endings.map(({ failure }) => failure).filter((failure) => failure !== null)).toEqual([]);
    expect(endings.flatMap(({ units }) => units.map(({ text }) => text))).toEqual(
      Array.from({ length: count }, (_unused, index) => `plan of ${index}`),
    );
  });

  it("is red and names each job that left nothing, when there is no artifact at all", async () => {
    const { endings, report } = await reportOf(sketchOf(count));
    expect(report.status).toBe("failure");
    expect(new Set(endings.map(({ failure }) => failure))).toEqual(new Set(["it did not start, or left no outcome"]));
  });

  it("takes the second attempt of the jobs that were run again, the first of all others", async () => {
    const first = sketchOf(count, (unit) => unit > 0);
    await keep(first, 1);
    expect((await reportOf(first)).report.status).toBe("failure");
    await keep(sketchOf(1), 2);
    const { endings, report } = await reportOf(sketchOf(count));
    expect(report.status).toBe("success");
    expect(endings.map(({ attempt }) => attempt)).toEqual([2, ...Array.from({ length: count - 1 }, () => 1)]);
  });
});

it("one outcome that can't be read says why, also where it lies without a folder of its name", async () => {
  await write("broken/outcome.json", "{");
  await upload("pipelines-outcome-e0-1-1", join(folder, "broken"));
  const { endings } = await reportOf(sketchOf(1));
  expect(endings[0]?.failure).toContain("is not JSON");
});

describe.each([1, 2, 300])("a destroy after %i jobs", (count) => {
  it("knows how each of them ended and which states they applied", async () => {
    const sketch = sketchOf(count);
    await keep(sketch, 1);
    const assessment = assessmentOf(sketch);
    const [first] = assessment.jobs;
    if (first === undefined) throw new Error("there is a job");
    const [artifact, unit] = [join(artifacts, outcomeArtifact(first.id, 1)), UnitPath.parse("e0/vpc")];
    const state = { backend: "s3", key: "e0", workspace: "default", lineage: "1", serial: 1 };
    await writeUnitState(artifact, fileNameOf(unit), { unit, state });
    const to = await mkdtemp(join(folder, "job-"));
    const own = { ...first, id: "own", stage: 5, action: "destroy" };
    const all = Assessment.parse({ ...assessment, jobs: [...assessment.jobs, own] });
    await writeDocument(assessmentFile(to), all);
    await download(to, { PATTERN: "pipelines-outcome-*" });
    const job = all.jobs.find(({ id }) => id === "own");
    if (job === undefined) throw new Error("there is the destroy");
    const { ends, applies } = await earlierUnits({ folder: to, job });
    expect([applies.size, new Set([...ends.values()].map(({ kind }) => kind))]).toEqual([count, new Set(["changed"])]);
    expect((await readUnitStates(to)).map(({ unit }) => unit)).toEqual(["e0/vpc"]);
  });
});

it("the documents of a unit whose path begins with a dot are uploaded", async () => {
  for (const path of [".github/infra", "..weird", ".", "a/.b"]) {
    await write(`outcome/plans/${fileNameOf(UnitPath.parse(path))}.txt`, path);
  }
  await upload("x", join(folder, "outcome"));
  const texts = await Promise.all((await files(artifacts)).map((file) => readFile(join(artifacts, file), "utf8")));
  expect(texts.toSorted()).toEqual([".", "..weird", ".github/infra", "a/.b"]);
});
