import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskOf } from "./mask.ts";
import { redactPattern } from "./pattern.ts";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const wrapped = (text: string, width: number, between: string): string =>
  text.match(new RegExp(`[^]{1,${width}}`, "g"))?.join(between) ?? "";

/** How tools write a value that they were given. */
const FORMS: Readonly<Record<string, (value: string) => string>> = {
  "as it is": (value) => value,
  "in quotes": (value) => `"${value}"`,
  "in JSON": json,
  "in JSON in JSON": (value) => json(json(value)),
  "in JSON as Go writes it": (value) => json(value).replaceAll(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  "in HCL": (value) => json(value).replaceAll("${", "$${").replaceAll("%{", "%%{"),
  "in XML": (value) =>
    value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
  "in a shell's quotes": (value) => value.replaceAll("'", "'\\''"),
  "in an address": encodeURIComponent,
  "in an address, in small letters": (value) =>
    encodeURIComponent(value).replaceAll(/%[0-9A-F]{2}/g, (c) => c.toLowerCase()),
  "in a form": (value) => new URLSearchParams({ v: value }).toString().slice(2),
  "in an address in JSON": (value) => json(encodeURIComponent(value)),
  "in base64": base64,
  "in base64 of base64": (value) => base64(base64(value)),
  "in base64 of JSON": (value) => base64(JSON.stringify({ password: value })),
  "in base64 as Windows has it": (value) => Buffer.from(value, "utf16le").toString("base64"),
  "in base64 in an address": (value) => encodeURIComponent(base64(value)),
  "in base64 cut at 20 characters": (value) => wrapped(base64(value), 20, "\n"),
  "in base64 cut in a frame": (value) => wrapped(base64(`user:${value}`), 30, "\n│     "),
  "in base64 of base64 with a name": (value) => base64(`a:${base64(`u:${value}`)}`),
  "in base64 of an address": (value) => base64(`db://u:${encodeURIComponent(value)}@db`),
  "in capital letters": (value) => value.toUpperCase(),
  "in small letters": (value) => value.toLowerCase(),
  "in an address, all of it in small letters": (value) => encodeURIComponent(value).toLowerCase(),
  "in YAML": (value) => value.replaceAll("'", "''"),
  "in CSV": (value) => value.replaceAll('"', '""'),
  "as Go prints bytes": (value) => [...Buffer.from(value)].join(" "),
  "in hexadecimal": (value) => Buffer.from(value).toString("hex"),
};

/** How lines of a value are broken. */
const CUTS: Readonly<Record<string, (value: string) => string>> = {
  "cut by a line": (value) => wrapped(value, Math.ceil(value.length / 2), "\n"),
  "cut by a frame": (value) => wrapped(value, Math.ceil(value.length / 3), "\n│ "),
  "cut by Terragrunt": (value) =>
    wrapped(value, Math.ceil(value.length / 2), "\n10:22:33.123 STDOUT [prod/vpc] tofu: "),
};

const secret = fc
  .string({ unit: fc.constantFrom(..."abcXYZ019\"\\/&<>{}$%'+=:@;?#!~ é€"), minLength: 12, maxLength: 40 })
  // What is an escape itself is told apart by nobody; what lines are cut at and drawn with is not the value's own.
  .filter((value) => value.trim() === value && !/(?:\$\$|%%)\{|&\w*;|\\|%[0-9a-c]| {2}|[+~-] /i.test(value));

/** A tool that cuts words asunder knows none; what begins like the sign of a diff at the end of a line is taken for one. */
const word = secret.map((value) => value.replaceAll(" ", "_")).filter((value) => !/[+~-]$/.test(value));

describe("a value that is known is masked", () => {
  it.each(Object.entries(FORMS))("%s", (_, write) => {
    fc.assert(
      fc.property(secret, (value) => {
        const shown = maskOf([value])(`before ${write(value)} after`);
        // Quotes and what base64 shares with its neighbours may stay.
        expect(shown).toMatch(/^before .{0,18}\*\*\*(?:.{0,8}) after$/s);
        expect(shown).not.toContain(value);
      }),
    );
  });

  it.each(Object.entries(CUTS))("%s", (_, write) => {
    fc.assert(
      fc.property(word, (value) => {
        expect(maskOf([value])(`before ${write(value)} after`)).toBe("before *** after");
      }),
    );
  });

  it("broken between words, whatever is drawn before the next line", () => {
    const value = "correct horse battery staple";
    for (const between of ["\n", "\n│ ", "\n  │ ", "\r\n\t", "\n10:22:33.123 STDERR tofu: │ "]) {
      expect(maskOf([value])(`│ Error: ${value.replace("horse ", `horse${between}`)}.`)).toBe("│ Error: ***.");
    }
  });

  it("in base64 and base64url at every place among other bytes, whatever stands beside it", () => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 }), (value, before, after) => {
        for (const alphabet of ["base64", "base64url"] as const) {
          const text = Buffer.from(before + value + after).toString(alphabet);
          const left = maskOf([value])(text).split("***");
          expect(left).toHaveLength(2);
          const [start = "", end = ""] = left.map((part) => Buffer.from(part, alphabet).toString("latin1"));
          expect(start.length).toBeLessThanOrEqual(Buffer.byteLength(before));
          expect(end.length).toBeLessThanOrEqual(Buffer.byteLength(after));
        }
      }),
    );
  });

  it("with backslashes in it, escaped once, twice or not at all", () => {
    const value = 'C:\\new\\"x"\\table';
    for (const text of [value, json(value), json(json(value))]) expect(maskOf([value])(`<${text}>`)).toBe("<***>");
  });

  it("a half of it, where a line is cut off", () => {
    const value = Array.from({ length: 40 }, (_, index) => `part-${index}`).join("-");
    expect(maskOf([value])(value.slice(0, 200))).not.toContain("part-15");
  });

  it("each line of several, and of JSON what its keys call a secret, but not every word", () => {
    const mask = maskOf(["first-line\nsecond-line\nend"]);
    expect(mask("x second-line y end first-line")).toBe("x *** y end ***");
    const account = JSON.stringify({
      type: "service_account",
      private_key: "-abc-def-\n-ghi-jkl-\n",
      project: "live-1",
    });
    expect(maskOf([account])('service_account live-1 -ghi-jkl- "-abc-def-\\n-ghi-jkl-\\n"')).toBe(
      'service_account live-1 *** "***\\n"',
    );
  });

  it("but not where two lines make it by chance, nor when it is too short to be one", () => {
    expect(maskOf(["pass"])("help\nassist pa\nss")).toBe("help\nassist pa\nss");
    expect(maskOf(["abc", "  ", ""])("abc")).toBe("abc");
  });

  it("and the rest of a text stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(maskOf(["a-value-that-is-not-there"])(text)).toBe(text);
      }),
    );
  });

  it("also among thousands, of which one begins another", () => {
    const values = Array.from({ length: 5000 }, (_, index) => `arn:aws:secret:${index}`);
    expect(maskOf(values)("x arn:aws:secret:49 arn:aws:secret:4999 arn:aws:secrets")).toBe("x *** *** arn:aws:secrets");
  });
});

