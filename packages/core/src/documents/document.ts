import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";

/** A document that is missing, unreadable or not of the expected shape. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly file: string;

  constructor(file: string, what: string, options?: ErrorOptions) {
    super(`${file}: ${what}`, options);
    this.file = file;
  }
}

/**
 * Reads a JSON document.
 *
 * @throws DocumentError when the file is missing, no JSON, or does not fit the schema
 */
export async function readDocument<S extends z.ZodType>(file: string, schema: S): Promise<z.output<S>> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new DocumentError(file, "can't be read", { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new DocumentError(file, "is not JSON", { cause });
  }
  const result = schema.safeParse(value);
  if (!result.success) throw new DocumentError(file, z.prettifyError(result.error), { cause: result.error });
  return result.data;
}

/** Writes a JSON document whole or not at all: a reader, or a kill, never meets half of it. */
export async function writeDocument(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
  await rename(temporary, file);
}
