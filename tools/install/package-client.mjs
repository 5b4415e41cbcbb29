import { existsSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { capture } from "./process.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * @typedef {{ kind: "go-module", folder: string, package: string, ldflags: string, minutes: number }
 *   | { kind: "go-install", package: string, ldflags: string, minutes: number }
 *   | { kind: "pip", requirements: string, binary: string, minutes: number }} Client
 */

/** Builds are static and carry no paths of the machine. */
const BUILD = ["-trimpath", "-buildvcs=false"];
/** How long a build may take on a slow machine before it counts as hung. */
const PATIENCE_MINUTES = 60;

/**
 * Installs a program with the package client of its language.
 *
 * @param {string} name the program's file name
 * @param {string} version
 * @param {Client} client
 * @param {string} root the repository
 * @param {string} folder an empty folder of the caller's; the program ends up there as `name`, with what it needs beside it
 * @throws {SetupError} when the client is missing or fails
 */
export function installByClient(name, version, client, root, folder) {
  switch (client.kind) {
    case "go-module":
    case "go-install":
      return goBuild(name, version, client, root, folder);
    case "pip":
      return pipInstall(name, version, client, root, folder);
  }
}

/**
 * A module whose go.mod has `replace` can't be installed by name: it is built inside a module of ours that repeats
 * the replacement and pins every dependency by hash.
 *
 * @param {string} name
 * @param {string} version
 * @param {Extract<Client, { ldflags: string }>} client
 * @param {string} root
 * @param {string} folder
 */
function goBuild(name, version, client, root, folder) {
  const flags = [...BUILD, "-ldflags", client.ldflags.replaceAll("{version}", version)];
  const env = { ...process.env, CGO_ENABLED: "0", GOBIN: folder, GOFLAGS: "" };
  const [cwd, args] =
    client.kind === "go-module"
      ? [resolve(root, client.folder), ["build", "-mod=readonly", ...flags, "-o", join(folder, name), client.package]]
      : [folder, ["install", ...flags, `${client.package}@v${version}`]];
  const built = capture("go", args, { cwd, env, minutes: PATIENCE_MINUTES });
  if (!built.found) {
    throw new SetupError(
      `${name} ${version} can't be downloaded here and Go is not installed to build it.\n` +
        `Install Go 1.26.6 or newer, or put ${name} ${version} on the PATH.`,
    );
  }
  if (!built.ok) throw new SetupError(`building ${name} ${version} with Go failed:\n${lastLines(built.output)}`);
}

/**
 * @param {string} name
 * @param {string} version
 * @param {Extract<Client, { kind: "pip" }>} client
 * @param {string} root
 * @param {string} folder
 */
function pipInstall(name, version, client, root, folder) {
  const library = join(folder, "library");
  const installed = capture(
    "python3",
    [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"],
      ...["--no-deps", "--require-hashes", "--only-binary=:all:", "--target", library],
      ...["--requirement", resolve(root, client.requirements)],
    ],
    { cwd: folder, minutes: PATIENCE_MINUTES },
  );
  if (!installed.ok) {
    throw new SetupError(
      `installing ${name} ${version} with pip failed; Python 3 with pip is needed, or ${name} ${version} on the PATH:\n` +
        lastLines(installed.output),
    );
  }
  const binary = join(library, client.binary);
  if (!existsSync(binary)) throw new SetupError(`${name} ${version} has no ${client.binary}`);
  renameSync(binary, join(folder, name));
}

/** @param {string} output */
const lastLines = (output) => output.split("\n").slice(-15).join("\n");
