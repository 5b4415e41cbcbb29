import type { Facts } from "../facts.ts";
import { shellWord } from "../quote.ts";

/** The address of a page of the repository's settings. */
export const settings = ({ place, repository }: Facts, page: string): string =>
  `${place.serverUrl}/${repository.fullName}/settings/${page}`;

/** A call of GitHub's API for a shell, on the server that the repository is on. */
export function ghApi(
  { place, repository }: Facts,
  method: string,
  path: string,
  ...fields: readonly string[]
): string {
  const { host } = new URL(place.serverUrl);
  const words = ["gh", "api", ...(host === "github.com" ? [] : ["--hostname", host]), "--method", method];
  const values = fields.flatMap((field) => ["-F", field]);
  return [...words, `repos/${repository.fullName}${path}`, ...values].map(shellWord).join(" ");
}
