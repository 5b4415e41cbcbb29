import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { CALLER, production, refuseAll, wellKept } from "../../test/doctor-facts.ts";
import { findCallers } from "./caller.ts";
import type { Facts } from "./facts.ts";
import { seen } from "./look.ts";
import { examine } from "./rules/all.ts";
import { SETTINGS } from "./threat-model.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../../../docs/threat-model.md"), "utf8");

/** What the page's tables call a setting: the text after `setting:` up to the next thing that holds the row. */
const settings = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) => line.split("|").at(-2)?.trim() ?? "")
  .flatMap((held) => (/\bsetting\b/.test(held) ? [held.replace(/^.*?\bsetting\b:?/, "")] : []))
  .flatMap((text) => text.split(";"))
  .map((text) =>
    text
      .replace(/\*\*.*\*\*/, "")
      .trim()
      .replace(/\.$/, ""),
  )
  .filter((text) => !/^tests?\b|unproven/.test(text));

/** Repositories in which each setting plays a part: own runners, a public one, nothing to be seen. */
const withRunner: Facts = {
  ...wellKept,
  checkout: {
    ...wellKept.checkout,
    callers: findCallers([{ file: "x.yml", text: CALLER.replace("with:", "with:\n      runner: big") }]),
  },
};
const repositories: readonly Facts[] = [
  wellKept,
  { ...refuseAll(wellKept), checkout: wellKept.checkout },
  { ...wellKept, environments: seen([production]) },
  withRunner,
  { ...withRunner, repository: { ...withRunner.repository, isPublic: true } },
];

test("every setting of the threat model is looked at, and nothing is claimed to be one that is not", () => {
  expect(settings.length).toBeGreaterThan(8);
  expect([...new Set(settings)].toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
});

test.each(Object.entries(SETTINGS))("%s has its finding", (_, ids) => {
  const found = repositories.flatMap(examine).map(({ id }) => id);
  for (const id of ids)
    expect(found.filter((candidate) => (id.endsWith("/") ? candidate.startsWith(id) : candidate === id))).not.toEqual(
      [],
    );
});
