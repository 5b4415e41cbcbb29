import { posix } from "node:path";
import { reasonIn, withoutRoot } from "@pipelines/core/terragrunt/reason";
import { z } from "zod";
import { CREDENTIAL_FUNCTIONS } from "../../hcl/references.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import { STAND_IN } from "./variables.ts";

const Diagnostic = z.object({
  severity: z.string(),
  summary: z.string(),
  detail: z.string().default(""),
  range: z.object({ filename: z.string(), start: z.object({ line: z.int() }) }).nullish(),
  snippet: z.object({ values: z.array(z.object({ traversal: z.string() })).nullish() }).nullish(),
});
type Diagnostic = z.infer<typeof Diagnostic>;

/** What is wrong with a unit that Terragrunt's discovery passed over in silence. */
export type Diagnosis =
  | { readonly kind: "well" }
  /** It needs credentials, which discovery never has, or the value of a variable that nothing sets. */
  | { readonly kind: "needs-credentials"; readonly message: string }
  | {
      readonly kind: "broken";
      readonly file: string | null;
      readonly line: number | null;
      readonly message: string;
      /** The variables that it asks for, without a default, and that nothing sets. */
      readonly unset: readonly string[];
      /** What is wrong is what some value holds or lacks, so that it may be right where that value is another. */
      readonly ofValues: boolean;
    };

/** Evaluates one unit by itself with diagnostics. */
export async function diagnoseUnit(terragrunt: CheckoutTerragrunt, unit: string): Promise<Diagnosis> {
  const ran = await terragrunt.call(["hcl", "validate", "--json", "--no-color"], {
    folder: unit,
    timeoutMs: 2 * 60_000,
  });
  if (ran.exitCode === 0) return { kind: "well" };
  return readDiagnostics(ran.stdout, ran.stderr, terragrunt.root);
}

/** Reads what `hcl validate --json` printed; without JSON its text on stderr is all there is. */
export function readDiagnostics(stdout: string, stderr: string, root: string): Diagnosis {
  // An include's path is printed as it is put together, `..` and all.
  const inside = (file: string): string =>
    posix.normalize(file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file);
  const plain = (text: string): string => withoutRoot(text, root).trim().replace(/\.+$/, ".");
  let diagnostics: Diagnostic[] = [];
  try {
    const all = z.array(Diagnostic).parse(JSON.parse(jsonIn(stdout)));
    diagnostics = all.filter((diagnostic) => diagnostic.summary !== BARE_INCLUDE && !isOfOutputs(diagnostic));
    if (all.length > 0 && diagnostics.length === 0) return { kind: "well" };
  } catch {
    // Errors before evaluation (a missing include, a cycle) come as text only.
  }
  // Where more is wrong than missing credentials, that is what somebody can mend.
  const mendable = diagnostics.filter((diagnostic) => !isForCredentials(diagnostic) && !isOfStandIn(diagnostic));
  // Terragrunt prints them in any order, and units that share a problem have to say the same of it.
  const inOrder = mendable.toSorted(byPlace);
  const errors = inOrder.filter(({ severity }) => severity === "error");
  const first = errors[0] ?? inOrder[0] ?? diagnostics[0];
  if (first === undefined) {
    return { kind: "broken", file: null, line: null, message: plain(reasonIn(stderr)), unset: [], ofValues: false };
  }
  const words = inPlainWords(plain(first.detail === "" ? first.summary : `${first.summary}: ${first.detail}`));
  const message = `${words}${moreLines(first, errors)}`;
  if (mendable.length === 0) return { kind: "needs-credentials", message: message.replaceAll(STANDS_IN, "…") };
  return {
    kind: "broken",
    file: first.range === null || first.range === undefined ? null : inside(first.range.filename),
    line: first.range?.start.line ?? null,
    message,
    unset: mendable.flatMap(({ detail }) => UNSET.exec(detail)?.[1] ?? []),
    ofValues: mendable.every(isOfValue),
  };
}

/** Where a whole path was put behind another one, as old releases of Terragrunt needed it of `find_in_parent_folders`. */
const TWO_PATHS = "/(repository)/";
const NOT_BEHIND =
  "That is a whole path behind another one: `find_in_parent_folders` gives a whole path, so leave out what stands before it.";

