import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile } from "@pipelines/core/documents/layout";
import { run } from "@pipelines/core/process/run";
import { type LocalGitHub, startLocalGitHub } from "@pipelines/local-github/server";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assessmentOf, failed, outcomesOf, type Sketch } from "../../test/build.ts";
import { startChatProxy } from "../../test/chat-proxy.ts";
import { startChatServices, TOKEN } from "../../test/chat-services.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const config = `ledger: "off"
environments:
  prod: { paths: ["prod/**"], github_environment: production }
notifications:
  slack: { secret: BOT, channel: C0123456789 }
  webhook: { secret: OPS }
redact: ["s3cr3t-[a-z]+"]
`;
const broken: Sketch = { mode: "apply", units: [{ path: "prod/vpc", end: failed("it holds s3cr3t-value") }] };
let folder = "";
let head = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-notify-"));
  const git = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env["PATH"] ?? "", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
    const ran = await run("git", [...who, ...args], { cwd: join(folder, "live"), env });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
    return ran.stdout.trim();
  };
  await mkdir(join(folder, "live/.pipelines"), { recursive: true });
  await writeFile(join(folder, "live/.pipelines/config.yml"), config);
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "configuration");
  head = await git("rev-parse", "HEAD");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the action's `notify`, as the runner would, behind a proxy to the chat services. */
async function notify(
  github: LocalGitHub,
  proxy: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
  ref = "refs/heads/main",
) {
  const documents = join(folder, "documents");
  const assessment = assessmentOf(broken, head);
  await writeDocument(assessmentFile(documents), assessment);
  const [file] = outcomesOf(broken);
  const [job] = assessment.jobs;
  if (file?.content.kind === "read" && job !== undefined) {
    await writeDocument(outcomeFile(documents, job.id, 1), file.content.outcome);
  }
  await writeFile(join(folder, "event.json"), "{}");
  return run(process.execPath, [main], {
    cwd: folder,
    timeoutMs: 60_000,
    env: {
      ...{ PATH: process.env["PATH"] ?? "", PIPELINES_COMMAND: "notify", PIPELINES_FOLDER: documents },
      ...{ PIPELINES_TOKEN: github.token, GITHUB_API_URL: github.url, GITHUB_SERVER_URL: "https://github.com" },
      ...{ GITHUB_REPOSITORY: `${github.owner}/${github.repo}`, GITHUB_RUN_ID: "70", GITHUB_RUN_NUMBER: "7" },
      ...{ GITHUB_RUN_ATTEMPT: "1", GITHUB_SHA: head, GITHUB_REF: ref, GITHUB_EVENT_NAME: "push" },
      GITHUB_EVENT_PATH: join(folder, "event.json"),
      GITHUB_ACTOR: "mona",
      ...proxy,
      ...inputs,
    },
  });
}

it("chats are told over TLS, through a proxy, of what the run left; what fails is a warning", async () => {
  await using github = await startLocalGitHub({ gitFolder: join(folder, "live/.git") });
  const workflowPath = ".github/workflows/pipelines.yml";
  github.startRun({ event: "push", headSha: head, headBranch: "main", workflowPath }).complete("success");
  const services = startChatServices();
  await using proxy = await startChatProxy(folder, services, ["slack.com", "ops.example.com"]);
  const secrets = { BOT: TOKEN, OPS: "https://ops.example.com/in?key=keep-this-to-yourself" };

  const told = await notify(github, proxy.env, { PIPELINES_SECRETS: JSON.stringify(secrets) });
  const warningsOf = (stdout: string): string[] => stdout.split("\n").filter((line) => line.startsWith("::warning"));
  expect([told.exitCode, warningsOf(told.stdout)]).toEqual([0, []]);
  expect(services.channel.map(({ text }) => text)).toEqual(["❌ Apply failed: 1 of 1 unit failed"]);
  expect(JSON.stringify(services.channel)).toContain("prod/vpc failed at apply");
  expect(services.webhooks.map(({ url }) => url)).toEqual(["https://ops.example.com/in?key=keep-this-to-yourself"]);
  expect(JSON.stringify([services.channel, services.webhooks])).not.toContain("s3cr3t-value");

  const gone = { ...secrets, OPS: "https://gone.example.com/in?key=keep-this-to-yourself" };
  const refused = await notify(github, proxy.env, { PIPELINES_SECRETS: JSON.stringify(gone) });
  expect([refused.exitCode, services.channel.length, services.refused]).toEqual([0, 1, []]);
  expect(warningsOf(refused.stdout)).toEqual([
    expect.stringMatching(/The webhook could not be written.*gone\.example\.com can't be reached/),
  ]);
  expect(github.violations).toEqual([]);
});

it("nobody is told of another branch, and secrets that are no JSON are a warning", async () => {
  await using github = await startLocalGitHub({ gitFolder: join(folder, "live/.git") });
  const elsewhere = await notify(github, {}, { PIPELINES_SECRETS: "{}" }, "refs/heads/feature");
  expect([elsewhere.exitCode, elsewhere.stdout]).toEqual([0, expect.stringContaining("Nobody is notified of runs of")]);
  const odd = await notify(github, {}, { PIPELINES_SECRETS: "xoxb-odd" });
  expect([odd.exitCode, odd.stdout]).toEqual([0, expect.stringContaining("Nobody could be notified")]);
  expect(odd.stdout).not.toContain("xoxb-odd");
});
