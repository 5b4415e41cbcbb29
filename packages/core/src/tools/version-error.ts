/** A line of a file, for messages. */
export type Place = { readonly file: string; readonly line: number | null };

/** A tool that can't be chosen or installed, with the file and line to change where there is one. */
export class VersionError extends Error {
  override readonly name = "VersionError";
  readonly place: Place | null;

  constructor(message: string, place: Place | null = null, options?: ErrorOptions) {
    super(message, options);
    this.place = place;
  }
}
