import { expect, test } from "vitest";
import { explainFailure, MissingPermissionError, NotWritableError, RateLimitedError } from "./failure.ts";
import { createOnce } from "./safe-write.ts";

const serverError = Object.assign(new Error("Bad Gateway"), { status: 502, response: { headers: {} } });
const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  Object.assign(new Error(message), { status, response: { headers } });
const noPause = async () => undefined;

test("what GitHub stored in spite of its error is found, not created again", async () => {
  const stored: string[] = [];
  const made = await createOnce(
    async () => {
      stored.push("comment");
      throw serverError;
    },
    async () => stored[0] ?? null,
    noPause,
  );
  expect(made).toBe("comment");
  expect(stored).toHaveLength(1);
});

test("what GitHub did not store is created again", async () => {
  let calls = 0;
  const made = await createOnce(
    async () => {
      calls += 1;
      if (calls < 3) throw serverError;
      return "comment";
    },
    async () => null,
    noPause,
  );
  expect([made, calls]).toEqual(["comment", 3]);
});

test("a clear refusal is thrown at once", async () => {
  let calls = 0;
  const attempt = createOnce(
    async () => {
      calls += 1;
      throw refusal(403, "Resource not accessible by integration");
    },
    async () => null,
    noPause,
  );
  await expect(attempt).rejects.toThrow("not accessible");
  expect(calls).toBe(1);
});

test.each([
  [refusal(403, "Resource not accessible by integration"), MissingPermissionError, "`issues: write`"],
  [refusal(401, "Bad credentials"), MissingPermissionError, "invalid or has expired"],
  [refusal(403, "Unable to create comment because issue is locked."), NotWritableError, "locked"],
  [refusal(410, "Issues has been disabled in this repository."), NotWritableError, "disabled"],
  [refusal(404, "Not Found"), NotWritableError, "does not exist"],
  [refusal(403, "You have exceeded a secondary rate limit"), RateLimitedError, "rate limit"],
  [
    refusal(403, "API rate limit exceeded", { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000000" }),
    RateLimitedError,
    "until 2027-01-15T08:00:00.000Z",
  ],
])("%s is reported as what a person can do about it", (error, kind, text) => {
  const told = explainFailure(error, "Opening an issue", "issues: write");
  expect(told).toBeInstanceOf(kind);
  expect(told.message).toContain(text);
});
