import { describe, expect, it } from "vitest";
import { mentionsIn } from "./mentions.ts";

const brief = (text: string) => {
  const mentions = mentionsIn(text);
  if (mentions === null) return null;
  const { parents, paths, dependencies } = mentions;
  return [[...parents], [...paths], [...dependencies]].map((names) => names.join(" "));
};

describe("what a text mentions, seen by its words", () => {
  it.each<[string, string, [parents: string, paths: string, dependencies: string]]>([
    ["nothing", 'inputs = { name = "a", list = concat([1], [2]) }', ["", "", ""]],
    [
      "what it looks for above",
      'include "r" {\n  path = find_in_parent_folders("root.hcl")\n}\n',
      ["root.hcl", "", ""],
    ],
    ["the default of that", "include {\n  path = find_in_parent_folders()\n}\n", ["terragrunt.hcl", "", ""]],
    ["a fallback", 'a = read_terragrunt_config(find_in_parent_folders("e.hcl", "../x.hcl"))\n', ["e.hcl", "x.hcl", ""]],
    ["a file, by the end of its path", 'a = file("../../data/a.txt")\n', ["", "data/a.txt", ""]],
    ["a path from the repository", 'a = file("${get_repo_root()}/data/a.txt")\n', ["", "data/a.txt", ""]],
    [
      "a path from the folder of what lies above",
      'path = "${dirname(find_in_parent_folders("root.hcl"))}/_envcommon/c.hcl"\n',
      ["root.hcl", "_envcommon/c.hcl", ""],
    ],
    ["a local source without its query", 'source = "../..//modules/vpc?x=1"\n', ["", "modules/vpc", ""]],
    ["no source that is fetched", 'source = "git::https://example.com/m.git//vpc?ref=v1"\n', ["", "", ""]],
    ["no source in its own folder", 'source = "."\n', ["", "", ""]],
    ["a dependency", 'dependency "d" {\n  config_path = "../vpc/"\n}\n', ["", "", "vpc"]],
    ["dependencies", 'dependencies {\n  paths = ["../a", "../../b/c",]\n}\n', ["", "", "a b/c"]],
  ])("%s", (_what, text, mentions) => {
    expect(brief(text)).toEqual(mentions);
  });

  it.each<[string, string]>([
    ["a path by a local", 'a = file("${get_repo_root()}/${local.x}")\n'],
    ["a path that is no text", "a = file(local.x)\n"],
    ["a source that is put together", 'source = "${local.base}//vpc"\n'],
    ["a dependency by a choice", 'config_path = true ? "../a" : "../b"\n'],
    ["dependencies of another list", "paths = concat(local.a, local.b)\n"],
    ["a name above by a local", "a = find_in_parent_folders(local.name)\n"],
    ["a function that nobody knows", 'a = read_anything("x")\n'],
    ["a program", 'a = run_cmd("x")\n'],
    ["files by a pattern", 'a = fileset(".", "*")\n'],
    ["a comment in a call", 'a = file/* what */("x")\n'],
    ["a line comment in a call", 'a = (file # what\n("x"))\n'],
    ["hooks", 'before_hook "h" {\n  execute = ["sh", "x.sh"]\n}\n'],
    ["var files", 'arguments = ["-var-file=../x.tfvars"]\n'],
    ["a folder above, which may be any", 'source = "../.."\n'],
    ["a path that turns round on its way", 'a = file("x/../../y")\n'],
    ["an escape in a path", 'a = file("\\u0078.txt")\n'],
    ["words in texts that look like a call around one", 'a = ["file(", file(local.y), ")"]\n'],
  ])("nothing for certain with %s", (_what, text) => {
    expect(mentionsIn(text)).toBeNull();
  });
});
