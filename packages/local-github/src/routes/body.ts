import { HttpError } from "../http-error.ts";

/** Reads the fields of a JSON body. A field of another type than asked for is answered with 422. */
export class Body {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.#fields = isObject(value) ? value : {};
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#fields[name];
    if (typeof value !== "string") throw wrongType(name, "string", value);
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.#fields[name];
    return value === undefined || value === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.#fields[name];
    if (typeof value !== "number") throw wrongType(name, "number", value);
    return value;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#fields[name];
    return typeof value === "boolean" ? value : otherwise;
  }

  /** A list of names: texts, or objects with a `name` as GitHub allows for labels. */
  names(name: string): string[] {
    return this.list(name).map((item) => {
      if (typeof item === "string") return item;
      if (isObject(item) && typeof item["name"] === "string") return item["name"];
      throw wrongType(name, "list of names", item);
    });
  }

  objects(name: string): Body[] {
    return this.list(name).map((item) => new Body(item));
  }

  object(name: string): Body | null {
    return isObject(this.#fields[name]) ? new Body(this.#fields[name]) : null;
  }

  private list(name: string): unknown[] {
    const value = this.#fields[name];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw wrongType(name, "list", value);
    return value;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function wrongType(name: string, wanted: string, value: unknown): HttpError {
  const given = value === undefined ? `"${name}" wasn't supplied` : `${JSON.stringify(value)} is not a ${wanted}`;
  return new HttpError(422, `Invalid request.\n\nFor 'properties/${name}', ${given}.`);
}
