import { OLDEST } from "../terragrunt/oldest.ts";
import { judgeVersion } from "../tools/exact-version.ts";
import { nearest } from "./nearest.ts";

/** What is wrong with values that have a form of their own. Each answers a reason in words, or `null`. */

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html, and the other partitions. */
const REGIONS =
  "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2".split(
    " ",
  );

/** A region that is new has the form of one and is near to none: it is not for us to refuse. */
export function wrongRegion(region: string): string | null {
  if (REGIONS.includes(region)) return null;
  const meant = nearest(region, REGIONS);
  const form = /^[a-z]{2,5}(?:-[a-z]+)+-\d+$/.test(region);
  const isLetters = (text: string): string => text.replaceAll(/\d/g, "");
  // Of a known area only the number is new.
  if (form && (meant === null || REGIONS.some((known) => isLetters(known) === isLetters(region)))) return null;
  return `no region of AWS has this name${meant === null ? "; regions are like `eu-west-1`" : `; did you mean \`${meant}\`?`}`;
}

const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/(?:[\x21-\x7e]+\/)?[\w+=,.@-]{1,64}$/;

export function wrongRole(role: string): string | null {
  if (ROLE_NAME.test(role) || ROLE_ARN.test(role)) return null;
  return "a role is named by its name alone (at most 64 letters, digits and `+=,.@_-`) or by its whole ARN, `arn:aws:iam::111111111111:role/NAME`";
}

/** Variables that steer the runner, Node or the tools: a unit's own settings must not reach them. */
export const RESERVED_VARIABLE =
  /^(?:PATH|HOME|NODE_OPTIONS|LD_PRELOAD|(?:GITHUB|RUNNER|ACTIONS|PIPELINES|TF|TG|TOFU)_.*)$/;

export function wrongVariable(name: string): string | null {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? null : "a variable's name is made of letters, digits and _";
}

/** The name of a secret, which becomes a variable. */
export function wrongName(name: string): string | null {
  if (RESERVED_VARIABLE.test(name)) return "this name steers the runner or the tools; give the secret another one";
  return wrongVariable(name) === null ? null : "a secret's name is made of letters, digits and _";
}

export function wrongBranch(branch: string): string | null {
  if (/^(?:refs\/heads\/|origin\/)/.test(branch))
    return `name the branch alone: \`${branch.replace(/^(?:refs\/heads|origin)\//, "")}\``;
  return /^(?!-|\/)(?!.*(?:\.\.|\/\/|@\{))[^\s~^:?*[\\\x00-\x1f\x7f]+(?<![./])$/.test(branch)
    ? null
    : "this is no name of a branch";
}

/** An exact version, so that what was planned is applied by the same release. */
export function wrongVersion(tool: keyof typeof OLDEST, version: string): string | null {
  const oldest = OLDEST[tool];
  const { kind } = judgeVersion(tool, version);
  if (kind === "inexact") return `it has to be one exact version, such as \`${oldest}\`, in quotes`;
  return kind === "old" ? `it is too old; Pipelines needs ${oldest} or newer` : null;
}
