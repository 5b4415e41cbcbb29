import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { matchingLines, readLog } from "./log-file.ts";

async function withFile<T>(fill: (file: string) => Promise<void>, use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "log-"));
  try {
    const file = join(folder, "out");
    await fill(file);
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("of two gigabytes without a line's end the lines before and behind are kept, within bounded memory", async () => {
  const before = process.memoryUsage().rss;
  await withFile(
    async (file) => {
      await writeFile(file, "first\n");
      await truncate(file, 2_000_000_000);
      await appendFile(file, "\nlast: mocked\n");
    },
    async (file) => {
      expect(await readLog(file)).toBe("first\n… 1999999995 bytes are left out here …\nlast: mocked\n");
      expect(await matchingLines(file, ["mocked"])).toEqual(["last: mocked"]);
    },
  );
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(300);
});

test("a short log is kept whole, and one that is not there is empty", async () => {
  await withFile(
    (file) => writeFile(file, "a\nb"),
    async (file) => {
      expect(await readLog(file)).toBe("a\nb");
      expect(await matchingLines(file, ["b"])).toEqual(["b"]);
      expect(await readLog(`${file}.not`)).toBe("");
      expect(await matchingLines(`${file}.not`, ["b"])).toEqual([]);
    },
  );
});

test("a cut is at a line's end, so that no half of a secret is left", async () => {
  await withFile(
    (file) => writeFile(file, `${"x".repeat(1000)}secret-secret-secret\n`.repeat(4000)),
    async (file) => {
      const lines = (await readLog(file)).split("\n").filter((line) => line !== "" && !line.startsWith("…"));
      expect(new Set(lines)).toEqual(new Set([`${"x".repeat(1000)}secret-secret-secret`]));
    },
  );
});
