/** An answer that GitHub gives instead of doing what it was asked. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;

  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export const notFound = (message = "Not Found"): HttpError => new HttpError(404, message);

/** GitHub's answer to a field that it can't work with. */
export function validationFailed(resource: string, field: string, code: string, message?: string): HttpError {
  return new HttpError(422, "Validation Failed", [
    { resource, field, code, ...(message === undefined ? {} : { message }) },
  ]);
}
