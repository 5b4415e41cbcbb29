import { expect, it } from "vitest";
import { nearest } from "./nearest.ts";

it.each([
  ["Deny", ["allow", "deny"], "deny"],
  ["enviroments", ["environments", "hooks"], "environments"],
  ["stag", ["dev", "stage"], "stage"],
  ["pro", ["dev", "prod"], "prod"],
  ["dve", ["dev", "prod"], "dev"],
  ["off", ["on", "paused"], null],
  ["prod", ["dev", "stage"], null],
])("of `%s` among %j it takes %j for what was meant", (word, candidates, meant) => {
  expect(nearest(word, candidates)).toBe(meant);
});
