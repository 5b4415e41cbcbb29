import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributesOf, providersOf } from "./hcl-attributes.ts";

const named = (text: string, name: string) => attributesOf(text).filter((one) => one.name === name);

describe("attributes of an HCL text", () => {
  it.each([
    ["top level", 'terraform_binary = "tofu"\n', [{ text: "tofu", line: 1, depth: 0 }]],
    ["no line end, no spaces, CRLF", 'a=1\r\nterraform_binary="tofu"', [{ text: "tofu", line: 2, depth: 0 }]],
    ["commented out", '# terraform_binary = "x"\n// terraform_binary = "y"\n/*\nterraform_binary = "z"\n*/\n', []],
    ["after a comment", '/* a\n b */ terraform_binary = "tofu" # "\n', [{ text: "tofu", line: 2, depth: 0 }]],
    ["in a map", 'locals {\n  v = { terraform_binary = "tofu" }\n}\n', [{ text: "tofu", line: 2, depth: 2 }]],
    ["by an expression", "terraform_binary = local.binary\n", [{ text: null, line: 1, depth: 0 }]],
    [
      "with a template",
      'terraform_binary = "${get_env("HOME")}/bin/tofu"\n',
      [{ text: '${get_env("HOME")}/bin/tofu', line: 1, depth: 0 }],
    ],
    ["in a string", 'x = "terraform_binary = \\"tofu\\""\n', []],
    ["compared", "x = terraform_binary == 1 ? 2 : 3\n", []],
    [
      "in a generated file",
      'generate "v" {\n  contents = <<-EOF\n    terraform {\n      terraform_binary = "1"\n    }\n  EOF\n}\nterraform_binary = "2"\n',
      [
        { text: "1", line: 4, depth: 3 },
        { text: "2", line: 8, depth: 0 },
      ],
    ],
    ["a heredoc that never ends", 'x = <<EOF\nterraform_binary = "1"', [{ text: "1", line: 2, depth: 1 }]],
    ["a string that never ends", 'x = "\nterraform_binary = "tofu"\n', [{ text: "tofu", line: 2, depth: 0 }]],
  ])("%s", (_what, text, expected) => {
    expect(named(text, "terraform_binary")).toEqual(expected.map((one) => ({ name: "terraform_binary", ...one })));
  });

  it("whatever a text holds, looking ends, on lines that it has", () => {
    const text = fc.array(
      fc.constantFrom('"', "${", "}", "{", "<<EOF\n", "EOF", "\n", "/*", "*/", "#", "=", "a", "\\", " "),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const joined = parts.join("");
        for (const { line } of attributesOf(joined)) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(joined.split("\n").length);
        }
      }),
    );
  });

  it("a megabyte made to be slow is looked through all the same", () => {
    expect(attributesOf(`${'${"{'.repeat(100_000)}`)).toEqual([]);
    expect(attributesOf(`"${"${a}".repeat(250_000)}`)).toEqual([]);
    expect(attributesOf(`${'"${"'.repeat(250_000)}`)).toEqual([]);
    expect(attributesOf("<<A\n".repeat(250_000))).toEqual([]);
  });
});

describe("a lock file's providers", () => {
  it("are reported with their lines", () => {
    const text =
      '# made by "terraform init".\n\nprovider "registry.terraform.io/hashicorp/aws" {\n  version = "5.0.0"\n}\n';
    expect(providersOf(text)).toEqual([{ name: "registry.terraform.io/hashicorp/aws", line: 3 }]);
  });
});
