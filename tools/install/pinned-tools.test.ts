import { resolve } from "node:path";
import { releaseOf, TOOLS, testedVersion } from "@pipelines/core/tools/tool";
import { describe, expect, it } from "vitest";
import { pinnedTools } from "./pinned-tools.mjs";

describe("the tools of the set-up", () => {
  const { tools } = pinnedTools(resolve(import.meta.dirname, "../.."));

  it.each(TOOLS)("%s is tested in the version that is installed, from the same address", (tool) => {
    const pinned = tools[tool === "opentofu" ? "tofu" : tool];
    const version = testedVersion(tool);
    expect(pinned?.version).toBe(version);
    const url = pinned?.release?.url
      .replaceAll("{version}", version)
      .replace("{os}", "linux")
      .replace("{arch}", "amd64");
    expect(url ?? releaseOf(tool, version, "linux", "x64").url).toBe(releaseOf(tool, version, "linux", "x64").url);
  });

  it("every one of them has a version and a client that gets it where its release can't be had", () => {
    for (const [name, tool] of Object.entries(tools)) {
      expect([name, tool.version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
      expect([name, tool.client.kind]).toEqual([name, expect.stringMatching(/^(?:go-module|go-install|pip)$/)]);
    }
  });
});
