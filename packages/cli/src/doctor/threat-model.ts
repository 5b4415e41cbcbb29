/**
 * The settings that docs/threat-model.md leaves to the reader, in its words, each with the findings that look at it: an
 * id, or the start of one before a name. A test compares both.
 */
export const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  "what only applies need goes into the secret `PIPELINES_SECRETS` of a GitHub environment": ["secrets/environment/"],
  "Actions → General → Workflow permissions": ["actions/token"],
  "runner groups": ["runners/groups"],
  "Actions → General → approval for outside contributors": ["actions/outsiders"],
  "never self-hosted runners for public repositories": ["runners/public"],
  "Environments → deployment branches": ["environments/branches/"],
  "secrets that write are in environments": ["secrets/readable"],
  Rules: ["branch/force-push", "branch/deletion", "branch/pull-request", "branch/required-check"],
  "CODEOWNERS for `.pipelines/`, `.github/`, `accounts.yml`": ["review/code-owners", "review/code-owners-required"],
  "`PIPELINES_APP_KEY` in an environment": ["accounts/app"],
  "`uses: …@<commit>`": ["tool/pinned"],
  "Environments → release": ["tool/release"],
};
