import { z } from "zod";
import type { Answer, Posted } from "../src/notify/post.ts";

/**
 * Slack, Teams and a receiver of webhooks, as far as messages go: what they would refuse is refused. Each rule names where
 * the service says so.
 */

/** https://docs.slack.dev/reference/block-kit/composition-objects/text-object: at least 1 and at most 3,000 characters. */
const PlainText = z.strictObject({
  type: z.literal("plain_text"),
  text: z.string().min(1).max(3000),
  emoji: z.boolean(),
});
/** The same page; angle brackets are markup in it: https://docs.slack.dev/messaging/formatting-message-text. */
const Markup = z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(3000) });
const Block = z.discriminatedUnion("type", [
  /** https://docs.slack.dev/reference/block-kit/blocks/header-block: at most 150 characters. */
  z.strictObject({ type: z.literal("header"), text: PlainText.extend({ text: z.string().min(1).max(150) }) }),
  /** https://docs.slack.dev/reference/block-kit/blocks/section-block: at most 3,000 characters. */
  z.strictObject({ type: z.literal("section"), text: z.discriminatedUnion("type", [PlainText, Markup]) }),
  /** https://docs.slack.dev/reference/block-kit/blocks/context-block: at most 10 elements. */
  z.strictObject({
    type: z.literal("context"),
    elements: z
      .array(z.discriminatedUnion("type", [PlainText, Markup]))
      .min(1)
      .max(10),
  }),
]);
const SlackMessage = z.strictObject({
  /** https://docs.slack.dev/reference/methods/chat.postMessage#truncating: 40,000 characters, 4,000 recommended. */
  text: z.string().min(1).max(4000),
  /** https://docs.slack.dev/reference/block-kit/blocks: at most 50 in a message. */
  blocks: z.array(Block).min(1).max(50),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
});
/** https://docs.slack.dev/messaging/message-metadata: a type of letters, digits and _, and an object. */
const Metadata = z.strictObject({
  event_type: z.string().regex(/^\w+$/),
  event_payload: z.record(z.string(), z.unknown()),
});
const Channel = z.string().regex(/^[CGD][A-Z0-9]+$/);
const PostMessage = SlackMessage.extend({ channel: Channel, metadata: Metadata });
const Update = PostMessage.extend({ ts: z.string() });
/** https://docs.slack.dev/reference/methods/conversations.history: at most 999. */
const History = z.strictObject({ channel: Channel, limit: z.int().max(999), include_all_metadata: z.boolean() });

/** https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: one Adaptive Card. */
const TextRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string(),
  weight: z.literal("Bolder").optional(),
  size: z.literal("Medium").optional(),
  isSubtle: z.boolean().optional(),
});
const Card = z.strictObject({
  type: z.literal("message"),
  attachments: z.tuple([
    z.strictObject({
      contentType: z.literal("application/vnd.microsoft.card.adaptive"),
      contentUrl: z.null(),
      content: z.strictObject({
        $schema: z.literal("http://adaptivecards.io/schemas/adaptive-card.json"),
        type: z.literal("AdaptiveCard"),
        /** https://adaptivecards.io/explorer/RichTextBlock.html: since 1.2. Teams shows up to 1.5. */
        version: z.enum(["1.2", "1.3", "1.4", "1.5"]),
        body: z.array(z.strictObject({ type: z.literal("RichTextBlock"), inlines: z.array(TextRun).min(1) })).min(1),
        actions: z.array(z.strictObject({ type: z.literal("Action.OpenUrl"), title: z.string(), url: z.url() })).max(6),
      }),
    }),
  ]),
});
/** The page above: 28 KB. */
const MOST_BYTES = 28 * 1024;

export type SlackPost = z.infer<typeof PostMessage> & { ts: string };

export type ChatServices = {
  /** What a bot's channel shows, oldest first. */
  readonly channel: SlackPost[];
  readonly webhooks: { readonly url: string; readonly body: unknown; readonly signature: string | undefined }[];
  /** What was refused, and why. */
  readonly refused: string[];
  /** Answers a request as the service of its address. */
  answer(posted: Posted): Answer;
};

export const TOKEN = "xoxb-1111-2222-abcdefghijklmnop";
export const SLACK_WEBHOOK = "https://hooks.slack.com/services/T000/B000/abcdefghijklmnopqrstuvwx";
export const TEAMS_WEBHOOK =
  "https://acme.westeurope.logic.azure.com/workflows/1/triggers/manual/run?sig=abcdefghijklmnop";

/** @param scopes what the bot may do */
export function startChatServices(scopes: readonly string[] = ["chat:write", "channels:history"]): ChatServices {
  const services: Pick<ChatServices, "channel" | "webhooks" | "refused"> = { channel: [], webhooks: [], refused: [] };
  const refuse = (status: number, text: string): Answer => {
    services.refused.push(text);
    return { status, text };
  };
  const checked = <S extends z.ZodType>(schema: S, body: unknown): z.output<S> | null => {
    const result = schema.safeParse(body);
    if (!result.success) services.refused.push(z.prettifyError(result.error));
    return result.data ?? null;
  };
  const slack = (method: string, posted: Posted): object => {
    if (posted.headers?.["authorization"] !== `Bearer ${TOKEN}`) return { ok: false, error: "invalid_auth" };
    const body: unknown = JSON.parse(posted.body);
    const needs = method === "conversations.history" ? "channels:history" : "chat:write";
    if (!scopes.includes(needs)) return { ok: false, error: "missing_scope" };
    switch (method) {
      case "chat.postMessage": {
        const message = checked(PostMessage, body);
        if (message === null) return { ok: false, error: "invalid_blocks" };
        const ts = `1764000000.${String(services.channel.length).padStart(6, "0")}`;
        services.channel.push({ ...message, ts });
        return { ok: true, ts };
      }
      case "chat.update": {
        const message = checked(Update, body);
        const index = services.channel.findIndex(({ ts }) => ts === message?.ts);
        if (message === null || index === -1) return { ok: false, error: "message_not_found" };
        services.channel[index] = message;
        return { ok: true, ts: message.ts };
      }
      case "conversations.history":
        if (checked(History, body) === null) return { ok: false, error: "invalid_arguments" };
        return { ok: true, messages: services.channel.toReversed() };
      default:
        return { ok: false, error: "unknown_method" };
    }
  };
  return {
    ...services,
    answer(posted) {
      const { url, body, headers } = posted;
      const method = /^https:\/\/slack\.com\/api\/([\w.]+)$/.exec(url)?.[1];
      if (method !== undefined) return { status: 200, text: JSON.stringify(slack(method, posted)) };
      const value: unknown = JSON.parse(body);
      if (url === SLACK_WEBHOOK)
        return checked(SlackMessage, value) === null ? refuse(400, "invalid_blocks") : { status: 200, text: "ok" };
      if (url === TEAMS_WEBHOOK) {
        if (Buffer.byteLength(body) > MOST_BYTES) return refuse(413, "too large");
        return checked(Card, value) === null ? refuse(400, "TriggerInputSchemaMismatch") : { status: 202, text: "" };
      }
      services.webhooks.push({ url, body: value, signature: headers?.["x-pipelines-signature-256"] });
      return { status: 200, text: "" };
    },
  };
}
