import { describe, expect, it } from "vitest";
import { UnitPath } from "../contracts/unit-path.ts";
import { environmentLookup, globMatcher } from "./environments.ts";
import { readConfiguration } from "./read.ts";

const unit = (path: string) => UnitPath.parse(path);

describe("the environment of a unit", () => {
  const lookup = environmentLookup(
    readConfiguration(
      'environments:\n  prod: { paths: ["prod/**"] }\n  network: { paths: ["*/network/**"] }\n',
      "config.yml",
    ),
  );

  it.each([
    ["prod/vpc", "prod"],
    ["prod", "prod"],
    ["dev/network/vpc", "network"],
  ])("%s is in %s", (path, name) => {
    expect(lookup(unit(path))).toMatchObject({ kind: "one", environment: { name } });
  });

  it("is none where no glob matches", () => {
    expect(lookup(unit("dev/app"))).toEqual({ kind: "none" });
  });

  it("is undecided where two match, and both are named", () => {
    expect(lookup(unit("prod/network/vpc"))).toEqual({ kind: "several", names: ["prod", "network"] });
  });

  it("is the implicit one where the configuration declares none", () => {
    const implicit = environmentLookup(readConfiguration("", "config.yml"));
    expect(implicit(unit("anything/at/all"))).toMatchObject({ kind: "one", environment: { name: "default" } });
    expect(implicit(unit("."))).toMatchObject({ kind: "one" });
  });
});

describe("globs", () => {
  it.each([
    ["prod/*", "prod/vpc", true],
    ["prod/*", "prod/a/b", false],
    ["**/*.md", "README.md", true],
    ["**/*.md", "a/b/NOTES.md", true],
    ["**/*.{tftest,tofutest}.{hcl,json}", "modules/vpc/tests/vpc.tftest.hcl", true],
    ["**/*.{tftest,tofutest}.{hcl,json}", "modules/vpc/vpc.tofutest.json", true],
    ["**/*.{tftest,tofutest}.{hcl,json}", "modules/vpc/main.tf.json", false],
    ["**/.{terragrunt-cache,terraform}/**", "prod/vpc/.terragrunt-cache/a/b/main.tf", true],
    ["**/.{terragrunt-cache,terraform}/**", "prod/vpc/.terraform.lock.hcl", false],
    ["**", "a/.terragrunt-stack/b", true],
    ["a b/**", "a b/c", true],
  ])("%s against %s is %s", (glob, path, matches) => {
    expect(globMatcher([glob])(path)).toBe(matches);
  });
});
