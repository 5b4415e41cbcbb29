import { z } from "zod";
import type { SinkResult } from "../sinks/sink.ts";
import type { Message, Notification } from "./message.ts";
import { hostOf, NotificationError, type Post } from "./post.ts";

/** Slack reads three characters as markup: https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * A message as Block Kit. What comes from elsewhere is `plain_text`, in which nothing is a link, a mention or an emoji.
 * https://docs.slack.dev/reference/block-kit/blocks: a header takes 150 characters, a section 3,000.
 */
export function slackMessage({ icon, title, facts, lines, link }: Message) {
  const text = (length: number, value: string) => ({
    type: "plain_text" as const,
    text: cut(value, length),
    emoji: false,
  });
  return {
    // Notifications and screen readers show this one.
    text: cut(escaped(`${icon} ${title}`), 300),
    blocks: [
      { type: "header" as const, text: text(150, `${icon} ${title}`) },
      ...(lines.length === 0
        ? []
        : [{ type: "section" as const, text: text(3000, lines.map((line) => `• ${line}`).join("\n")) }]),
      {
        type: "context" as const,
        elements: [
          text(2000, facts.join(" · ")),
          { type: "mrkdwn" as const, text: `<${escaped(link.url).replaceAll("|", "%7C")}|${escaped(link.text)}>` },
        ],
      },
    ],
    ...{ unfurl_links: false, unfurl_media: false },
  };
}

function cut(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
}

/** Posts to an incoming webhook, whose messages can't be edited. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export async function notifySlackWebhook(post: Post, url: string, { messages }: Notification): Promise<SinkResult> {
  for (const message of messages) {
    const { status, text } = await post({ url, body: JSON.stringify(slackMessage(message)) });
    if (status !== 200) throw new NotificationError(`${hostOf(url)} answered ${status}: ${text.slice(0, 100)}`);
  }
  return { kind: "published", url: null };
}

const Answered = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const Metadata = z.looseObject({
  event_type: z.literal("pipelines_message"),
  event_payload: z.looseObject({ key: z.string(), repository: z.string(), open: z.boolean() }),
});
const Listed = z.looseObject({
  messages: z.array(z.looseObject({ ts: z.string(), text: z.string().optional(), metadata: z.unknown().optional() })),
});

/** A message of ours that is not over. */
type Open = { readonly ts: string; readonly key: string; readonly text: string };

export type SlackChannel = { readonly token: string; readonly channel: string; readonly repository: string };

/**
 * Keeps one message for each thing in a channel. Which message that is stands in the message itself, as metadata, so nothing
 * has to be kept elsewhere. https://docs.slack.dev/messaging/message-metadata
 */
export async function notifySlackChannel(
  post: Post,
  channel: SlackChannel,
  { messages, settled }: Notification,
): Promise<SinkResult> {
  const { open, why } = await openMessages(post, channel);
  const metadata = (key: string, isOpen: boolean) => ({
    event_type: "pipelines_message",
    event_payload: { key, repository: channel.repository, open: isOpen },
  });
  const told = new Set(messages.map(({ key }) => key));
  for (const message of messages) {
    const same = open.find(({ key }) => key === message.key);
    const stays = message.event !== "recovered";
    const body = { ...slackMessage(message), metadata: metadata(message.key, stays) };
    if (same === undefined) await call(post, channel, "chat.postMessage", body);
    else await call(post, channel, "chat.update", { ...body, ts: same.ts });
  }
  for (const { ts, key, text } of open) {
    const over = told.has(key) ? null : settled(key);
    if (over === null) continue;
    const blocks = [
      { type: "section", text: { type: "plain_text", text: cut(`✅ ${over}: ${text}`, 3000), emoji: false } },
    ];
    await call(post, channel, "chat.update", {
      ts,
      text: cut(escaped(`✅ ${over}`), 300),
      blocks,
      metadata: metadata(key, false),
    });
  }
  return why === null ? { kind: "published", url: null } : { kind: "failed", cause: why };
}

/** What is found of our open messages. Without the right to look, new messages are posted, and that is said. */
async function openMessages(post: Post, channel: SlackChannel): Promise<{ open: Open[]; why: string | null }> {
  try {
    const answer = await call(post, channel, "conversations.history", { limit: 100, include_all_metadata: true });
    const { messages } = Listed.parse(answer);
    const open = messages.flatMap(({ ts, text = "", metadata }): Open[] => {
      const ours = Metadata.safeParse(metadata).data?.event_payload;
      return ours?.repository === channel.repository && ours.open ? [{ ts, key: ours.key, text: unescaped(text) }] : [];
    });
    return { open, why: null };
  } catch (error) {
    const said = error instanceof NotificationError ? error.message : "its answer can't be understood";
    return { open: [], why: `The messages were posted, and earlier ones could not be found to edit them: ${said}` };
  }
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Slack answers 200 whatever happened: https://docs.slack.dev/apis/web-api#responses */
async function call(post: Post, { token, channel }: SlackChannel, method: string, args: object): Promise<unknown> {
  const { status, text } = await post({
    url: `https://slack.com/api/${method}`,
    body: JSON.stringify({ channel, ...args }),
    headers: { authorization: `Bearer ${token}` },
  });
  const answer = Answered.safeParse(jsonOf(text));
  if (status === 200 && answer.success && answer.data.ok) return answer.data;
  const why = answer.success ? (answer.data.error ?? "no reason") : `status ${status}`;
  throw new NotificationError(`Slack refused ${method}: ${why}${HINTS[why] ?? ""}`);
}

const HINTS: Readonly<Record<string, string>> = {
  missing_scope: " (the app needs `chat:write`, and `channels:history` or, in a private channel, `groups:history`)",
  not_in_channel: " (invite the app to the channel)",
  channel_not_found: " (`channel` is the channel's id, such as C0123456789)",
  invalid_auth: " (the secret is no token of a bot, `xoxb-…`)",
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
