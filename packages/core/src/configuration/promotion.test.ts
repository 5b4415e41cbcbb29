import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "./configuration-error.ts";
import { isWaitedFor, promotionIssues, promotionOf, STAGES_PER_DIRECTION } from "./promotion.ts";
import { readConfiguration } from "./read.ts";

/** A configuration of environments, each with those that it comes after, one a line from line 2. */
function configured(after: Record<string, readonly string[]>): string {
  const lines = Object.entries(after).map(
    ([name, others]) => `  ${name}: { paths: ["${name}/**"], after: [${others.join(", ")}] }`,
  );
  return ["environments:", ...lines].join("\n");
}
const read = (after: Record<string, readonly string[]>) => readConfiguration(configured(after), "config.yml");
const mistakes = (after: Record<string, readonly string[]>): string[] => {
  try {
    read(after);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split("\n");
    throw error;
  }
  return [];
};
const earlier = (after: Record<string, readonly string[]>, name: string): string[] =>
  [...(promotionOf(read(after)).get(name) ?? [])].toSorted();

describe("the order of environments", () => {
  it("goes through environments that a change does not touch: dev comes before prod by way of stage", () => {
    const chain = { dev: [], stage: ["dev"], prod: ["stage"], other: [] };
    expect(earlier(chain, "prod")).toEqual(["dev", "stage"]);
    expect(earlier(chain, "stage")).toEqual(["dev"]);
    expect([earlier(chain, "dev"), earlier(chain, "other")]).toEqual([[], []]);
    const promotion = promotionOf(read(chain));
    expect(["dev", "stage", "prod", "other"].filter((name) => isWaitedFor(promotion, name))).toEqual(["dev", "stage"]);
  });

  it("is none in a repository without environments", () => {
    expect(promotionOf(readConfiguration("", "config.yml")).size).toBe(0);
  });

  it.each<[string, Record<string, string[]>, string[]]>([
    [
      "a name that is no environment, with the one that was meant",
      { dev: [], prod: ["dve"] },
      ["config.yml:3: `environments.prod.after[0]` is `dve`: there is no such environment; did you mean `dev`?"],
    ],
    [
      "a circle, once, as a path",
      { dev: ["prod"], stage: ["dev"], prod: ["stage"] },
      [
        "config.yml:2: `environments.dev.after[0]` is `prod`: that is a circle, so none of them could begin: dev → stage → prod → dev",
      ],
    ],
    [
      "an environment that comes after itself",
      { dev: [], prod: ["dev", "prod"] },
      [
        "config.yml:3: `environments.prod.after[1]` is `prod`: that is a circle, so none of them could begin: prod → prod",
      ],
    ],
    [
      "a chain that a run has no stages for, once, where it becomes too long",
      { a: [], b: ["a"], c: ["b"], d: ["c"], e: ["d"], f: ["e"] },
      [
        "config.yml:6: `environments.e.after[0]` is `d`: 5 environments would follow each other (a → b → c → d → e), and a run has 4 stages; let some of them be applied side by side",
      ],
    ],
  ])("refuses %s", (_what, after, messages) => {
    expect(mistakes(after)).toEqual(messages);
  });

  it("takes as many in a row as a run has stages, and any number side by side", () => {
    expect(mistakes({ a: [], b: ["a"], c: ["b"], d: ["c"], e: ["c"], f: ["c", "a"] })).toEqual([]);
  });

  it("whatever is configured, is either refused or free of circles and no longer than a run's stages", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const following = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 })])),
    );
    fc.assert(
      fc.property(following, (after) => {
        const environments = Object.fromEntries(
          Object.entries(after).map(([name, others]) => [name, { after: others }]),
        );
        const promotion = promotionOf({ environments });
        const circle = names.some((name) => promotion.get(name)?.has(name) === true);
        const longest = (name: string): number => 1 + Math.max(0, ...(after[name] ?? []).map(longest));
        const fits = !circle && names.every((name) => longest(name) <= STAGES_PER_DIRECTION);
        expect(promotionIssues(environments).length === 0).toBe(fits);
      }),
    );
  });
});
