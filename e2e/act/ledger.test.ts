import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Determined, LedgerUnit } from "@pipelines/core/contracts/ledger";
import { LEDGER_REF } from "@pipelines/core/ledger-ref/tree";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { git, type Playground } from "../../demo/playground.ts";
import { type FinishedRun, makeRunner, type Runner } from "./act.ts";
import { makeLiveRepository, pushEvent, stored, unit } from "./live-repository.ts";

/** What is merged stays due until it is applied, whatever becomes of a run: the workflow under act, the ledger in real git. */
describe("the ledger of a repository", () => {
  let playground: Playground;
  let runner: Runner;
  let main = "0".repeat(40);

  beforeAll(async () => {
    playground = (await makeLiveRepository(await mkdtemp(join(tmpdir(), "pipelines-act-ledger-")))).playground;
    runner = await makeRunner(playground);
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const push = async (message: string, files: Record<string, string>): Promise<FinishedRun> => {
    const before = main;
    main = await playground.push("main", message, files);
    return runner.run(await pushEvent(playground, before, main));
  };
  const inLedger = async (file: string): Promise<unknown> =>
    JSON.parse(await git(playground.origin, "show", `${LEDGER_REF}:${file}`));
  const determined = async (): Promise<string | null> => Determined.parse(await inLedger("determined.json")).commit;
  /** Why units are due; empty where nothing is. */
  const due = async (...units: string[]): Promise<string[]> =>
    Promise.all(units.map(async (path) => LedgerUnit.parse(await inLedger(`units/${path}.json`)).due?.why ?? ""));
  const applied = ({ jobs }: FinishedRun): string[] => [...jobs.keys()].filter((name) => name.startsWith("Apply"));
  const openIssues = () =>
    [...playground.github.state.issues.values()].filter(({ pull, state }) => pull === null && state === "open");

  it("begins with the first push, and says who applied what at which commit", async () => {
    const run = await push("The first commit", {});
    expect([run.status, run.jobs.get("Claim"), run.jobs.get("Record")]).toEqual(["success", "success", "success"]);
    expect(await determined()).toBe(main);
    expect(await due("dev/network", "prod/app", "prod/queue")).toEqual(["", "", ""]);
    expect(LedgerUnit.parse(await inLedger("units/prod/app.json")).applied).toMatchObject({
      ...{ action: "apply", commit: main, environment: "prod", by: "robin", run: { id: run.id, attempt: 1 } },
      state: { backend: "local", workspace: "default" },
    });
  });

  it("keeps an apply that failed, and what was skipped because of it, for the next push, whatever that changes", async () => {
    const needed = join(playground.folder, "needed");
    const failed = await push("It needs a file", { "dev/network/terragrunt.hcl": unit(`needs:${needed}`) });
    const app = await git(playground.clone, "show", "HEAD:prod/app/terragrunt.hcl");
    expect(failed.status).toBe("failure");
    expect(await due("dev/network")).toEqual(["failed"]);
    const both = await push("The app as well", { "prod/app/terragrunt.hcl": `${app.replace("app 1", "app 2")}\n` });
    expect([both.status, await due("dev/network", "prod/app")]).toEqual(["failure", ["failed", "skipped"]]);
    expect(await stored(playground, "prod/app")).toBe("app 1");

    await writeFile(needed, "");
    const words = await push("Words", { "README.md": "Nothing of a unit.\n" });
    expect(words.status).toBe("success");
    expect(applied(words)).toHaveLength(2);
    expect(await stored(playground, "dev/network")).toBe(`needs:${needed}`);
    expect(await stored(playground, "prod/app")).toBe("app 2");
    expect([await determined(), await due("dev/network", "prod/app")]).toEqual([main, ["", ""]]);
    expect(openIssues()).toEqual([]);
  });

  it("that can't be written lets nothing be applied; the run's issue says why, and the next push covers its commits", async () => {
    const hook = join(playground.origin, "hooks/update");
    await writeFile(hook, '#!/bin/sh\ncase "$1" in refs/pipelines/*) echo "not here" >&2; exit 1 ;; esac\n');
    await chmod(hook, 0o755);
    const before = await determined();
    const refused = await push("Not to be lost", { "dev/network/terragrunt.hcl": unit("network 9") });
    expect([refused.status, refused.jobs.get("Claim"), applied(refused)]).toEqual(["failure", "failure", []]);
    expect(refused.log).toContain("not here");
    expect(await stored(playground, "dev/network")).not.toBe("network 9");
    expect([await determined(), await due("dev/network")]).toEqual([before, [""]]);
    const [issue, ...more] = openIssues();
    expect([issue?.title, more]).toEqual(["A Pipelines run failed on the deploy branch", []]);
    expect(issue?.body).toContain("The ledger could not be written, so nothing was applied.");
    expect(issue?.body).not.toContain("left no outcome");

    await rm(hook);
    const next = await push("More words", { "README.md": "Nothing of a unit again.\n" });
    expect([next.status, applied(next)]).toEqual(["success", ["Apply · dev · ModuleChanged dev/network"]]);
    expect(await stored(playground, "dev/network")).toBe("network 9");
    expect([await determined(), openIssues()]).toEqual([main, []]);
  });

  it("is written with requests that GitHub's description allows, and with a history that git finds sound", async () => {
    expect(playground.github.violations).toEqual([]);
    await git(playground.origin, "fsck", "--strict", LEDGER_REF);
    const subjects = (await git(playground.origin, "log", "--reverse", "--format=%s", LEDGER_REF)).split("\n");
    expect(subjects[0]).toMatch(/^Run 1 claims 3 units at/);
    expect(subjects[1]).toBe("Run 1 ended: 3 units done, 0 due");
  });
});