const COMMIT_IT =
  "A runner has only what is committed: commit it, or pass its values by `secrets` and read them with `get_env`.";

/**
 * \`file()\` of a file that is not there goes on about resources that make files, as modules have them, and
 * `find_in_parent_folders` about how it looked; `read_terragrunt_config` speaks of a `terragrunt.hcl` whatever it was to read. Here it is most often a file that lies in a person's folder and not in git.
 */
function inPlainWords(words: string): string {
  return words
    .replace(
      /; this function works only with files that are distributed as part of .+$/s,
      `. ${words.includes(TWO_PATHS) ? NOT_BEHIND : COMMIT_IT}`,
    )
    .replace(
      /(?:Error in function call: )?Call to function "find_in_parent_folders" failed: ParentFileNotFoundError: Could not find an? (\S+) in any of the parent folders of .+$/s,
      (_, name: string) =>
        `No folder above it has \`${name}\`. ${name.endsWith(".hcl") ? "Add it, or correct the name." : COMMIT_IT}`,
    )
    .replace(
      /(?:Error in function call: )?Call to function "read_terragrunt_config" failed: You attempted to run terragrunt in a folder that does not contain a terragrunt\.hcl file\..*?Path: "([^"]+)"\.?/s,
      "`$1`, which `read_terragrunt_config` is to read, is not there. Add it, or correct the path.",
    );
}

const placeOf = ({ range }: Diagnostic): readonly [string, number] => [range?.filename ?? "", range?.start.line ?? 0];

function byPlace(a: Diagnostic, b: Diagnostic): number {
  const [[fileA, lineA], [fileB, lineB]] = [placeOf(a), placeOf(b)];
  return fileA === fileB ? lineA - lineB : fileA < fileB ? -1 : 1;
}

/** The other lines of the same file that somebody has to mend as well. */
function moreLines(first: Diagnostic, errors: readonly Diagnostic[]): string {
  const [file, line] = placeOf(first);
  const others = errors.map(placeOf).flatMap(([name, at]) => (name === file && at !== line ? [at] : []));
  const lines = [...new Set(others)];
  if (lines.length === 0) return "";
  return ` (There is more in this file, in ${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}.)`;
}

/** The list of diagnostics is the last line that looks like one: what `run_cmd` prints comes before it. */
function jsonIn(stdout: string): string {
  return stdout.split("\n").findLast((line) => /^\[\s*(?:\{|\])/.test(line)) ?? stdout;
}

const UNSET = /EnvVarNotFoundError: Required environment variable (\w+)/;

/**
 * `hcl validate` takes a dependency's `mock_outputs` for its outputs, and unknown values where there are none. A plan has
 * the real ones, so that what these lack is no problem of the unit.
 */
function isOfOutputs({ snippet, detail }: Diagnostic): boolean {
  if (/value must be known/.test(detail)) return true;
  return snippet?.values?.some(({ traversal }) => /^dependency\..+\.outputs\b/.test(traversal)) ?? false;
}

/** A local that is not there at all is a mistake of the text; one that lacks something may have it elsewhere. */
function isOfValue({ snippet }: Diagnostic): boolean {
  return snippet?.values?.some(({ traversal }) => !/^local$|\.locals$/.test(traversal)) ?? false;
}

function isForCredentials({ summary, detail }: Diagnostic): boolean {
  return NEEDS_CREDENTIALS.test(`${summary} ${detail}`);
}

/** Nobody keeps a file by the name that a stand-in makes; the value that a run has may well name one. */
function isOfStandIn({ detail }: Diagnostic): boolean {
  return /not find|not ?found|no such file|not exist|no file exists/i.test(detail) && detail.search(STANDS_IN) >= 0;
}

const STANDS_IN = new RegExp(`(?<!\\d)${STAND_IN}(?!\\d)`, "g");

/** `hcl validate` refuses an include without a name, which every other command of Terragrunt takes. */
const BARE_INCLUDE = "Missing name for include";

/** An environment without an account has the one of zeros here, under which nobody keeps files. */
const NEEDS_CREDENTIALS = new RegExp(`${CREDENTIAL_FUNCTIONS.source}|credential|\\b0{12}\\b`, "i");
