import { Configuration } from "@pipelines/core/configuration/schema";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderAccount } from "./render.ts";
import { readTemplates } from "./templates.ts";

const account = { name: "stage", id: "333333333333", email: "aws+stage@example.com" };
const template = (content: string, path = "x.hcl") => {
  return { file: `.pipelines/templates/account/${path}`, path: `{{ account.name }}/${path}`, content };
};
const rendered = (content: string) => renderAccount(account, [template(content)])[0]?.content;

describe("the first code of an account", () => {
  it("is an account.hcl with name and id where the repository has no templates", async () => {
    const empty = { tree: async () => [], read: async () => null };
    const { accounts } = Configuration.parse({ accounts: { folder: "accounts/{{ account.name }}" } });
    const { files, environment } = await readTemplates(empty, CommitSha.parse("a".repeat(40)), accounts);
    expect(environment).toBeNull();
    expect(renderAccount(account, files)).toEqual([
      { path: "accounts/stage/account.hcl", content: 'locals {\n  name = "stage"\n  id   = "333333333333"\n}\n' },
    ]);
  });

  it("goes to the account's folder, and to other places by their path from the repository's root", async () => {
    const texts: Record<string, string> = {
      ".pipelines/templates/account/eu/region.hcl": "a",
      ".pipelines/templates/root/management/roles/{{ account.name }}/terragrunt.hcl": "b",
      ".pipelines/templates/rooted/c": "c",
    };
    const tree = Object.keys(texts).map((path) => ({ path, kind: "file" as const, blob: "" }));
    const repository = { tree: async () => tree, read: async (_: string, path: string) => texts[path] ?? null };
    const { accounts } = Configuration.parse({});
    const { files } = await readTemplates(repository, CommitSha.parse("a".repeat(40)), accounts);
    expect(renderAccount(account, files).map(({ path }) => path)).toEqual([
      "management/roles/stage/terragrunt.hcl",
      "stage/eu/region.hcl",
    ]);
  });

  it("comes from the repository's templates, in paths as well", () => {
    const path = "_global/{{ account.name }}-baseline/terragrunt.hcl";
    expect(renderAccount(account, [template('a = "{{account.email}}"\n', path)])).toEqual([
      { path: "stage/_global/stage-baseline/terragrunt.hcl", content: 'a = "aws+stage@example.com"\n' },
    ]);
  });

  it.each<[what: string, text: string]>([
    ["HCL's own templates", 'b = "${local.x}%{if true}{}%{endif}"\nc = { d = { e = 1 }}\n'],
    ["GitHub's expressions", "run: echo ${{ github.ref }} $${{ x }}\n"],
    ["JavaScript that a template engine would run", "<%= process.env.TOKEN %> <% require('fs') %>\n"],
  ])("leaves %s alone", (_, text) => expect(rendered(text)).toBe(text));

  it("has a way to write two braces", () => expect(rendered('{{ "{{" }} .Values.x }}')).toBe("{{ .Values.x }}"));

  it.each<[what: string, text: string, line: number]>([
    ["an unknown name", "a\n{{ nobody }}", 2],
    ["a name without its account", "{{ name }}", 1],
    ["code", 'a\nb\n{{ process.env["TOKEN"] }}', 3],
    ["a helper of objects", "{{ account.constructor }}", 1],
    ["braces that stay open", "{{ account.name\n}}", 1],
  ])("names file and line of %s", (_, text, line) => {
    expect(() => rendered(text)).toThrow(`.pipelines/templates/account/x.hcl:${line}: `);
  });

  it("names the file whose path has an unknown name", () => {
    expect(() => renderAccount(account, [template("", "{{ nobody }}/x")])).toThrow("account/{{ nobody }}/x: ");
  });

  it("has what else the account's entry says, as far as it can't break out", () => {
    const withRegion = (region: string) =>
      renderAccount({ ...account, values: { region } }, [template("{{ account.region }}", "{{ account.region }}/x")]);
    expect(withRegion("eu-west-1")).toEqual([{ path: "stage/eu-west-1/x", content: "eu-west-1" }]);
    expect(() => withRegion('"')).toThrow('has the region "\\"", which can\'t be written into code');
    expect(() => withRegion("../../prod")).toThrow("which is no path in the repository");
  });

  it.each(["x/../../prod/x", ".git/config", ".GIT/x"])("is written to no place like %s", (path) => {
    const outside = { file: ".pipelines/templates/root/x", path, content: "" };
    expect(() => renderAccount(account, [outside])).toThrow(".pipelines/templates/root/x: it would be written to");
  });

  it("does not write two things to one place", () => {
    const twice = [template("a"), { ...template("b"), path: "stage/x.hcl", file: "other" }];
    expect(() => renderAccount(account, twice)).toThrow("it becomes `stage/x.hcl`, and so does other");
  });

  it("does not write an email that the account has not", () => {
    const without = { ...account, email: "" };
    expect(renderAccount(without, [template("{{ account.id }}")])[0]?.content).toBe(account.id);
    expect(() => renderAccount(without, [template("{{ account.email }}")])).toThrow(
      "x.hcl:1: the account stage has no",
    );
  });

  it.each<[field: keyof typeof account, value: string]>([
    ["name", "../prod"],
    ["name", ".."],
    ["name", "a/b"],
    ["name", ".git"],
    ["name", 'a"'],
    ["id", "12"],
    ["id", "${get_env(1)}"],
    ["email", 'a"@b.c'],
    ["email", "a@b.c\nx"],
    ["email", "a@${run_cmd(1)}"],
  ])("refuses an account whose %s is %j", (field, value) => {
    expect(() => renderAccount({ ...account, [field]: value }, [template("")])).toThrow(
      `has the ${field} ${JSON.stringify(value)}`,
    );
  });

  it("never lets a value end the string that it is written into, or leave the account's folder", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab1._-+=@/\\\"'`$%{}\n ") });
    fc.assert(
      fc.property(fc.record({ name: text, email: text }), (values) => {
        try {
          const [file] = renderAccount({ ...account, ...values }, [
            template('"{{ account.name }}{{ account.id }}"', "{{ account.name }}"),
          ]);
          expect(file?.content).toMatch(/^"[\w.+=@-]*"$/);
          expect(file?.path.split("/")).toSatisfy((parts: string[]) => parts.length === 2 && !parts.includes(".."));
        } catch (error) {
          expect(error).toHaveProperty("name", "AccountError");
        }
      }),
    );
  });
});
