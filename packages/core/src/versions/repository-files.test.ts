import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { repositoryFiles } from "./repository-files.ts";

let folder: string;
let repository: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "files-"));
  repository = join(folder, "repository");
  await mkdir(repository);
});
afterEach(() => rm(folder, { recursive: true }));

describe("reading files of a checkout", () => {
  it.each<[string, Buffer]>([
    ["UTF-8", Buffer.from("1.12.6\n")],
    ["UTF-8 with a byte order mark", Buffer.from("\uFEFF1.12.6\n")],
    ["UTF-16 as Windows PowerShell writes it", Buffer.from("\uFEFF1.12.6\n", "utf16le")],
    ["UTF-16 of the other order", Buffer.from("\uFEFF1.12.6\n", "utf16le").swap16()],
  ])("%s is read", async (_what, bytes) => {
    await writeFile(join(repository, ".opentofu-version"), bytes);
    expect(repositoryFiles(repository, null)(".opentofu-version")).toBe("1.12.6\n");
  });

  it("what is in no known encoding, or longer than anybody writes, is refused by name", async () => {
    await writeFile(join(repository, "latin"), Buffer.from([0x31, 0xe9]));
    await writeFile(join(repository, "long"), "x".repeat(1024 * 1024 + 1));
    const read = repositoryFiles(repository, null);
    expect(() => read("latin")).toThrow(
      expect.objectContaining({ place: { file: "latin", line: null }, message: expect.stringContaining("UTF-8") }),
    );
    expect(() => read("long")).toThrow(expect.objectContaining({ place: { file: "long", line: null } }));
  });

  it("links inside of the repository are followed; those that lead out are refused, whatever is there", async () => {
    await writeFile(join(repository, "versions"), "1.12.6\n");
    await writeFile(join(folder, "secret"), "token");
    await writeFile(join(folder, "repository-of-another"), "token");
    await symlink("versions", join(repository, "inside"));
    await symlink("../secret", join(repository, "outside"));
    await symlink("../repository-of-another", join(repository, "beside"));
    await symlink("/proc/self/environ", join(repository, "environment"));
    await symlink("/dev/zero", join(repository, "endless"));
    const read = repositoryFiles(repository, null);
    expect(read("inside")).toBe("1.12.6\n");
    for (const file of ["outside", "beside", "environment", "endless"]) {
      expect(() => read(file)).toThrow(
        expect.objectContaining({ place: { file, line: null }, message: expect.stringContaining("outside") }),
      );
    }
  });

  it("what is missing, a folder, or a link to nowhere is not there", async () => {
    await mkdir(join(repository, "folder"));
    await symlink("nowhere", join(repository, "dangling"));
    const read = repositoryFiles(repository, null);
    expect(["folder", "dangling", "missing"].map(read)).toEqual([null, null, null]);
  });

  it("the workflow's own configuration may be anywhere", async () => {
    await writeFile(join(folder, "config.yml"), "tools: {}\n");
    const file = join(folder, "config.yml");
    expect(repositoryFiles(repository, file)(file)).toBe("tools: {}\n");
  });

  it("a repository that is not there is a wrong input", () => {
    expect(() => repositoryFiles(join(folder, "nowhere"), null)).toThrow("input `repository` names no folder");
  });
});
