/** Something that keeps the set-up from going on, with what a person can do about it. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}
