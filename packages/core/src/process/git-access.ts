/** Variables that let git read private repositories, and values in them that are never shown. */
export type GitAccess = {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
};

export const NO_ACCESS: GitAccess = { variables: {}, secrets: [] };

/**
 * Lets git read private repositories of some hosts, whichever way they are addressed. The token is sent as a header, so
 * that no address in an error message holds it. Without a token public repositories still work.
 */
export function gitAccess(hosts: readonly string[], token: string): GitAccess {
  if (token === "") return NO_ACCESS;
  const encoded = Buffer.from(`x-access-token:${token}`).toString("base64");
  const settings = hosts.flatMap((host) => {
    const address = `https://${host}/`;
    return [
      [`http.${address}.extraHeader`, `AUTHORIZATION: basic ${encoded}`],
      [`url.${address}.insteadOf`, `git@${host}:`],
      [`url.${address}.insteadOf`, `ssh://git@${host}/`],
    ] as const;
  });
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [key, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return { variables, secrets: [token, encoded] };
}
