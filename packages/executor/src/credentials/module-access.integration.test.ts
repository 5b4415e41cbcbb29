import { tmpdir } from "node:os";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { run } from "@pipelines/core/process/run";
import { expect, test } from "vitest";
import { moduleAccess } from "./module-access.ts";

const configuration = readConfiguration("module_access: { hosts: [git.example.com], secret: MODULES }\n", "config.yml");

test("git sends the token to the configured hosts and to no other, and rewrites ssh addresses of theirs", async () => {
  const { variables, secrets } = moduleAccess(configuration, { MODULES: "t0ken-value" });
  const git = async (...args: string[]) => {
    const env = { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", ...variables };
    return (await run("git", args, { cwd: tmpdir(), env, timeoutMs: 10_000 })).stdout.trim();
  };
  const header = `AUTHORIZATION: basic ${Buffer.from("x-access-token:t0ken-value").toString("base64")}`;
  expect(await git("config", "--get-urlmatch", "http.extraHeader", "https://git.example.com/acme/modules.git")).toBe(
    header,
  );
  expect(await git("config", "--get-urlmatch", "http.extraHeader", "https://evil.example.com/acme/modules.git")).toBe(
    "",
  );
  for (const address of ["git@git.example.com:acme/m.git", "ssh://git@git.example.com/acme/m.git"]) {
    expect(await git("ls-remote", "--get-url", address)).toBe("https://git.example.com/acme/m.git");
  }
  expect(secrets).toEqual(["t0ken-value", header.split(" ").at(-1)]);
});

test("without the setting, or without its secret, nothing is set", () => {
  expect(moduleAccess(configuration, {}).variables).toEqual({});
  expect(moduleAccess(readConfiguration("{}\n", "config.yml"), { MODULES: "x" }).variables).toEqual({});
});
