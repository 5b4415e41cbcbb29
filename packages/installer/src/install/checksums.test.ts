import { describe, expect, it } from "vitest";
import { requireSum, sumOf } from "./checksums.ts";

describe("checksums", () => {
  it("a program that its publisher's list does not have is refused", () => {
    const sum = "a".repeat(64);
    expect(sumOf(`${sum}  tofu_1.zip\n${"b".repeat(64)} *other\n`, "tofu_1.zip")).toBe(sum);
    expect(() => sumOf(`${sum}  tofu_1.zip.evil\n`, "tofu_1.zip")).toThrow("nothing is installed unchecked");
  });

  it("a file is compared with its own line", () => {
    const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    expect(() => requireSum(new Uint8Array(), `${empty}  one\n`, "one")).not.toThrow();
    expect(() => requireSum(new Uint8Array([0]), `${empty}  one\n`, "one")).toThrow(`its publisher says ${empty}`);
    expect(() => requireSum(new Uint8Array(), `${"0".repeat(64)}  one\n${empty}  other\n`, "one")).toThrow("SHA-256");
  });
});
