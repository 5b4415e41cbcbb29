// What actions/download-artifact v8.0.1 (3e5f45b) does for the workflow, from the folder STAND_IN_ARTIFACTS. The rules are
// those of its src/download-artifact.ts.
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

const { STAND_IN_ARTIFACTS = "", NAME = "", PATTERN = "", MERGE = "false", TO = "" } = process.env;

/** @param {string} message @returns {never} */
function fail(message) {
  console.log(`::error::Unable to download artifact(s): ${message}`);
  process.exit(1);
}

/** The original matches with minimatch 10.1.1; the workflow's patterns have stars and nothing else, and this knows no more. */
function matcher(/** @type {string} */ pattern) {
  if (/[?[\]{}!+@()|\\]/.test(pattern)) fail(`the stand-in knows \`*\` only: ${pattern}`);
  const literal = pattern.split("*").map((part) => part.replaceAll(/[.$^]/g, "\\$&"));
  return new RegExp(`^${literal.join("[^/]*")}$`);
}

const all = readdirSync(STAND_IN_ARTIFACTS).toSorted();
// A name wins over a pattern ("Ignored if name is specified"); one that is not there is an error.
if (NAME !== "" && !all.includes(NAME)) fail(`Artifact '${NAME}' not found`);
const wanted = NAME === "" ? all.filter((name) => PATTERN === "" || matcher(PATTERN).test(name)) : [NAME];
// None that matches is no error, and not even the folder is made.
for (const name of wanted) {
  // `isSingleArtifactDownload || inputs.mergeMultiple || artifacts.length === 1 ? resolvedPath : path.join(resolvedPath, name)`
  const to = NAME !== "" || MERGE === "true" || wanted.length === 1 ? TO : join(TO, name);
  mkdirSync(to, { recursive: true });
  // What is there under the same name is written over.
  cpSync(join(STAND_IN_ARTIFACTS, name), to, { recursive: true, force: true });
}
console.log(`Total of ${wanted.length} artifact(s) downloaded`);
