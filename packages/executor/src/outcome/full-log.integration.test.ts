import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maskOf } from "@pipelines/core/redaction/mask";
import { expect, test } from "vitest";
import { writeFullLog } from "./full-log.ts";

async function logOf(fill: (file: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "full-log-"));
  try {
    const [source, target] = [join(folder, "out"), join(folder, "logs/unit.txt")];
    await fill(source);
    const parts = [{ title: "terragrunt plan", text: "own words", files: [source, join(folder, "none")] }];
    await writeFullLog(target, parts, maskOf(["hunter2-and-more"]));
    return await readFile(target, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("ten megabytes are kept whole, with every secret masked wherever a read ends", async () => {
  const line = "a line with hunter2-and-more in it, and some more\n";
  const log = await logOf((file) => writeFile(file, line.repeat(200_000)));
  expect(log.split("\n").length).toBe(200_003);
  expect(log.includes("hunter2")).toBe(false);
  expect(log.startsWith("── terragrunt plan\nown words\na line with *** in it")).toBe(true);
});

test("a private key is masked as a whole, wherever a read ends", async () => {
  const key = `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKCAQEA\n".repeat(60)}-----END RSA PRIVATE KEY-----\n`;
  const log = await logOf((file) => writeFile(file, `${"before\n".repeat(100)}${key}`.repeat(700)));
  expect(log.includes("MIIE")).toBe(false);
  expect(log.split("***").length).toBe(701);
});

test("of two gigabytes what is not a log is left out and counted, within bounded memory", async () => {
  const before = process.memoryUsage().rss;
  const log = await logOf(async (file) => {
    await writeFile(file, "first\n");
    await truncate(file, 500_000_000);
    await appendFile(file, "\nlast\n");
  });
  expect(log).toContain("first\n… a line of 499999994 bytes is left out here …\nlast\n");
  const lines = await logOf((file) => writeFile(file, `${"y".repeat(999)}\n`.repeat(100_000)));
  expect(lines.length).toBeLessThan(70_000_000);
  expect(lines.slice(-80)).toMatch(/… \d+ bytes are left out here …\n$/);
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(600);
});
