import type { Blob } from "@pipelines/core/git/blobs";
import type { Repository, TreeEntry } from "@pipelines/core/git/repository";
import { bodyOfJson } from "../../hcl/json.ts";
import { type Body, type HclParser, unreadableHcl } from "../../hcl/parse.ts";

/** Why a file of the commit is not given to Terragrunt, and where. */
export type Exclusion = { readonly line: number; readonly message: string };

/** The texts of HCL by blob: commits share most of them, and each is read and parsed once. */
export type Texts = {
  /** Reads what the scan may need of a commit. */
  load(entries: readonly TreeEntry[]): Promise<void>;
  /** The text of a blob that was loaded and that can be read; else `null`. */
  textOf(blob: string): string | null;
  parsed(blob: string): Body | null;
  /** Why a blob is no HCL that anything should read; `null` where it is. */
  exclusionOf(blob: string): Exclusion | null;
};

/** Files whose texts the scan may look into: configurations, and code of modules. */
const LOADED = /\.(?:hcl|tf|tofu)(?:\.json)?$/;
const MOST_BYTES = 20_000_000;

/** Texts of a repository. */
export function textsOf(repository: Repository, parse: HclParser): Texts {
  const blobs = new Map<string, Blob>();
  const bodies = new Map<string, Body | null>();
  const exclusions = new Map<string, Exclusion | null>();
  const exclusionOf = (blob: string): Exclusion | null => {
    const known = exclusions.get(blob);
    if (known !== undefined) return known;
    const reason = reasonFor(blobs.get(blob));
    exclusions.set(blob, reason);
    return reason;
  };
  const textOf = (blob: string): string | null => {
    const read = blobs.get(blob);
    return read === undefined || "tooLong" in read || exclusionOf(blob) !== null ? null : read.text;
  };
  return {
    async load(entries) {
      const needed = entries.filter(({ path, kind, blob }) => kind === "file" && LOADED.test(path) && !blobs.has(blob));
      const names = needed.map(({ blob }) => blob);
      for (const [name, blob] of await repository.blobs(names, MOST_BYTES)) blobs.set(name, blob);
    },
    textOf,
    parsed(blob) {
      const known = bodies.get(blob);
      if (known !== undefined) return known;
      const text = textOf(blob);
      const body = text === null ? null : /^\s*\{/.test(text) ? bodyOfJson(text, parse) : parse(text);
      bodies.set(blob, body);
      return body;
    },
    exclusionOf,
  };
}

function reasonFor(blob: Blob | undefined): Exclusion | null {
  if (blob === undefined) return null;
  if ("tooLong" in blob) return { line: 1, message: `it is ${Math.round(blob.tooLong / 1_000_000)} MB long` };
  return unreadableHcl(blob.text);
}
