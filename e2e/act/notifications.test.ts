import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ChatProxy, startChatProxy } from "@pipelines/dispatcher/test/chat-proxy";
import { SLACK_WEBHOOK, startChatServices, TEAMS_WEBHOOK, TOKEN } from "@pipelines/dispatcher/test/chat-services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Playground } from "../../demo/playground.ts";
import { CALLER, type FinishedRun, makeRunner, type Runner } from "./act.ts";
import { makeLiveRepository, pushEvent, unit } from "./live-repository.ts";

/** What chats are told of runs: the workflow under act, over TLS, to services that refuse what the real ones would. */
describe("notifications", () => {
  const services = startChatServices();
  const secrets = {
    PIPELINES_NOTIFICATIONS: JSON.stringify({
      BOT: TOKEN,
      TEAMS: TEAMS_WEBHOOK,
      OPS: "https://ops.example.com/in?key=k",
    }),
  };
  let playground: Playground;
  let runner: Runner;
  let proxy: ChatProxy;
  let main = "0".repeat(40);

  beforeAll(async () => {
    playground = (await makeLiveRepository(await mkdtemp(join(tmpdir(), "pipelines-act-notify-")))).playground;
    runner = await makeRunner(playground);
    const hosts = [SLACK_WEBHOOK, TEAMS_WEBHOOK].map((url) => new URL(url).host);
    proxy = await startChatProxy(playground.folder, services, ["slack.com", "ops.example.com", ...hosts]);
    const { owner, repo } = playground.github;
    const github = `[url "${playground.origin}"]\n\tinsteadOf = https://github.com/${owner}/${repo}\n`;
    await writeFile(join(playground.folder, "home/.gitconfig"), github);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await playground[Symbol.asyncDispose]();
    await rm(playground.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  });

  const push = async (message: string, files: Record<string, string>): Promise<FinishedRun> => {
    const before = main;
    main = await playground.push("main", message, files);
    return runner.run(await pushEvent(playground, before, main), { secrets, env: proxy.env });
  };
  const said = (): string[] => services.channel.map(({ text }) => text);

  it("a failed apply, what is due, and the first success are told, and earlier messages are edited", async () => {
    const caller = (await readFile(join(playground.clone, CALLER), "utf8")).replace(
      "    secrets:\n",
      "    with:\n      notify_environment: notifications\n    secrets:\n      PIPELINES_NOTIFICATIONS: ${{ secrets.PIPELINES_NOTIFICATIONS }}\n",
    );
    const config = await readFile(join(playground.clone, ".pipelines/config.yml"), "utf8");
    const notifications =
      "notifications:\n  slack: { secret: BOT, channel: C0123456789 }\n  teams: { secret: TEAMS }\n  webhook: { secret: OPS }\n";
    const needed = join(playground.folder, "needed");
    const failed = await push("It needs a file", {
      [CALLER]: caller,
      ".pipelines/config.yml": `${config}${notifications}`,
      "dev/network/terragrunt.hcl": unit(`needs:${needed}`),
    });
    expect([failed.status, failed.jobs.get("Notify")]).toEqual(["failure", "success"]);
    expect(said()).toEqual([expect.stringContaining("Apply failed: 1 of 3 units failed")]);
    expect(JSON.stringify(services.channel[0]?.blocks)).toContain("dev/network failed at apply");
    expect(services.webhooks.map(({ body }) => body)).toMatchObject([{ event: "failed", status: "failure" }]);
    expect(failed.log).not.toContain(TOKEN);

    await writeFile(needed, "");
    const fine = await push("Words", { "README.md": "Nothing of a unit.\n" });
    expect([fine.status, fine.jobs.get("Notify")]).toEqual(["success", "success"]);
    expect(said()).toEqual(["✅ Resolved by run 2", expect.stringContaining("Applied again")]);
    expect(services.refused).toEqual([]);
  });

  it("what is paused is reported as due; a service that is gone changes nothing of the run", async () => {
    const config = (await readFile(join(playground.clone, ".pipelines/config.yml"), "utf8"))
      .replace(/^( {2}dev:\n)/m, "$1    apply: paused\n")
      .replace("teams: { secret: TEAMS }", "teams: { secret: GONE }");
    const paused = await push("A pause", {
      ".pipelines/config.yml": config,
      "dev/network/terragrunt.hcl": unit("network 3"),
    });
    expect([paused.status, paused.jobs.get("Notify")]).toEqual(["success", "success"]);
    expect(said().at(-1)).toBe("✋ 1 unit merged and not applied");
    expect(paused.log).toContain("The message to Teams could not be written");
    expect(services.webhooks.at(-1)?.body).toMatchObject({ event: "due" });
    expect(services.refused).toEqual([]);
    expect(playground.github.violations).toEqual([]);
  });
});
