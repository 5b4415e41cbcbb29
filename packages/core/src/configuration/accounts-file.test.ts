import { describe, expect, it } from "vitest";
import { readAccounts } from "./accounts-file.ts";

describe("reading accounts.yml", () => {
  it("reads ids with and without quotes, restoring leading zeros, and keeps the plain values of other keys", () => {
    const accounts = readAccounts(
      'dev:\n  id: "012345678901"\n  email: dev@example.com\n  vpc_created: true\nold:\n  id: 12345678901\n  owner_email: o@example.com\n',
      "accounts.yml",
    );
    expect([...accounts.values()]).toEqual([
      { name: "dev", id: "012345678901", email: "dev@example.com", values: { vpc_created: "true" } },
      { name: "old", id: "012345678901", email: "o@example.com" },
    ]);
  });

  it("is empty for an empty file", () => {
    expect(readAccounts("", "accounts.yml").size).toBe(0);
  });

  it("names the line of an account without an id", () => {
    expect(() => readAccounts("dev:\n  email: a@b.c\n", "accounts.yml")).toThrow(/^accounts\.yml:1: `dev\.id`/);
  });
});
