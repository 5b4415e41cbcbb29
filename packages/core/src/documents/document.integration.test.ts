import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readDocument, writeDocument } from "./document.ts";

const schema = z.strictObject({ version: z.literal(1), text: z.string() });

describe("documents", () => {
  it("come back as they were written, and leave no temporary file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "documents-"));
    const file = join(folder, "deep/er/document.json");
    await writeDocument(file, { version: 1, text: "ü\n" });
    expect(await readDocument(file, schema)).toEqual({ version: 1, text: "ü\n" });
    expect(await readdir(join(folder, "deep/er"))).toEqual(["document.json"]);
  });

  it.each([
    ["is missing", null, "can't be read"],
    ["is cut off", '{"version": 1, "te', "is not JSON"],
    ["is of another version", '{"version": 2, "text": ""}', "version"],
    ["has a key too many", '{"version": 1, "text": "", "more": 1}', "more"],
  ])("one that %s is refused by name", async (_what, content, message) => {
    const file = join(await mkdtemp(join(tmpdir(), "documents-")), "x.json");
    if (content !== null) await writeFile(file, content);
    await expect(readDocument(file, schema)).rejects.toThrow(message);
    await expect(readDocument(file, schema)).rejects.toThrow(file);
  });
});
