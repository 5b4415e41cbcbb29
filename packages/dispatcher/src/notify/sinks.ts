import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Report } from "../report/model.ts";
import type { Sink, SinkResult } from "../sinks/sink.ts";
import type { Notification } from "./message.ts";
import { type NotificationFacts, notificationOf } from "./messages-of.ts";
import { NotificationError, type Post } from "./post.ts";
import { notifySlackChannel, notifySlackWebhook } from "./slack.ts";
import { notifyTeams } from "./teams.ts";
import { notifyWebhook } from "./webhook.ts";

type Settings = NonNullable<Configuration["notifications"]>;

/** A sink for each service that the configuration names. */
export function notificationSinks(
  settings: Settings,
  secrets: Readonly<Record<string, string>>,
  facts: NotificationFacts,
  post: Post,
): Sink[] {
  const { slack, teams, webhook, events } = settings;
  /** @throws NotificationError for a secret that is not there */
  const secret = (name: string): string => {
    const value = secrets[name];
    if (value !== undefined && value !== "") return value;
    throw new NotificationError(
      `the secret \`${name}\` is not among those of the notifications: add it to \`PIPELINES_NOTIFICATIONS\``,
    );
  };
  const sink = (name: string, tell: (notification: Notification, report: Report) => Promise<SinkResult>): Sink => ({
    name,
    wants: (report) => report.kind !== "plan",
    publish: async (report) => tell(notificationOf(report, facts, events), report),
  });
  return [
    ...(slack === undefined
      ? []
      : [
          sink("message to Slack", async (notification, { run }) => {
            const value = secret(slack.secret);
            if (value.startsWith("https://")) return notifySlackWebhook(post, value, notification);
            if (slack.channel === undefined)
              throw new NotificationError("a bot's token needs `notifications.slack.channel`");
            const channel = { token: value, channel: slack.channel, repository: run.repository };
            return notifySlackChannel(post, channel, notification);
          }),
        ]),
    ...(teams === undefined
      ? []
      : [sink("message to Teams", async (notification) => notifyTeams(post, secret(teams.secret), notification))]),
    ...(webhook === undefined
      ? []
      : [
          sink("webhook", async (notification, report) => {
            const signingSecret = webhook.signing_secret === undefined ? null : secret(webhook.signing_secret);
            return notifyWebhook(post, { url: secret(webhook.secret), signingSecret }, notification, report);
          }),
        ]),
  ];
}
