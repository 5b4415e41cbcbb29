/** A unit that no credentials can be found for. */
export class CredentialsError extends Error {
  override readonly name = "CredentialsError";
}
