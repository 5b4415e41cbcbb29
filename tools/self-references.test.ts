import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { filesWithReferences, type Target, writeOutSelfReferences } from "./self-references.ts";

const root = resolve(import.meta.dirname, "..");
const commit = "0123456789abcdef0123456789abcdef01234567";
const enterprise: Target = { kind: "repository", repository: "platform/pipelines", ref: commit };

describe("writing out self-references", () => {
  it.each([
    ["      - uses: $/actions/orchestrator", `      - uses: platform/pipelines/actions/orchestrator@${commit}`],
    ["        uses: $/actions/a-b # why", `        uses: platform/pipelines/actions/a-b@${commit} # why`],
    ['    uses: "$/.github/workflows/x.yml"', `    uses: "platform/pipelines/.github/workflows/x.yml@${commit}"`],
    ["        run: echo uses: $/actions/x", "        run: echo uses: $/actions/x"],
    ["      # uses: $/actions/x", "      # uses: $/actions/x"],
    ["        uses: actions/checkout@v7", "        uses: actions/checkout@v7"],
  ])("%s", (line, written) => {
    expect(writeOutSelfReferences(line, enterprise)).toBe(written);
  });

  it("names a folder where that is asked for", () => {
    expect(writeOutSelfReferences("uses: $/actions/x", { kind: "folder", folder: "./.pipelines-release/" })).toBe(
      "uses: ./.pipelines-release/actions/x",
    );
  });

  it("changes nothing but the values of `uses:` in the files of this repository, and leaves no self-reference", () => {
    const files = filesWithReferences(root);
    expect(files).toContain(".github/workflows/pipelines.yml");
    let changed = 0;
    for (const file of files) {
      const text = readFileSync(join(root, file), "utf8");
      const written = writeOutSelfReferences(text, enterprise);
      const [before, after] = [text.split("\n"), written.split("\n")];
      expect(after).toHaveLength(before.length);
      for (const [index, line] of before.entries()) {
        if (line === after[index]) continue;
        changed += 1;
        expect([line.split("uses:")[0], line.includes("$/")]).toEqual([after[index]?.split("uses:")[0], true]);
      }
      expect(JSON.stringify(parse(written))).not.toContain('"uses":"$/');
      expect(withoutUses(parse(written))).toEqual(withoutUses(parse(text)));
    }
    expect(changed).toBeGreaterThan(4);
  });
});

function withoutUses(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document, (key, value: unknown) => (key === "uses" ? undefined : value)));
}
