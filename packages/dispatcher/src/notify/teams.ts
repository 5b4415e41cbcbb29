import type { SinkResult } from "../sinks/sink.ts";
import type { Message, Notification } from "./message.ts";
import { hostOf, NotificationError, type Post } from "./post.ts";

/**
 * 28 KB by https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using; people were
 * refused well below that, so a message stays well below it.
 */
const MOST_BYTES = 20_000;

/**
 * A message as an Adaptive Card, as a Workflows webhook takes it. Text is `TextRun`: in a `TextBlock` it would be Markdown.
 * https://adaptivecards.io/explorer/TextRun.html
 */
export function teamsMessage({ icon, title, facts, lines, link }: Message) {
  const run = (text: string, style: object = {}) => ({
    type: "RichTextBlock",
    inlines: [{ type: "TextRun", text, ...style }],
  });
  const cardOf = (shown: readonly string[]) => ({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          ...{ type: "AdaptiveCard", version: "1.4" },
          body: [
            run(`${icon} ${title}`, { weight: "Bolder", size: "Medium" }),
            run(facts.join(" · "), { isSubtle: true }),
            ...shown.map((line) => run(`• ${line}`)),
          ],
          actions: [{ type: "Action.OpenUrl", title: link.text, url: link.url }],
        },
      },
    ],
  });
  let shown = lines;
  while (shown.length > 0 && Buffer.byteLength(JSON.stringify(cardOf(shown))) > MOST_BYTES) shown = shown.slice(0, -1);
  return cardOf(shown);
}

/** Posts to a Workflows webhook, whose messages can't be edited. */
export async function notifyTeams(post: Post, url: string, { messages }: Notification): Promise<SinkResult> {
  for (const message of messages) {
    const { status, text } = await post({ url, body: JSON.stringify(teamsMessage(message)) });
    // The flow answers 202 when it has begun.
    if (status < 200 || status > 299)
      throw new NotificationError(`${hostOf(url)} answered ${status}: ${text.slice(0, 100)}`);
  }
  return { kind: "published", url: null };
}
