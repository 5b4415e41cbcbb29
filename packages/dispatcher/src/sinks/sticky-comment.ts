import { type CommentMarker, commentMarker, compareMarkers, readCommentMarker } from "./comment-marker.ts";
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
  /** What of the comment that is there stays, as lines between the marker and the text; empty where nothing does. */
  kept?(before: string): Promise<readonly string[]>;
  /** Whether it is worth a new comment; an existing one is updated in any case. */
  readonly worthANewOne: boolean;
  /** The jobs of this run that have comments of their own; comments of jobs that are no more go. */
  readonly scopes: readonly string[];
};

/** Times that a comment is written again since another run overwrote it meanwhile. */
const MOST_REPEATS = 3;

/**
 * Keeps one comment of a kind on a pull request: updates it, or creates it, then looks whether another run wrote at the
 * same time. Of several the newest run's text stays, in one comment: the oldest, which everybody's links point to.
 */
export async function publishComment(conversation: Conversation, sticky: StickyComment): Promise<SinkResult> {
  const after = async (before: Comment): Promise<string> =>
    [commentMarker(sticky.marker), ...((await sticky.kept?.(before.body)) ?? []), sticky.body].join("\n");
  for (let repeat = 0; ; repeat += 1) {
    const comments = await conversation.list();
    const [first, ...others] = alike(comments, sticky.marker);
    if (first === undefined) {
      if (!sticky.worthANewOne) return { kind: "skipped", why: "there is nothing to report and no comment yet" };
      if (repeat > 0) return { kind: "failed", cause: "the comment was deleted while it was written" };
      const body = `${commentMarker(sticky.marker)}\n${sticky.body}`;
      await conversation.create(body, (comment) => comment.body.split("\n", 1)[0] === commentMarker(sticky.marker));
      continue;
    }
    for (const comment of [...others, ...outdated(comments, sticky)]) {
      if (!isNewer(comment, sticky)) await conversation.remove(comment.id);
    }
    if (isNewer(first, sticky)) return { kind: "skipped", why: "the comment already shows a newer run" };
    const body = await after(first);
    if (first.body === body) return { kind: "published", url: first.url };
    if (repeat > MOST_REPEATS) return { kind: "failed", cause: "other runs keep overwriting the comment" };
    await conversation.update(first.id, body);
  }
}

function alike(comments: readonly Comment[], { kind, scope }: CommentMarker): Comment[] {
  return comments
    .filter((comment) => {
      const marker = readCommentMarker(comment.body);
      return marker !== null && marker.kind === kind && marker.scope === scope;
    })
    .toSorted((a, b) => a.id - b.id);
}

function outdated(comments: readonly Comment[], { marker, scopes }: StickyComment): Comment[] {
  return comments.filter((comment) => {
    const other = readCommentMarker(comment.body);
    return other !== null && other.kind === marker.kind && other.scope !== null && !scopes.includes(other.scope);
  });
}

function isNewer(comment: Comment, sticky: StickyComment): boolean {
  const marker = readCommentMarker(comment.body);
  return marker !== null && compareMarkers(marker, sticky.marker) > 0;
}
