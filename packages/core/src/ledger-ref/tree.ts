import { z } from "zod";
import { Determined, LedgerUnit } from "../contracts/ledger.ts";
import { byPath, type UnitPath } from "../contracts/unit-path.ts";
import { EMPTY_LEDGER, type Ledger } from "../ledger/ledger.ts";

/** Where the ledger lives in a repository. */
export const LEDGER_REF = "refs/pipelines/ledger";

/** A ledger that can't be read or written. It is never taken for an empty one: that would forget what is due. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  /** The file of the ledger that it is about, where it is about one. */
  readonly file: string | null;

  constructor(message: string, { file = null, ...options }: ErrorOptions & { readonly file?: string | null } = {}) {
    super(message, options);
    this.file = file;
  }
}

/** A file of the ledger's tree. */
export type LedgerFile = { readonly path: string; readonly text: string };

const DETERMINED = "determined.json";
const [FOLDER, ENDING] = ["units/", ".json"];

/**
 * The file of a unit. A folder whose name ends like a file is written so that no unit's file stands in the way of
 * another's folder: units `a` and `a.json/b` both have one.
 */
export function fileOf(unit: UnitPath): string {
  const segments = unit.split("/").map(escaped);
  const last = segments.pop() ?? "";
  const folders = segments.map((segment) => segment.replace(/\.json$/, "%2Ejson"));
  return `${FOLDER}${[...folders, last].join("/")}${ENDING}`;
}

/** Names that git has no room for in a tree, and the character that marks them. */
function escaped(segment: string): string {
  if (segment === "") return "%";
  return segment === "." ? "%2E" : segment.replaceAll("%", "%25");
}

/** All files of a ledger; those of units in the order of their paths. */
export function filesOf(ledger: Ledger): LedgerFile[] {
  const units = [...ledger.units.values()].map((record) => ({ path: fileOf(record.unit), text: textOf(record) }));
  const determined = ledger.determined === null ? [] : [{ path: DETERMINED, text: textOf(ledger.determined) }];
  return [...determined, ...units.toSorted(byPath)];
}

/** What has to be written to make one ledger of another; a text of `null` removes a file. */
export function changedFiles(before: Ledger, after: Ledger): { path: string; text: string | null }[] {
  const changed: { path: string; text: string | null }[] = [];
  if (after.determined !== null && !same(before.determined, after.determined)) {
    changed.push({ path: DETERMINED, text: textOf(after.determined) });
  }
  for (const [unit, record] of after.units) {
    if (!same(before.units.get(unit), record)) changed.push({ path: fileOf(unit), text: textOf(record) });
  }
  for (const unit of before.units.keys()) {
    if (!after.units.has(unit)) changed.push({ path: fileOf(unit), text: null });
  }
  return changed.toSorted(byPath);
}

// Records that nobody touched are the same object: eleven thousand of them are compared in no time.
function same(before: unknown, after: unknown): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

function textOf(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

/**
 * The ledger that a tree holds.
 *
 * @throws LedgerError for a file that is not the ledger's, can't be read, or is of another version
 */
export function ledgerIn(files: readonly LedgerFile[]): Ledger {
  const determined = files.find(({ path }) => path === DETERMINED);
  if (determined === undefined) throw damaged(DETERMINED, "it is missing");
  const units = new Map<UnitPath, LedgerUnit>();
  for (const file of files) {
    if (file === determined) continue;
    const record = parsed(file, LedgerUnit);
    if (fileOf(record.unit) !== file.path) throw damaged(file.path, `it says that it is about \`${record.unit}\``);
    units.set(record.unit, record);
  }
  return { ...EMPTY_LEDGER, determined: parsed(determined, Determined), units };
}

/** The unit's record in one file, as some commit of the ledger has it. @throws LedgerError */
export function unitIn(file: LedgerFile): LedgerUnit {
  return parsed(file, LedgerUnit);
}

/** Whether a file of the ledger's tree is about a unit. */
export function isUnitFile(path: string): boolean {
  return path.startsWith(FOLDER) && path.endsWith(ENDING);
}

const Versioned = z.object({ version: z.int() });

function parsed<S extends z.ZodType>({ path, text }: LedgerFile, schema: S): z.output<S> {
  if (path !== DETERMINED && !isUnitFile(path)) throw damaged(path, "it is no file of the ledger");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, "it is not JSON", cause);
  }
  const version = Versioned.safeParse(value).data?.version;
  if (version !== undefined && version !== 1) {
    throw new LedgerError(
      `${LEDGER_REF}: \`${path}\` is of version ${version}, and this release reads version 1. Use the release that wrote it.`,
      { file: path },
    );
  }
  const result = schema.safeParse(value);
  if (!result.success) throw damaged(path, z.prettifyError(result.error), result.error);
  return result.data;
}

function damaged(file: string, what: string, cause?: unknown): LedgerError {
  return new LedgerError(
    `${LEDGER_REF}: \`${file}\` can't be used: ${what}. Somebody changed the ledger by hand. \`git log -p ${LEDGER_REF} -- ${JSON.stringify(file)}\` shows the last good version; put it back with a commit of its own, or push an earlier commit of the ledger to the ref.`,
    { file, cause },
  );
}
