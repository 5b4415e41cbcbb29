import { expect, it } from "vitest";
import { maskOf } from "./mask.ts";

const jwt = `eyJ${"hbGciOiJSUzI1NiJ9".repeat(2)}.eyJ${"pc3MiOiIxMjM0NTYifQ".repeat(4)}.${"c2lnbmF0dXJl-_".repeat(12)}`;

it.each([
  ["an installation's token as it was until 2026", `ghs_${"a1B2".repeat(9)}`],
  ["an installation's token as it is now: its app and a JSON web token", `ghs_123456_${jwt}`],
  ["a personal token", `ghp_${"a1B2".repeat(9)}`],
  ["a JSON web token", jwt],
])("%s is masked to its end, whoever it belongs to", (_what, token) => {
  expect(maskOf([])(`token ${token} end`)).toBe("token *** end");
  expect(maskOf([])(`https://x-access-token:${token}@github.com/a/b`)).toBe(
    "https://x-access-token:***@github.com/a/b",
  );
});
