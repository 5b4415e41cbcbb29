import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VersionError } from "../tools/version-error.ts";
import { versionOf, wantedTools } from "./wanted-versions.ts";

/** What is decided from these files: OpenTofu before Terraform where a file names both. */
const from = (files: Readonly<Record<string, string>>) => {
  const { terragrunt, binaries } = wantedTools((file) => files[file] ?? null);
  return [terragrunt, binaries[0] ?? null].flatMap((one) =>
    one === null ? [] : [{ tool: one.tool, version: versionOf(one), from: one.place.file }],
  );
};

describe("which versions a repository asks for", () => {
  it.each([
    [
      "mise.toml",
      '[env]\nterragrunt = "9.9.9"\n[tools]\nterragrunt = "1.1.3" # why\nopentofu = { version = "1.12.6", os = ["linux"] }\n',
    ],
    [
      ".mise.toml",
      '[tools]\n"aqua:gruntwork-io/terragrunt" = "v1.1.3"\n"ubi:opentofu/opentofu" = ["1.12.6", "1.11.0"]\n',
    ],
    [
      "mise.toml",
      '[tools.terragrunt]\nos = ["linux"]\nversion = "1.1.3"\n[tools]\n"github:opentofu/opentofu[exe=tofu]" = { os = ["linux"], version = \'1.12.6\' }\n',
    ],
    ["mise.toml", 'tools.terragrunt = "1.1.3"\ntools.opentofu.version = "1.12.6"\n[settings]\nterragrunt = "9.9.9"\n'],
    [".tool-versions", "# tools\nnodejs 24.0.0\nterragrunt 1.1.3 1.0.0\nopentofu 1.12.6 # this one\n"],
    [".pipelines/config.yml", 'deploy_branch: main\ntools: { terragrunt: "1.1.3", opentofu: 1.12.6 }\n'],
    [
      ".pipelines/config.yml",
      "tools:\n  # both\n  terragrunt: 1.1.3\n\n  opentofu: '1.12.6'\njobs: { terragrunt: 9.9.9 }\n",
    ],
    // Seen in repositories.
    ["mise.toml", "[tools]\r\n\"terragrunt\" = \"1.1.3\"\r\n'tofu' = 'v1.12.6'\r\n"],
    ["mise.toml", '\uFEFF[tools]\n  terragrunt="1.1.3"\n  opentofu = [\n    "1.12.6", # ours\n    "1.11.0",\n  ]\n'],
    [
      "mise.toml",
      '[tools]\n# terragrunt = "latest"\nopentofu = {\n  version = "1.12.6",\n}\nterragrunt = [{ version = "1.1.3" }]\n',
    ],
    ["mise.toml", '[[tools.terragrunt]]\nversion = "1.1.3"\n[tools."aqua:opentofu/opentofu"]\nversion = "1.12.6"\n'],
    [
      "mise.toml",
      '[tools]\n"aqua:tofuutils/tenv" = "latest"\nterragrunt-ls = "latest"\n"asdf:lotia/asdf-terragrunt" = "= 1.1.3"\nterraform-docs = "0.20.0"\n"vfox:mise-plugins/vfox-opentofu" = "1.12.6"\n',
    ],
    ["mise/config.toml", "tools = { terragrunt = '1.1.3', opentofu = '1.12.6' }\n"],
    [".config/mise/config.toml", '[tools]\nterragrunt = """1.1.3"""\n"opentofu" . version = "1.12.6"\n'],
    [".tool-versions", "\uFEFFterragrunt\t1.1.3\r\n#opentofu latest\r\n\r\n  tofu   v1.12.6   \r\n"],
    [".tool-versions", "aqua:gruntwork-io/terragrunt 1.1.3\rterraform-docs 0.16.0\ropentofu\t1.12.6# ours"],
    [".pipelines/config.yml", "tools: {\r\n  'terragrunt': 1.1.3,\r\n  # why\r\n  \"opentofu\": 1.12.6 }\r\n"],
    [
      ".pipelines/config.yml",
      "x: &tofu 1.12.6\ntools:\n  # opentofu: 1.12.5\n  terraform: ~\n  terragrunt: !!str 1.1.3 # why\n  opentofu: *tofu\n",
    ],
  ])("%s with %j", (file, text) => {
    expect(from({ [file]: text })).toEqual([
      { tool: "terragrunt", version: "1.1.3", from: file },
      { tool: "opentofu", version: "1.12.6", from: file },
    ]);
  });

  const each = {
    "mise.toml": '[tools]\nterragrunt = "1.1.11"\nopentofu = "1.12.11"\n',
    ".mise.toml": '[tools]\nterragrunt = "1.1.12"\nopentofu = "1.12.12"\n',
    ".tool-versions": "terragrunt 1.1.13\nopentofu 1.12.13\n",
    ".terragrunt-version": "# ours\n1.1.14\n",
    ".opentofu-version": "v1.12.14\n",
    ".terraform-version": "1.13.0\n",
    ".pipelines/config.yml": "tools: { terragrunt: 1.1.16, opentofu: 1.12.16 }\n",
  };
  it.each([
    [[], ["terragrunt 1.1.11", "opentofu 1.12.11"]],
    [["mise.toml"], ["terragrunt 1.1.12", "opentofu 1.12.12"]],
    [
      ["mise.toml", ".mise.toml"],
      ["terragrunt 1.1.13", "opentofu 1.12.13"],
    ],
    [
      ["mise.toml", ".mise.toml", ".tool-versions"],
      ["terragrunt 1.1.14", "opentofu 1.12.14"],
    ],
    [
      ["mise.toml", ".mise.toml", ".tool-versions", ".opentofu-version"],
      ["terragrunt 1.1.14", "terraform 1.13.0"],
    ],
    [Object.keys(each).slice(0, -1), ["terragrunt 1.1.16", "opentofu 1.12.16"]],
  ])(
    "the first file that names a tool decides, OpenTofu and Terraform take one place: without %j",
    (without, expected) => {
      const files = Object.fromEntries(Object.entries(each).filter(([file]) => !without.includes(file)));
      expect(from(files).map(({ tool, version }) => `${tool} ${version}`)).toEqual(expected);
    },
  );

  it.each([
    [".terragrunt-version", "latest", 1, "`latest` is no exact version of terragrunt; write it like 1.1.3"],
    [".opentofu-version", "1.12", 1, "`1.12` is no exact version of opentofu; write it like 1.12.6"],
    [".terraform-version", "\nlatest:^1.13\n", 2, "`latest:^1.13` is no exact version of terraform"],
    [".opentofu-version", "../../../evil", 1, "is no exact version"],
    [".tool-versions", "opentofu 1.12.6\nterragrunt ref:main\n", 2, "`ref:main` is no exact version"],
    [".tool-versions", "\nterragrunt\n", 2, "the version of terragrunt can't be read here; write it like 1.1.3"],
    ["mise.toml", '[tools]\n\nterragrunt = "$(touch pwned)"', 3, "is no exact version"],
    ["mise.toml", "[tools]\nopentofu = [\n  true,\n]\n", 2, "the version of opentofu can't be read here"],
    ["mise.toml", "[tools]\nnode = '24'\n\nterragrunt = 1.1\n", 4, "the version of terragrunt can't be read here"],
    ["mise.toml", "[tools]\nterragrunt = 1.1.3\n", 2, "this is no TOML, so no version can be read from mise.toml"],
    ["mise.toml", "[tools]\nterragrunt = 1.1.3\n", 2, "(a version stands in quotes)"],
    ["mise.toml", '[tools]\nterragrunt = "1.1.3"\nterragrunt = "1.1.2"\n', 3, "no TOML"],
    ["mise.toml", '[env]\nV = "1"\n[tools]\nterragrunt = "{{env.V}}"', 4, "templates are filled in by mise alone"],
    ["mise.toml", '[tools.opentofu]\nos = ["linux"]\n# why\nversion = "1"\n', 4, "`1` is no exact version of opentofu"],
    [
      "mise.toml",
      '[tools]\nterraform = { path = "/opt/terraform" }\n',
      2,
      "the version of terraform can't be read here",
    ],
    [
      "mise.toml",
      '[tools]\nterraform = "1.12.2+ent"\n',
      2,
      "other builds are not among its publisher's public releases",
    ],
    ["mise.toml", '[tools]\n"ubi:acme/terragrunt" = "1.1.3"\n', 2, "this names acme's terragrunt"],
    ["mise.toml", '[tools]\nterraform = "1.9.8"\n', 2, "Terraform 1.9.8 is too old; Pipelines needs 1.11.0 or newer"],
    [".config/mise.toml", '[tools]\nterragrunt = "prefix:1.1"\n', 2, "`prefix:1.1` is no exact version of terragrunt"],
    [".tool-versions", "opentofu path:/opt/tofu\n", 1, "`path:/opt/tofu` is no exact version of opentofu"],
    [".opentofu-version", "\u202e\u001b[31m1.12.6", 1, "`??[31m1.12.6` is no exact version"],
    [".opentofu-version", "x".repeat(1000), 1, `\`${"x".repeat(40)}…\` is no exact version`],
    [".terraform-version", "min-required", 1, "`min-required` is no exact version of terraform; write it like 1.11.4"],
    [".pipelines/config.yml", "tools:\n  opentofu: 1.10\n", 2, "`1.10` is no exact version"],
    [".pipelines/config.yml", "tools:\n  opentofu: [1.12.6]\n", 2, "the version of opentofu can't be read here"],
    [".pipelines/config.yml", "a: 1\ntools: {opentofu: 1.12.6\n", 3, "this is no YAML"],
    [".pipelines/config.yml", "tools: {}\na: 1\ntools: {opentofu: 1.12.6}\n", 3, "this has a key twice"],
    [
      ".pipelines/config.yml",
      "a: 1\ntools:\n  opentofu: ~> 1.12\n",
      3,
      "`~> 1.12` is no exact version of opentofu; write it like 1.12.6, so that what was planned is applied by the same",
    ],
    [".terragrunt-version", "1.1.0", 1, "Terragrunt 1.1.0 is too old; Pipelines needs 1.1.1 or newer: write a newer"],
    [".terragrunt-version", "1.1.1-rc1", 1, "too old"],
    [".terragrunt-version", "0.99.5", 1, "too old"],
  ])("%s with %j is refused on line %i", (file, text, line, message) => {
    expect(() => from({ [file]: text })).toThrow(
      expect.objectContaining({ place: { file, line }, message: expect.stringContaining(message) }),
    );
  });

  it("nothing is asked for where nothing is said", () => {
    expect(from({})).toEqual([]);
    expect(from({ "mise.toml": "[tools]\nnode = '24'\n", ".pipelines/config.yml": "deploy_branch: main\n" })).toEqual(
      [],
    );
  });

  it("what mise has locked stands in for `latest` and for ranges, for those words where it has several", () => {
    const files = {
      "mise.toml": '[tools]\nterragrunt = "latest"\nopentofu = "1.12"\n',
      "mise.lock": [
        ...["[[tools.terragrunt]]", 'version = "1.1.3"', 'backend = "aqua:gruntwork-io/terragrunt"'],
        ...["[[tools.opentofu]]", 'version = "1.13.0"', 'specifiers = ["1.13"]'],
        ...[
          "[[tools.opentofu]]",
          'version = "1.12.6"',
          'specifiers = ["1.12"]',
          '[tools.opentofu."platforms.linux-x64"]',
        ],
        'checksum = "sha256:00"',
      ].join("\n"),
    };
    expect(from(files).map(({ version }) => version)).toEqual(["1.1.3", "1.12.6"]);
    const alias = { ...files, "mise.toml": '[tools]\n"aqua:opentofu/opentofu" = "1.13"\n' };
    expect(from(alias).map(({ version }) => version)).toEqual(["1.13.0"]);
    const other = { ...files, "mise.toml": '[tools]\nopentofu = "1"\n' };
    expect(() => from(other)).toThrow("`1` is no exact version of opentofu");
    expect(() => from({ ...files, "mise.lock": "<<<<<<< ours\n" })).toThrow(
      expect.objectContaining({ place: { file: "mise.lock", line: 1 } }),
    );
  });

  it("what mise has locked under the tool's former name gives way to its present one", () => {
    const entry = (key: string, version: string) => `[[tools."${key}"]]\nversion = "${version}"\n`;
    const files = {
      "mise.toml": '[tools]\n"aqua:opentofu/opentofu" = "latest"\n',
      "mise.lock": entry("opentofu", "1.12.0") + entry("aqua:opentofu/opentofu", "1.12.6"),
    };
    expect(from(files)[0]?.version).toBe("1.12.6");
  });

  it.each([
    ["an exact version", '[tools]\nterragrunt = "1.1.3"\n', "1.1.3"],
    ["a range that the lock does not fit", '[tools]\nterragrunt = "1.2"\n', null],
    ["a range that it fits", '[tools]\nterragrunt = "prefix:1.1"\n', "1.1.9"],
    ["a number that only looks alike", '[tools]\nterragrunt = "1.1.90"\n', "1.1.90"],
    ["another path", '[tools]\nterragrunt = "path:/opt"\n', null],
  ])("a lock file that was not renewed takes no part: %s", (_what, mise, expected) => {
    const files = { "mise.toml": mise, "mise.lock": '[tools.terragrunt]\nversion = "1.1.9"\n' };
    if (expected === null) expect(() => from(files)).toThrow("is no exact version of terragrunt");
    else expect(from(files)[0]?.version).toBe(expected);
  });

  it("what mise tells Terragrunt to run is known with its line", () => {
    const files = { "mise.toml": '[env]\nA = "1"\nTG_TF_PATH = "/opt/terraform" # why\n[tools]\nnode = "24"\n' };
    expect(wantedTools((file) => new Map(Object.entries(files)).get(file) ?? null).terragruntRuns).toEqual({
      path: "/opt/terraform",
      place: { file: "mise.toml", line: 3 },
    });
    expect(wantedTools(() => null).terragruntRuns).toBeNull();
  });

  it("`system` is what the machine has", () => {
    expect(from({ ".tool-versions": "terragrunt system\nopentofu 1.12.6\n" })[0]?.version).toBeNull();
  });

  it("a version is looked at only where it is used", () => {
    const both = { "mise.toml": '[tools]\nterraform = "latest"\nopentofu = "1.12.6"\n' };
    expect(from(both)).toEqual([{ tool: "opentofu", version: "1.12.6", from: "mise.toml" }]);
  });

  it("whatever a file holds, it is read or refused with its name", () => {
    const file = fc.constantFrom(...Object.keys(each), "mise.lock");
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            "[tools]",
            "terragrunt",
            "opentofu",
            "=",
            '"1.1.3"',
            "{",
            "}",
            "[",
            "\n",
            ":",
            "tools",
            ",",
            " ",
          ),
          { maxLength: 20 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.dictionary(file, text), (files) => {
        try {
          for (const { version } of from(files)) expect(version ?? "1.0.0").toMatch(/^\d+\.\d+\.\d+/);
        } catch (error) {
          expect(Object.keys(files)).toContain(error instanceof VersionError ? error.place?.file : error);
        }
      }),
    );
  });
});
