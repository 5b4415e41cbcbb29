import { createHmac } from "node:crypto";
import type { Report } from "../report/model.ts";
import type { SinkResult } from "../sinks/sink.ts";
import type { Message, Notification } from "./message.ts";
import { hostOf, NotificationError, type Post } from "./post.ts";

/** A message as anything that reads JSON takes it. */
export function webhookMessage({ event, key, title, lines, link }: Message, { run, comparison, status }: Report) {
  return {
    ...{ version: 1, event, key, title, lines, url: link.url, status },
    repository: run.repository,
    branch: comparison?.deployBranch ?? null,
    commit: run.commit,
    pull_request: run.pullRequest,
    run: { id: run.runId, number: run.runNumber, attempt: run.attempt },
  };
}

/** Posts each message, signed where there is a secret to sign with: what the receiver reads is what was sent. */
export async function notifyWebhook(
  post: Post,
  { url, signingSecret }: { readonly url: string; readonly signingSecret: string | null },
  { messages }: Notification,
  report: Report,
): Promise<SinkResult> {
  for (const message of messages) {
    const body = JSON.stringify(webhookMessage(message, report));
    const headers =
      signingSecret === null
        ? {}
        : { "x-pipelines-signature-256": `sha256=${createHmac("sha256", signingSecret).update(body).digest("hex")}` };
    const { status, text } = await post({ url, body, headers });
    if (status < 200 || status > 299)
      throw new NotificationError(`${hostOf(url)} answered ${status}: ${text.slice(0, 100)}`);
  }
  return { kind: "published", url: null };
}
