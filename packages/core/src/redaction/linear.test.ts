import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { checkSync } from "recheck";
import { describe, expect, it } from "vitest";
import { maskOf } from "./mask.ts";
import { needlesOf } from "./needles.ts";

/** What is masked is other people's text: no text may cost more than its length. */
const LITERAL =
  /(?<=[(,=]\s*)\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)+\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)+\])*)\/([a-z]*)/g;

const literals = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), "utf8").matchAll(LITERAL)].map(([, source = "", flags = ""]) => ({
      ...{ file, source, flags },
    })),
  );

describe("every regular expression of the redaction takes time in proportion to the text", () => {
  it.each(literals)("$file: $source", ({ source, flags }) => {
    expect(checkSync(source, flags, { timeout: 20_000 })).toMatchObject({ status: "safe" });
  });

  it("and a literal that does not is noticed", () => {
    expect(literals.length).toBeGreaterThan(8);
    expect(checkSync("\\beyJ[A-Za-z0-9_-]{10,}\\.", "g").status).toBe("vulnerable");
  });
});

describe("a log that is full of what credentials begin with", () => {
  const LENGTH = 300_000;
  /** An engine that tries each place anew takes 15 seconds and more for the first of them. */
  const MOST_SECONDS = 3;

  it.each(["-eyJaaaaaaaaaaa", "-hvs.", "-xoxb-", "-ghp_a", "-----BEGIN PRIVATE KEY", "a://b:", "secret_access_key="])(
    "is masked in time: %s",
    (beginning) => {
      const text = beginning.repeat(LENGTH / beginning.length);
      const before = process.cpuUsage();
      maskOf([])(text);
      // What other processes of the machine do meanwhile does not count.
      expect(process.cpuUsage(before).user / 1_000_000).toBeLessThan(MOST_SECONDS);
    },
  );
});

describe("looking for values", () => {
  /** What is asked of a text, counted. */
  class Counted extends String {
    reads = 0;
    override charCodeAt(index: number): number {
      this.reads += 1;
      return super.charCodeAt(index);
    }
    override slice(start?: number, end?: number): string {
      const part = super.slice(start, end);
      this.reads += part.length;
      return part;
    }
  }

  it.each([
    ["values that are like themselves", "a", ["a".repeat(50_000), `${"a".repeat(1000)}b`]],
    ["many values that begin alike", "arn:aws:", Array.from({ length: 500 }, (_, index) => `arn:aws:arn:aws:${index}`)],
  ])("reads as much of a text of ten times the length as is ten times more: %s", (_, unit, values) => {
    const needles = needlesOf(values);
    const reads = (size: number): number => {
      const text = new Counted(unit.repeat(size / unit.length));
      // biome-ignore lint/suspicious/noExplicitAny: a text that counts is one.
      for (const _found of needles.find(text as any));
      return text.reads;
    };
    const [small, large] = [reads(16_000), reads(160_000)];
    expect(small).toBeGreaterThan(16_000);
    expect(large / small).toBeLessThan(10.5);
  });
});
