import { expect, test } from "vitest";
import { type CommentMarker, readCommentMarker } from "./comment-marker.ts";
import { type Comment, type Conversation, publishComment } from "./sticky-comment.ts";

/** A conversation in memory; each call gives way, so that reporters at the same time interleave. */
function conversation(): Conversation & { comments: Comment[] } {
  const comments: Comment[] = [];
  const yielding = () => new Promise((resolve) => setImmediate(resolve));
  let last = 0;
  return {
    comments,
    async list() {
      await yielding();
      return comments.map((comment) => ({ ...comment }));
    },
    async create(body) {
      await yielding();
      last += 1;
      const comment = { id: last, body, url: `#${last}` };
      comments.push(comment);
      return comment;
    },
    async update(id, body) {
      await yielding();
      const index = comments.findIndex((comment) => comment.id === id);
      const comment = { id, body, url: `#${id}` };
      comments[index] = comment;
      return comment;
    },
    async remove(id) {
      await yielding();
      const index = comments.findIndex((comment) => comment.id === id);
      if (index >= 0) comments.splice(index, 1);
    },
  };
}

const marker = (run: number, kind: "start" | "end" = "end", attempt = 1): CommentMarker => ({
  kind: "plan",
  scope: null,
  run,
  attempt,
  phase: { kind },
});
const say = (on: Conversation, written: CommentMarker, worthANewOne = true) =>
  publishComment(on, { marker: written, body: `run ${written.run}`, worthANewOne, scopes: [] });

test("a second run updates the comment in place", async () => {
  const place = conversation();
  await say(place, marker(1));
  await say(place, marker(2));
  expect(place.comments.map(({ id, body }) => [id, body.split("\n")[1]])).toEqual([[1, "run 2"]]);
});

test("a newer run's report is never overwritten by an older one", async () => {
  const place = conversation();
  await say(place, marker(5));
  expect(await say(place, marker(4))).toMatchObject({ kind: "skipped" });
  expect(await say(place, marker(5, "start"))).toMatchObject({ kind: "skipped" });
  expect(place.comments[0]?.body).toContain("run 5");
  expect(await say(place, marker(5, "start", 2))).toMatchObject({ kind: "published" });
});

test("nothing to report and no comment yet: none is made, but one that exists is updated", async () => {
  const place = conversation();
  expect(await say(place, marker(1), false)).toMatchObject({ kind: "skipped" });
  expect(place.comments).toEqual([]);
  await say(place, marker(2));
  await say(place, marker(3), false);
  expect(place.comments[0]?.body).toContain("run 3");
});

test("fifty reporters at once leave one comment, of the newest run", async () => {
  const place = conversation();
  await Promise.all(Array.from({ length: 50 }, (_, index) => say(place, marker(index + 1))));
  expect(place.comments).toHaveLength(1);
  expect(place.comments[0]?.body).toContain("run 50");
});

test("a marker further down in a comment is none", () => {
  expect(readCommentMarker("text\n<!-- pipelines:comment v1 plan run=1 attempt=1 phase=end -->")).toBeNull();
});
