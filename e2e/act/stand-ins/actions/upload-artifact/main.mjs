// What actions/upload-artifact v7.0.0 (bbbca2d) does for the workflow, into the folder STAND_IN_ARTIFACTS. Each rule names
// the file that has it; @actions/artifact is 6.2.0 and @actions/glob 0.6.1 there.
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

const { STAND_IN_ARTIFACTS = "", GITHUB_OUTPUT = "/dev/null" } = process.env;
const { NAME = "", FROM = "", HIDDEN = "false", NONE = "warn" } = process.env;

/** @param {string} message @returns {never} */
function fail(message) {
  console.log(`::error::${message}`);
  process.exit(1);
}

/** @actions/glob internal-globber.js: a file, or a folder with all below it, whose name begins with a dot is passed over. */
const hidden = (/** @type {string} */ path) =>
  HIDDEN !== "true" && path.split("/").some((part) => part.startsWith("."));

/** Files only: src/shared/search.ts takes folders out, so that an empty one is in no artifact. */
function filesOf(/** @type {string} */ path) {
  // The path is a glob there; the workflow's paths are none, and this takes none.
  if (/[*?[\]!]/.test(path)) fail(`the stand-in takes no glob: ${path}`);
  if (!existsSync(path) || hidden(basename(path))) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => !hidden(file) && statSync(join(path, file)).isFile())
    .map((file) => join(path, file));
}

const files = filesOf(FROM);
if (files.length === 0) {
  // src/upload/upload-artifact.ts, NoFileOptions.
  const message = `No files were found with the provided path: ${FROM}. No artifacts will be uploaded.`;
  if (NONE === "error") fail(message);
  console.log(`::${NONE === "ignore" ? "debug" : "warning"}::${message}`);
  process.exit(0);
}
// @actions/artifact path-and-artifact-name-validation.js; one such file, and nothing is uploaded.
const forbidden = /[":<>|*?\r\n]/;
if (NAME === "" || forbidden.test(NAME) || /[\\/]/.test(NAME)) fail(`The artifact name is not valid: ${NAME}`);
// src/shared/search.ts: one file is uploaded without its folders, else the path itself is the artifact's root.
const root = files.length === 1 && files[0] === FROM ? dirname(FROM) : FROM;
const bad = files.find((file) => forbidden.test(relative(root, file)));
if (bad !== undefined) fail(`The path for one of the files in artifact is not valid: ${bad}`);
// README, "Not Uploading to the same artifact": a name is used once in a run; the service answers 409 the second time.
const to = join(STAND_IN_ARTIFACTS, NAME);
if (existsSync(to)) fail(`(409) Conflict: an artifact with this name already exists on the workflow run: ${NAME}`);
for (const file of files) {
  mkdirSync(dirname(join(to, relative(root, file))), { recursive: true });
  // followSymbolicLinks: a link is uploaded as what it points to.
  cpSync(file, join(to, relative(root, file)), { dereference: true });
}
appendFileSync(GITHUB_OUTPUT, `artifact-id=${statSync(to).ino}\n`);
