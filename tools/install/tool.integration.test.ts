import { chmod, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bringTool } from "./tool.mjs";

let root: string;
let path: string | undefined;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tools-"));
  path = process.env["PATH"];
});
afterEach(() => {
  process.env["PATH"] = path;
});

async function putOnPath(version: string): Promise<void> {
  const folder = join(root, "path");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "thing"), `#!/bin/sh\necho "thing version v${version}"\n`);
  await chmod(join(folder, "thing"), 0o755);
  process.env["PATH"] = [folder, path].join(delimiter);
}

const thing = (version: string) => ({
  version,
  versionArguments: ["--version"],
  neededBy: ["demo"],
  client: { kind: "go-install" as const, package: "example.invalid/thing", ldflags: "", minutes: 1 },
});
const bring = async (version: string): Promise<string[]> => {
  const said: string[] = [];
  await bringTool("thing", thing(version), root, (line: string) => said.push(line));
  return said;
};

describe("bringing a tool", () => {
  it("takes the pinned version from the PATH, and does nothing the second time", async () => {
    await putOnPath("1.2.3");
    expect(await bring("1.2.3")).toEqual([expect.stringContaining("thing 1.2.3: on the PATH")]);
    expect(await bring("1.2.3")).toEqual([]);
    expect(await readFile(join(root, ".tools/stamps/thing"), "utf8")).toBe("1.2.3");
  });

  it("brings the new version after a bump", async () => {
    await putOnPath("1.2.3");
    await bring("1.2.3");
    await putOnPath("1.3.0");
    expect(await bring("1.3.0")).toEqual([expect.stringContaining("thing 1.3.0: on the PATH")]);
  });

  it("passes over another version on the PATH; where nothing else works it says so and leaves nothing behind", async () => {
    await putOnPath("1.2.30");
    await expect(bring("1.2.3")).rejects.toThrow(/thing 1\.2\.3/);
    await expect(stat(join(root, ".tools/bin/thing"))).rejects.toThrow();
    expect((await readdir(join(root, ".tools"))).toSorted()).toEqual(["bin", "stamps"]);
  });
});
