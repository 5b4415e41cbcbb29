import { expect, it } from "vitest";
import { inert } from "./inert.ts";

it.each([
  ["a colour", "\u001B[31mred\u001B[0m", "red"],
  ["a colour of 256", "\u001B[38;5;196mred\u001B[m", "red"],
  ["a colour with colons", "\u001B[38:2::255:0:0mred", "red"],
  ["a colour that begins with one character", "\u009B1mbold", "bold"],
  ["a link", "\u001B]8;;https://example.com\u001B\\here\u001B]8;;\u0007", "here"],
  ["what tput's reset prints", "a\u001B(B\u001B[mb", "ab"],
  ["a saved cursor", "\u001B7a\u001B8", "a"],
])("leaves nothing of %s", (_what, text, left) => {
  expect(inert(text)).toBe(left);
});

it("keeps what only looks like one", () => {
  expect(inert("rate(x[5m]) \\u001b[31m [0m")).toBe("rate(x[5m]) \\u001b[31m [0m");
});
