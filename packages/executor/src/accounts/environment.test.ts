import { Configuration } from "@pipelines/core/configuration/schema";
import { describe, expect, it } from "vitest";
import { environmentOf } from "./environment.ts";

const account = { name: "qa", id: "444444444444", email: "" };
const aws = (region: string, plan = "p", apply = "a") => ({ account: "x", region, plan_role: plan, apply_role: apply });
const made = (environments: object | undefined, of: object = {}) =>
  environmentOf({ ...account, ...of }, { environment: null }, [Configuration.parse({ environments })], []);

describe("the environment of a new account, where no template says what it is", () => {
  it("has what all others have alike, written as people write it, and nothing that one alone has", () => {
    const common = { env: { STATE: "s" }, destroy: "deny" };
    const environments = {
      dev: { paths: ["dev/**"], ...common, runner: "big" },
      prod: { paths: ["prod/**"], ...common, github_environment: "production", secrets: ["KEY"] },
    };
    expect(made(environments)).toEqual({
      kind: "add",
      names: ["qa"],
      text: 'qa:\n  paths: ["qa/**"]\n  env: { STATE: "s" }\n  destroy: "deny"\n',
      note: null,
    });
  });

  it("has of AWS the region that most have, which is said, and roles by their names", () => {
    const arn = "arn:aws:iam::222222222222:role/p";
    const others = {
      a: { paths: ["a"], aws: aws("eu-west-1") },
      b: { paths: ["b"], aws: aws("us-east-1", arn) },
      c: { paths: ["c"], aws: aws("us-east-1") },
    };
    expect(made(others)).toMatchObject({
      text: expect.stringContaining('aws: { account: "qa", region: us-east-1, plan_role: p, apply_role: a }'),
      note: "Its region, us-east-1, is the one that most environments have.",
    });
    expect(made(others, { values: { region: "eu-west-3" } })).toMatchObject({
      text: expect.stringContaining("region: eu-west-3"),
      note: null,
    });
  });

  it("has no identity of another cloud's account, which is said", () => {
    expect(made({ a: { paths: ["a"], identity: { audience: "x" } } })).toMatchObject({
      text: 'qa:\n  paths: ["qa/**"]\n',
      note: "The environment `qa` has no `identity`: it is each account's own.",
    });
  });

  it("has a name that an environment may have", () => {
    expect(made({ a: { paths: ["a"] } }, { name: "team.qa" })).toMatchObject({ names: ["team-qa"] });
  });

  it("is none where its name is taken, its units have one, or there are none", () => {
    expect(made({ qa: { paths: ["other/**"] } })).toEqual({
      kind: "none",
      note: "There is an environment `qa` already, which does not have `qa`.",
    });
    expect(made({ all: { paths: ["**"] } }).kind).toBe("none");
    expect(made({ all: { paths: ["qa/**"], aws: { ...aws("eu-west-1"), account: "qa" } } })).toEqual({
      kind: "none",
      note: null,
    });
    expect(made(undefined)).toEqual({ kind: "none", note: null });
  });
});