describe("credentials are masked by their form", () => {
  const key = "A".repeat(40);
  it.each([
    ["-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----", "***"],
    ["-----BEGIN PRIVATE KEY-----\\nabc and no end", "***"],
    ["id AKIAABCDEFGHIJKLMNOP.", "id ***."],
    [`ghp_${key} github_pat_${key} glpat-${key}`, "*** *** ***"],
    ["xoxb-1234567890-abc", "***"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc-_", "***"],
    [`aws_secret_access_key = "${key}"`, 'aws_secret_access_key = "***"'],
    [`{\\"SecretAccessKey\\": \\"${key}\\"}`, '{\\"SecretAccessKey\\": \\"***\\"}'],
    [`https://b.s3.amazonaws.com/k?X-Amz-Signature=${key}&x=1`, "https://b.s3.amazonaws.com/k?X-Amz-Signature=***&x=1"],
    ["Authorization: Bearer abcdefghij", "Authorization: Bearer ***"],
    ["postgres://user:p4ss-word@db:5432/x", "postgres://user:***@db:5432/x"],
    ["git@github.com:acme/live.git https://github.com/acme/live.git?ref=v1", null],
    ["arn:aws:iam::111111111111:role/pipelines-plan", null],
  ])("%s", (text, expected) => {
    expect(maskOf([])(text)).toBe(expected ?? text);
  });
});

describe("a configuration's patterns", () => {
  it("mask what they match as a whole", () => {
    expect(maskOf([], [redactPattern("acct-(\\d+)"), redactPattern("(?i)internal")])("acct-123 INTERNAL x")).toBe(
      "*** *** x",
    );
  });

  it.each([
    ["a(?=b)", "looks ahead"],
    ["(?<!a)b", "looks ahead or behind"],
    ["(a)\\1", "refers back"],
    ["[a", "missing closing ]"],
    ["x*", "matches the empty text"],
    ["(a|)", "matches the empty text"],
    ["a{5000}", "invalid repeat count"],
  ])("can't be %s", (source, message) => {
    expect(() => redactPattern(source)).toThrow(message);
  });
});
