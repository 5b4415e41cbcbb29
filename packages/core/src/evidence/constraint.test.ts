import { describe, expect, it } from "vitest";
import { lowestMeeting, meets } from "./constraint.ts";

describe("version constraints as OpenTofu reads them", () => {
  it.each([
    ["1.12.6", ">= 1.5, < 2.0.0", true],
    ["1.12.6", "~> 1.9", true],
    ["1.12.6", "~> 1.9.0", false],
    ["1.9.8", "~>1.9.0", true],
    ["2.0.0", "~> 1.9", false],
    ["3.1.0", "~> 1", true],
    ["1.12.6", "!= 1.12.6", false],
    ["1.12.6", "!=1.12.5,>1", true],
    ["1.12.6", "1.12.6", true],
    ["1.12.6", "= v1.12", false],
    ["1.12.6", "> 1.12.6", false],
    ["1.12.6", "<= 1.12.6", true],
    ["1.13.0-beta1", ">= 1.12", true],
    ["1.12.6", "${local.version}", null],
    ["1.12.6", "", null],
  ])("%s against `%s` is %s", (version, constraint, met) => {
    expect(meets(version, constraint)).toBe(met);
  });

  it.each([
    [">= 1.5, < 2.0.0", "1.5.0"],
    ["~> 1.5.0", "1.5.0"],
    ["> 1.5.7, != 1.5.8", "1.5.9"],
    ["< 1.0", "0.0.0"],
    ["1.6.0-beta1", "1.6.0-beta1"],
    [">= 99", "99.0.0"],
    [">= 2, < 1", null],
    ["${local.version}", null],
  ])("the lowest that meets `%s` is %s", (constraint, lowest) => {
    expect(lowestMeeting(constraint)).toBe(lowest);
  });
});
