import { beforeAll, describe, expect, it } from "vitest";
import { play, type Told } from "./play.ts";
import { READS } from "./reads.ts";
import { RUNS } from "./runs.ts";
import { STACKS } from "./stacks.ts";

/**
 * How people use Terragrunt, small: each team has a folder of one repository, and what is right follows from what
 * Terragrunt's documentation says of its words. The teams share each commit, and with that also its cost.
 */
const TEAMS = [...STACKS, ...READS, ...RUNS];
const CONFIGURATION = 'reviewed_plan: "off"\nignore: ["**/*.md", "**/.boilerplate/**", "*/units/**", "*/modules/**"]\n';

const matching = (lines: readonly (string | RegExp)[]): unknown[] =>
  lines.map((text) => (typeof text === "string" ? text : expect.stringMatching(text)));

describe("one repository of many teams", () => {
  let told: Told = new Map();
  beforeAll(async () => {
    told = await play(TEAMS, CONFIGURATION);
  });

  it.each(TEAMS)("$shows", (team) => {
    const events = told.get(team)?.slice(1, 1 + 2 * team.steps.length);
    expect(events).toEqual(team.steps.flatMap(({ proposed, pushed }) => [matching(proposed), matching(pushed)]));
  });
});
