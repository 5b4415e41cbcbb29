import semver from "semver";
import { type BinaryName, testedVersion, titleOf } from "../tools/tool.ts";
import type { Place } from "../tools/version-error.ts";
import { lowestMeeting, meets } from "./constraint.ts";

/** Something that tells whether a team uses OpenTofu or Terraform. */
export type Evidence =
  /** A version file that decides names it. Two of them, where it names both. */
  | { readonly kind: "named"; readonly binary: BinaryName; readonly place: Place }
  /** What Terragrunt is told to run, `null` where that is an expression or another program. */
  | {
      readonly kind: "set";
      readonly by: "terraform_binary" | "TG_TF_PATH";
      readonly binary: BinaryName | null;
      readonly place: Place;
    }
  /** A lock file has providers from its registry, or a file is written for it alone (`*.tofu`). */
  | { readonly kind: "written"; readonly binary: BinaryName; readonly place: Place }
  /** `required_version` or `terraform_version_constraint`. */
  | { readonly kind: "required"; readonly constraint: string; readonly place: Place }
  /** A program on the PATH, in the order in which they are found. */
  | { readonly kind: "on the path"; readonly binary: BinaryName };

/** Which of them plans and applies. */
export type Choice =
  | {
      readonly kind: "chosen";
      readonly binary: BinaryName;
      /** Why, as a sentence for the log. */
      readonly reason: string;
      /** What speaks against it, each a sentence for a warning on a line. */
      readonly doubts: readonly { readonly message: string; readonly place: Place }[];
    }
  | { readonly kind: "undecided"; readonly message: string; readonly place: Place };

/**
 * OpenTofu or Terraform. Nothing takes a team from one to the other by itself: an apply of the other one changes the state
 * for good. What the repository names wins, then what its files were made by, then what the machine has; where the
 * evidence is at odds with itself, a person has to say.
 */
export function chooseBinary(evidence: readonly Evidence[]): Choice {
  const named = evidence.filter((one) => one.kind === "named");
  const configured = evidence.filter((one) => one.kind === "set");
  const written = evidence.filter((one) => one.kind === "written");
  const [first, second] = named;

  if (first !== undefined && second === undefined) {
    return chosen(first.binary, `${at(first.place)} names it`, [...configured, ...written]);
  }
  for (const group of [configured, written]) {
    const decided = group.filter((one) => one.binary !== null);
    const [one] = decided;
    if (one?.binary === undefined || one.binary === null) continue;
    const other = decided.find(({ binary }) => binary !== one.binary);
    if (other !== undefined) return undecided(`${saying(one)}, and ${saying(other)}`, other.place);
    const rest = group === configured ? written : [];
    return chosen(one.binary, saying(one), rest);
  }
  if (first !== undefined) {
    return chosen("opentofu", `${at(first.place)} names both, and nothing else says which`, []);
  }
  const [unreadable] = configured;
  if (unreadable !== undefined) return undecided(saying(unreadable), unreadable.place);

  const [present] = evidence.filter((one) => one.kind === "on the path");
  const wanted = present?.binary ?? "opentofu";
  const refusing = evidence.find(
    (one) => one.kind === "required" && wanted === "opentofu" && isForTerraform(one.constraint),
  );
  if (refusing?.kind === "required") {
    const asked = `${at(refusing.place)} asks for \`${refusing.constraint}\`, which OpenTofu ${testedVersion("opentofu")} is not`;
    return undecided(asked, refusing.place);
  }
  const why =
    present === undefined ? "nothing says which, and none is on the PATH" : "nothing says which, and it is on the PATH";
  return chosen(wanted, why, []);
}

/**
 * Whether a constraint may have been written for Terraform: OpenTofu does not meet it. One that no release of Terraform
 * meets either says nothing of the team: its units fail by themselves, and the others can go on.
 */
function isForTerraform(constraint: string): boolean {
  const lowest = lowestMeeting(constraint);
  return (
    meets(testedVersion("opentofu"), constraint) === false &&
    lowest !== null &&
    semver.major(lowest) <= semver.major(testedVersion("terraform"))
  );
}

type Telling = Extract<Evidence, { readonly kind: "set" | "written" }>;

function chosen(binary: BinaryName, why: string, other: readonly Telling[]): Choice {
  const against = other.filter((one) => one.binary !== null && one.binary !== binary);
  const doubts = against.slice(0, 1).map((one) => ({
    message:
      `${titleOf(binary)} runs here (${why}), but ${saying(one)}${against.length > 1 ? `, as ${against.length - 1} more ${against.length === 2 ? "does" : "do"}` : ""}; ` +
      "make them say the same, or the state changes hands with the next apply",
    place: one.place,
  }));
  return { kind: "chosen", binary, reason: `${titleOf(binary)}: ${why}`, doubts };
}

/** What the program at a path is. */
export function binaryAt(path: string | null): BinaryName | null {
  const name = path?.split("/").at(-1);
  if (name === "tofu") return "opentofu";
  return name === "terraform" ? "terraform" : null;
}

function undecided(why: string, place: Place): Choice {
  return {
    kind: "undecided",
    message:
      `OpenTofu or Terraform? ${why}. Name the one that your state belongs to, with its version: ` +
      "`opentofu` or `terraform` in mise.toml or .tool-versions, or a file .opentofu-version or .terraform-version",
    place,
  };
}

function saying(one: Telling): string {
  // A version file that does not decide lies below the root.
  if (one.kind === "written" && one.place.file.endsWith("-version")) {
    return `${at(one.place)} names ${titleOf(one.binary)} for its folder alone`;
  }
  if (one.kind === "written") return `${at(one.place)} was written for ${titleOf(one.binary)}`;
  if (one.binary === null) return `${at(one.place)} sets ${one.by} to neither of them by name`;
  return `${at(one.place)} sets ${one.by} to ${titleOf(one.binary)}`;
}

const at = ({ file, line }: Place): string => (line === null ? file : `${file}:${line}`);
