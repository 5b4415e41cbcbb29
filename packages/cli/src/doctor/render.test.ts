import { expect, test } from "vitest";
import { wellKept } from "../../test/doctor-facts.ts";
import { shellWord } from "./quote.ts";
import { renderFindings } from "./render.ts";
import { examine } from "./rules/all.ts";

test("findings are listed by group, with what to do and an id to accept, and counted", () => {
  const text = renderFindings("https://github.com/acme/live", [
    { group: "branch", id: "branch/deletion", state: "dangerous", text: "it can be deleted.", fix: "Settings → Rules" },
    { group: "branch", id: "branch/force-push", state: "good", text: "no force pushes.", fix: null },
    {
      group: "actions",
      id: "actions/token",
      state: "unseen",
      text: "could not look at the token: 404 Not Found",
      fix: "needs an administrator",
    },
  ]);
  expect(text).toBe(`https://github.com/acme/live

branch
  ! dangerous: it can be deleted.
      → Settings → Rules
        branch/deletion
  ✓ no force pushes.

actions
  ? could not look at the token: 404 Not Found
      → needs an administrator

1 dangerous, 0 missing, 1 not seen, 0 to know, 1 in order. What was not seen is no pass.
`);
});

test("what a repository is called, and what GitHub answers, can't write lines or colours of its own", () => {
  const hostile = "x\u001b[2J\n✓ all is well\u202e\r::error::y";
  const text = renderFindings(hostile, [
    { group: "branch", id: hostile, state: "missing", text: hostile, fix: hostile },
  ]);
  expect(text).not.toMatch(/[\u001b\u202e\r]/);
  expect(text.split("\n").filter((line) => /^\s*(?:✓|::)/.test(line))).toEqual([]);
});

test("a well-kept repository ends with nothing missing", () => {
  expect(renderFindings("x", examine(wellKept))).toMatch(
    /0 dangerous, 0 missing, 0 not seen, 1 to know, \d+ in order\. Nothing is missing\.\n$/,
  );
});

test.each([
  ["plain", "plain"],
  ["it's $(id) `x`", "'it'\\''s $(id) `x`'"],
  ["", "''"],
])("%j is one word of a shell", (text, word) => {
  expect(shellWord(text)).toBe(word);
});
