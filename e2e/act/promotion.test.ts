import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { LEDGER_REF } from "@pipelines/core/ledger-ref/tree";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { git, type Playground } from "../../demo/playground.ts";
import { type FinishedRun, makeRunner, type Runner } from "./act.ts";
import { dispatchEvent, makeLiveRepository, pullRequestEvent, pushEvent, stored, unit } from "./live-repository.ts";

/** prod comes after dev: the workflow under act, with real Terragrunt, OpenTofu and git, and a check that can deny. */
describe("a change of dev and prod, where prod comes after dev", () => {
  let playground: Playground;
  let runner: Runner;
  let main = "0".repeat(40);

  beforeAll(async () => {
    playground = (await makeLiveRepository(await mkdtemp(join(tmpdir(), "pipelines-act-promotion-")))).playground;
    runner = await makeRunner(playground);
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const denies = () => join(playground.folder, "denies");
  const configuration = () => `environments:
  dev: { paths: ["dev/**"] }
  prod: { paths: ["prod/**"], after: [dev] }
hooks:
  after_apply:
    - { name: smoke test, run: [sh, -c, "test ! -e '${denies()}'"] }
`;
  const push = async (message: string, files: Record<string, string>): Promise<FinishedRun> => {
    const before = main;
    main = await playground.push("main", message, files);
    return runner.run(await pushEvent(playground, before, main));
  };
  const due = async (...units: string[]): Promise<string[]> =>
    Promise.all(
      units.map(async (path) => {
        const text = await git(playground.origin, "show", `${LEDGER_REF}:units/${path}.json`);
        return LedgerUnit.parse(JSON.parse(text)).due?.why ?? "";
      }),
    );
  const applies = ({ jobs }: FinishedRun): string[] =>
    [...jobs].flatMap(([name, result]) => (/^Apply/.test(name) ? [`${result} ${name}`] : []));
  const openIssues = () =>
    [...playground.github.state.issues.values()].filter(({ pull, state }) => pull === null && state === "open");
  const queue = (text: string): string => unit(text);

  it("the first push applies dev, then prod, though nothing of prod's depends on dev's", async () => {
    const run = await push("The first commit", { ".pipelines/config.yml": configuration() });
    expect(run.status).toBe("success");
    const jobs = applies(run).map((job) => job.split(" · ")[1]);
    expect(jobs).toEqual(["dev", "prod"]);
    expect(await due("dev/network", "prod/app", "prod/queue")).toEqual(["", "", ""]);
  });

  it("a pull request says in which order its environments come", async () => {
    const files = { "dev/network/terragrunt.hcl": unit("network 5"), "prod/queue/terragrunt.hcl": queue("queue 5") };
    await playground.push("both", "Both", files);
    const pull = { head: "both", base: "main", title: "Both", body: "", author: "robin" };
    const opened = await playground.github.openPullRequest(pull);
    const run = await runner.run(await pullRequestEvent(playground, opened.number));
    expect(run.status).toBe("success");
    const [comment] = playground.github.comments(opened.number);
    expect(comment?.body).toContain("**Order of environments:** `dev` → `prod`.");
    expect(comment?.body).toContain("e0 -.-> e1");
    expect(run.log).toContain("dev → prod");
  });

  const needed = (): string => join(playground.folder, "needed");

  it("dev fails: nobody is asked to approve prod, nothing of it starts, and it is due for that reason", async () => {
    const run = await push("Both need a file", {
      "dev/network/terragrunt.hcl": unit(`needs:${needed()}`),
      "prod/queue/terragrunt.hcl": queue("queue 2"),
    });
    expect([run.status, applies(run)]).toEqual(["failure", ["failure Apply · dev · ModuleChanged dev/network"]]);
    expect(await due("dev/network", "prod/queue")).toEqual(["failed", "promotion"]);
    expect(await stored(playground, "prod/queue")).toBe("queue 1");
    expect(openIssues().map(({ title }) => title)).toEqual(["Apply failed: dev/network"]);
    expect(openIssues()[0]?.body).toContain("prod/queue");
  });

  it("what is due of prod can't go ahead of dev, by the next push nor by asking for what is due", async () => {
    const next = await push("Words", { "README.md": "Nothing of a unit.\n" });
    expect(next.status).toBe("failure");
    const asked = await runner.run(await dispatchEvent(playground, { action: "apply-due", units: "prod/**" }));
    expect([asked.status, applies(asked)]).toEqual(["failure", []]);
    expect(asked.log).toContain("`prod/queue` comes after `dev`");
    expect(await due("dev/network", "prod/queue")).toEqual(["failed", "promotion"]);
    expect(await stored(playground, "prod/queue")).toBe("queue 1");
  });

  it("dev is repaired: both are applied by one run, and the issue closes", async () => {
    await writeFile(needed(), "");
    const run = await push("More words", { "README.md": "Still nothing of a unit.\n" });
    expect(run.status).toBe("success");
    expect(applies(run).map((job) => job.split(" · ")[1])).toEqual(["dev", "prod"]);
    expect([await stored(playground, "dev/network"), await stored(playground, "prod/queue")]).toEqual([
      `needs:${needed()}`,
      "queue 2",
    ]);
    expect([await due("dev/network", "prod/queue"), openIssues()]).toEqual([["", ""], []]);
  });

  it("dev's check denies: dev is applied, and prod waits until the check passes", async () => {
    await writeFile(denies(), "");
    const files = { "dev/network/terragrunt.hcl": unit("network 3"), "prod/queue/terragrunt.hcl": queue("queue 3") };
    const denied = await push("Both", files);
    expect(denied.status).toBe("failure");
    expect(await stored(playground, "dev/network")).toBe("network 3");
    expect(await due("dev/network", "prod/queue")).toEqual(["check", "promotion"]);

    const again = await denied.rerun();
    expect(again.status).toBe("failure");
    expect([await due("dev/network", "prod/queue"), await stored(playground, "prod/queue")]).toEqual([
      ["check", "promotion"],
      "queue 2",
    ]);

    await rm(denies());
    const run = await runner.run(await dispatchEvent(playground, { action: "apply-due", units: "**" }));
    expect(run.status).toBe("success");
    expect(applies(run).map((job) => job.split(" · ")[1])).toEqual(["dev", "prod"]);
    expect([await due("dev/network", "prod/queue"), await stored(playground, "prod/queue")]).toEqual([
      ["", ""],
      "queue 3",
    ]);
  });

  it("a person who asks for a unit of prod by its name decides, whatever is due of dev", async () => {
    await rm(needed());
    const files = {
      "dev/network/terragrunt.hcl": unit(`needs:${needed()}`),
      "prod/queue/terragrunt.hcl": queue("queue 4"),
    };
    await push("Both again", files);
    expect(await due("dev/network", "prod/queue")).toEqual(["failed", "promotion"]);
    const run = await runner.run(await dispatchEvent(playground, { action: "apply", units: "prod/queue" }));
    expect(run.status).toBe("success");
    expect([await stored(playground, "prod/queue"), await due("dev/network", "prod/queue")]).toEqual([
      "queue 4",
      ["failed", ""],
    ]);
  });

  it("asks GitHub for nothing that its description does not allow", () => {
    expect(playground.github.violations).toEqual([]);
  });
});
