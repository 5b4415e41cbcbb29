import { createHmac } from "node:crypto";
import { Configuration } from "@pipelines/core/configuration/schema";
import { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { maskOf } from "@pipelines/core/redaction/mask";
import { expect, it } from "vitest";
import { failed, HEAD, reportOf, type Sketch } from "../../test/build.ts";
import { SLACK_WEBHOOK, startChatServices, TEAMS_WEBHOOK, TOKEN } from "../../test/chat-services.ts";
import { type Publication, publishReport } from "../sinks/sink.ts";
import { type NotificationFacts, notificationOf } from "./messages-of.ts";
import { addressOf, NotificationError, type Post } from "./post.ts";
import { notificationSinks } from "./sinks.ts";

const SIGNING = "a-secret-to-sign-with";
const secrets = {
  BOT: TOKEN,
  HOOK: SLACK_WEBHOOK,
  TEAMS: TEAMS_WEBHOOK,
  OTHER: "https://ops.example.com/in?key=k",
  SIGN: SIGNING,
};
const nothing: NotificationFacts = { due: [], approvals: [], failedBefore: null, mask: (text) => text };
const settingsOf = (notifications: object) => {
  const { notifications: settings } = Configuration.parse({ notifications });
  if (settings === undefined) throw new Error("they were given");
  return settings;
};
const everywhere = settingsOf({
  slack: { secret: "BOT", channel: "C0123456789" },
  teams: { secret: "TEAMS" },
  webhook: { secret: "OTHER", signing_secret: "SIGN" },
});
const broken: Sketch = { mode: "apply", units: [{ path: "prod/vpc", end: failed() }, { path: "prod/app" }] };
const fine: Sketch = { mode: "apply", units: [{ path: "prod/vpc" }] };

/** Services, and what publishing a run's report to them comes to. */
function world(services = startChatServices(), settings = everywhere) {
  const post: Post = async (posted) => services.answer(posted);
  const publish = (sketch: Sketch, facts: Partial<NotificationFacts> = {}, sent = post): Promise<Publication[]> =>
    publishReport(notificationSinks(settings, secrets, { ...nothing, ...facts }, sent), reportOf(sketch));
  return { services, publish };
}

const dueUnit = (unit: string, why: string, run: number): LedgerUnit =>
  LedgerUnit.parse({
    ...{ version: 1, unit, claim: 1 },
    due: {
      ...{ action: "apply", commit: HEAD, commits: [HEAD], environment: "prod", why, message: "It is paused." },
      ...{ owner: { id: 70_000_000 + run, number: run, attempt: 1 }, dependsOn: [], byHand: false, ahead: false },
      since: "2026-11-25T12:00:00Z",
    },
  });

it("a failed apply is one message in each service, as each takes it, and no plan is sent", async () => {
  const { services, publish } = world();
  expect((await publish(broken)).map(({ result }) => result.kind)).toEqual(["published", "published", "published"]);
  expect([services.refused, services.channel.length]).toEqual([[], 1]);
  expect(services.channel[0]?.blocks[0]).toMatchObject({
    text: { text: expect.stringContaining("Apply failed: 1 of 2 units failed") },
  });
  expect(JSON.stringify(services.channel[0]?.blocks[1])).toContain("prod/vpc failed at apply");
  expect(services.webhooks[0]?.body).toMatchObject({
    event: "failed",
    key: "run-70000007",
    pull_request: 3,
    status: "failure",
  });
  const signature = createHmac("sha256", SIGNING).update(JSON.stringify(services.webhooks[0]?.body)).digest("hex");
  expect(services.webhooks[0]?.signature).toBe(`sha256=${signature}`);
  expect(await publish({ units: [{ path: "prod/vpc", end: failed() }] })).toEqual([]);
});

it("the same failure again edits its message; the first success says so and edits it once more", async () => {
  const { services, publish } = world();
  await publish(broken);
  await publish(broken);
  expect(services.channel).toHaveLength(1);
  await publish({ ...fine, run: 8 }, { failedBefore: { id: 70_000_007, number: 7 } });
  expect(services.channel.map(({ text }) => text)).toEqual([
    "✅ Resolved by run 8",
    "✅ Applied again: the first run that succeeds since run 7",
  ]);
  await publish({ ...broken, run: 9 });
  expect(services.channel).toHaveLength(3);
  await publish({ ...fine, run: 6 });
  expect(services.channel[2]?.text).toContain("Apply failed");
  expect(services.refused).toEqual([]);
});

it("what is merged and not applied is reported by the run that left it, and is over when the ledger says so", async () => {
  const { services, publish } = world();
  const due = [dueUnit("prod/db", "paused", 7), dueUnit("prod/old", "paused", 3), dueUnit("prod/vpc", "failed", 7)];
  await publish(fine, { due });
  expect(services.channel.map(({ text }) => text)).toEqual(["✋ 1 unit merged and not applied"]);
  await publish({ ...fine, run: 8 }, { due });
  expect(services.channel).toHaveLength(1);
  await publish({ ...fine, run: 9 }, { due: null });
  expect(services.channel[0]?.text).toContain("1 unit merged");
  await publish({ ...fine, run: 10 }, { due: [] });
  expect(services.channel[0]?.text).toBe("✅ Nothing of this is due any more, says run 10");
});

it("an approval is asked for when the run begins, and is over when it ends; drift has one message until there is none", () => {
  const report = { ...reportOf(fine), phase: { kind: "start" } as const };
  const { messages } = notificationOf(report, { ...nothing, approvals: ["production"] }, ["waiting"]);
  expect(messages).toMatchObject([{ event: "waiting", title: "Run 7 asks for an approval: production" }]);
  expect(notificationOf(reportOf(fine), nothing, []).settled("waiting-70000007")).toBe("The run has ended");
  expect(notificationOf(reportOf(fine), nothing, []).settled("waiting-1")).toBeNull();
  const drifted = notificationOf(reportOf({ mode: "drift", units: [{ path: "prod/vpc", changes: 1 }] }), nothing, [
    "drift",
  ]);
  expect([drifted.messages.map(({ key }) => key), drifted.settled("drift")]).toEqual([["drift"], null]);
  const none = notificationOf(
    reportOf({ mode: "drift", units: [{ path: "prod/vpc", end: { kind: "unchanged" } }] }),
    nothing,
    ["drift"],
  );
  expect([none.messages, none.settled("drift")]).toEqual([[], "No drift any more, says run 7"]);
  expect(none.settled("run-1")).toBeNull();
});

it("only what somebody wants to know is told", () => {
  expect(notificationOf(reportOf(broken), nothing, ["drift", "due"]).messages).toEqual([]);
});

it("a service that fails hides no other one, and says which, never at which address", async () => {
  const { services, publish } = world();
  const publications = await publish(broken, {}, async (posted) => {
    if (posted.url === TEAMS_WEBHOOK) return { status: 410, text: "gone" };
    if (posted.url.startsWith("https://slack.com"))
      throw new NotificationError("slack.com can't be reached: ENOTFOUND");
    return services.answer(posted);
  });
  expect(publications).toEqual([
    { sink: "message to Slack", result: { kind: "failed", cause: "slack.com can't be reached: ENOTFOUND" } },
    {
      sink: "message to Teams",
      result: { kind: "failed", cause: "acme.westeurope.logic.azure.com answered 410: gone" },
    },
    { sink: "webhook", result: { kind: "published", url: null } },
  ]);
});

it("a secret that is missing, and a bot that may not look, are reported with what to do", async () => {
  const { publish } = world(startChatServices(["chat:write"]));
  expect((await publish(broken))[0]?.result).toMatchObject({
    kind: "failed",
    cause: expect.stringContaining("`channels:history`"),
  });
  const lacking = world(startChatServices(), settingsOf({ teams: { secret: "NONE" }, slack: { secret: "BOT" } }));
  const causes = (await lacking.publish(broken)).map(({ result }) => (result.kind === "failed" ? result.cause : ""));
  expect(causes).toEqual([
    expect.stringContaining("`notifications.slack.channel`"),
    expect.stringContaining("the secret `NONE`"),
  ]);
});

it("hostile names stay text, secrets are hidden, and the largest run fits each service", async () => {
  const evil = "<!channel> <https://evil.example|x> *b* [a](b) @here & `c`";
  const hook = world(startChatServices(), settingsOf({ slack: { secret: "HOOK" }, teams: { secret: "TEAMS" } }));
  const { services, publish } = world();
  const message = `${"😀".repeat(200)} ghp_${"a".repeat(36)} s3cr3t-value`;
  const sketch: Sketch = {
    mode: "apply",
    units: Array.from({ length: 300 }, (_, index) => ({ path: `prod/${index}/${evil}`, end: failed(message) })),
    problems: Array.from({ length: 50 }, () => ({ file: null, line: null, message })),
  };
  const mask = maskOf(["s3cr3t-value"]);
  const results = [...(await publish(sketch, { mask })), ...(await hook.publish(sketch, { mask }))];
  expect(results.map(({ result }) => result.kind)).toEqual(results.map(() => "published"));
  expect([services.refused, hook.services.refused]).toEqual([[], []]);
  const shown = JSON.stringify([services.channel, services.webhooks]);
  expect(shown).not.toMatch(/ghp_a|s3cr3t/);
  expect(shown).toContain("and 288 more".replace("288", String(300 + 50 - 12)));
  for (const { blocks, text } of services.channel) {
    expect(text).not.toContain("<!");
    expect(JSON.stringify(blocks).match(/"mrkdwn"/g)).toHaveLength(1);
  }
});

it.each([
  "http://hooks.slack.com/services/x",
  "https://localhost/x",
  "https://a.localhost./x",
  "https://127.0.0.1/x",
  "https://2130706433/x",
  "https://0x7f.1/x",
  "https://0.0.0.0/x",
  "https://169.254.169.254/latest",
  "https://[::1]/x",
  "https://[::ffff:127.0.0.1]/x",
  "https://[fe80::1]/x",
  "https://[fd00:ec2::254]/x",
  "https://user:password@example.com/x",
  "file:///etc/passwd",
  "hooks.slack.com",
])("nothing is sent to %s", (url) => {
  expect(() => addressOf(url)).toThrow(NotificationError);
});

it("an address of the company's own network is as good as any", () => {
  expect(addressOf("https://10.1.2.3/hook").hostname).toBe("10.1.2.3");
});
