import { type CommentMarker, commentMarker, compareMarkers, readCommentMarker } from "./marker.ts";
import type { SinkResult } from "./sink.ts";

export type Comment = { readonly id: number; readonly body: string; readonly url: string };

/** The comments of one pull request that are ours; everybody else's are out of reach. */
export type Conversation = {
  /** All pages, oldest first. */
  list(): Promise<readonly Comment[]>;
  /** `isIt` recognises the comment if GitHub stored it in spite of an error. */
  create(body: string, isIt: (comment: Comment) => boolean): Promise<Comment>;
  update(id: number, body: string): Promise<Comment>;
  remove(id: number): Promise<void>;
};

export type StickyComment = {
  readonly marker: CommentMarker;
  /** The text below the marker. */
  readonly body: string;
  /** Whether it is worth a new comment; an existing one is updated in any case. */
  readonly worthANewOne: boolean;
};

/** Times that a comment is written again since an older run overwrote it meanwhile. */
const MOST_REPEATS = 3;

/**
 * Keeps one comment of a kind on a pull request: updates it, or creates it. Of reporters at the same time the newest
 * run's text stays, in one comment: the oldest, since that is the one which everybody's links point to.
 */
export async function publishComment(conversation: Conversation, sticky: StickyComment): Promise<SinkResult> {
  const body = `${commentMarker(sticky.marker)}\n${sticky.body}`;
  const known = ofKind(await conversation.list(), sticky.marker.kind);
  if (known.length === 0) {
    if (!sticky.worthANewOne) return { kind: "skipped", why: "there is nothing to tell and no comment yet" };
    await conversation.create(body, (comment) => comment.body.split("\n", 1)[0] === commentMarker(sticky.marker));
    return settle(conversation, sticky, body);
  }
  const [first] = known;
  if (first === undefined || isNewer(first, sticky)) return olderThanShown;
  const updated = await conversation.update(first.id, body);
  if (known.length > 1) return settle(conversation, sticky, body);
  return { kind: "published", url: updated.url };
}

const olderThanShown: SinkResult = { kind: "skipped", why: "the comment already shows a newer run" };

/** After a creation: leaves one comment and makes sure that it shows the newest text. */
async function settle(conversation: Conversation, sticky: StickyComment, body: string): Promise<SinkResult> {
  for (let repeat = 0; ; repeat += 1) {
    const all = ofKind(await conversation.list(), sticky.marker.kind);
    const [first, ...others] = all;
    if (first === undefined) return { kind: "failed", cause: "the comment was deleted while it was written" };
    const stale = others.filter((comment) => !isNewer(comment, sticky));
    for (const comment of stale) await conversation.remove(comment.id);
    if (isNewer(first, sticky)) return olderThanShown;
    if (first.body === body) return { kind: "published", url: first.url };
    if (repeat === MOST_REPEATS) return { kind: "failed", cause: "other runs keep overwriting the comment" };
    await conversation.update(first.id, body);
  }
}

function ofKind(comments: readonly Comment[], kind: CommentMarker["kind"]): Comment[] {
  return comments.filter((comment) => readCommentMarker(comment.body)?.kind === kind).toSorted((a, b) => a.id - b.id);
}

function isNewer(comment: Comment, sticky: StickyComment): boolean {
  const marker = readCommentMarker(comment.body);
  return marker !== null && compareMarkers(marker, sticky.marker) > 0;
}
