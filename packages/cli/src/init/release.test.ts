import { expect, test } from "vitest";
import { releaseOf } from "./release.ts";

test.each(["acme/pipelines@v1", "acme/pipelines@3f2a9c", "a-b/p.q_r@release/2026-11", "OWNER/pipelines@v1.2.3"])(
  "%s is a release",
  (text) => {
    expect(releaseOf(text)).toEqual({ repository: text.split("@")[0], ref: text.split("@")[1] });
  },
);

test.each([
  ["acme/pipelines", "no tag, branch or commit"],
  ["v1", "no tag, branch or commit"],
  ["", "no tag, branch or commit"],
  ["acme/pipelines@", "`` is no tag"],
  ["acme@v1", "`acme` is no repository"],
  ["https://github.com/acme/pipelines@v1", "is no repository"],
  ["acme/pipelines/.github@v1", "is no repository"],
  ["acme/..@v1", "is no repository"],
  ["acme/pipelines@v1 # x", "is no tag"],
  ["acme/pipelines@v1\npermissions: write-all", "no tag, branch or commit"],
  ["acme/pipelines@${{ github.ref }}", "is no tag"],
  ["acme/pipelines@v1@v2{@{", "is no tag"],
])("%s is none", (text, why) => {
  expect(releaseOf(text)).toEqual({ wrong: expect.stringContaining(why) });
  expect(releaseOf(text)).toEqual({ wrong: expect.stringContaining("acme/pipelines@v1") });
});
