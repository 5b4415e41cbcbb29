import { describe, expect, it } from "vitest";
import { ConfigurationError } from "./configuration-error.ts";
import { defaultConfiguration, readConfiguration } from "./read.ts";

const mistakes = (text: string): string[] => {
  try {
    readConfiguration(text, "config.yml");
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split("\n");
    throw error;
  }
  return [];
};

describe("reading the configuration", () => {
  it("needs nothing: an empty text is the default configuration", () => {
    expect(readConfiguration("", "config.yml")).toEqual(defaultConfiguration());
    expect(readConfiguration("# only a comment\n", "config.yml")).toEqual(defaultConfiguration());
  });

  it("fills in the defaults of what is left out", () => {
    const configuration = readConfiguration("jobs: { units_per_job: 3 }", "config.yml");
    expect(configuration.jobs).toEqual({ units_per_job: 3, parallelism: 4, timeout_minutes: 60, lock_timeout: "10m" });
    expect(configuration.reviewed_plan).toBe("no-unseen-destroy");
  });

  it.each([
    [
      "an unknown key, with the key that was meant",
      "deploy_brnch: main",
      "config.yml:1: unknown key `deploy_brnch`; did you mean `deploy_branch`?",
    ],
    [
      "an unknown key deep inside, with its line",
      'environments:\n  prod:\n    paths: ["prod/**"]\n    runer: big',
      "config.yml:4: unknown key `runer` in `environments.prod`; did you mean `runner`?",
    ],
    [
      "a value of the wrong type, with its line",
      "deploy_branch: main\njobs:\n  units_per_job: many",
      "config.yml:3: `jobs.units_per_job` is the text `many`; it has to be a whole number from 1 to 500",
    ],
    [
      "a missing key, at the line of what lacks it",
      "environments:\n  prod: {}",
      'config.yml:2: `environments.prod.paths` is missing; it has to be a list of texts, such as `["a", "b"]`',
    ],
    [
      "a key given twice",
      "deploy_branch: a\ndeploy_branch: b",
      "config.yml:2: the key `deploy_branch` is given twice; keep one of them",
    ],
  ])("tells of %s", (_what, text, message) => {
    expect(mistakes(text)).toEqual([message]);
  });

  it("tells every mistake at once", () => {
    expect(mistakes("a: 1\nmoves: never\njobs: 3")).toHaveLength(3);
  });

  it("refuses YAML that expands without end", () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...[..."bcdefgh"].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${"abcdefg"[index]}`).join(",")}]`),
    ].join("\n");
    expect(mistakes(bomb)).toEqual([
      "config.yml:2: aliases (`*name`) expand to more than can be read; write the values out",
    ]);
  });
});
