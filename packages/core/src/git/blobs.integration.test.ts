import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toolEnvironment } from "../process/environment.ts";
import { GitBlobsError, readBlobs } from "./blobs.ts";

let folder = "";
const write = (text: string | Buffer): string =>
  execFileSync("git", ["hash-object", "-w", "--stdin"], { cwd: folder, input: text, encoding: "utf8" }).trim();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "blobs-"));
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("reads every blob byte for byte, also empty ones, ones without a line end, and ones that look like git's own lines", async () => {
  const long = "é".repeat(300_000);
  const texts = ["", "a", "a\n", "\n\n", "0123 blob 4\nabcd\n", long, "last"];
  const names = texts.map(write);
  const blobs = await readBlobs(folder, names, toolEnvironment(process.env), 1_000_000);
  expect(names.map((name) => blobs.get(name))).toEqual(texts.map((text) => ({ text })));
});

it("does not hold what is too long, says nothing of what is missing, and goes on behind both", async () => {
  const [long, short] = [write("x".repeat(200_001)), write("short")];
  const missing = "1".repeat(40);
  const blobs = await readBlobs(folder, [long, missing, short], toolEnvironment(process.env), 200_000);
  expect([...blobs]).toEqual([
    [long, { tooLong: 200_001 }],
    [short, { text: "short" }],
  ]);
});

it("fails where git fails", async () => {
  await expect(readBlobs(tmpdir(), ["1".repeat(40)], toolEnvironment(process.env), 1)).rejects.toThrow(GitBlobsError);
});
