import type { Configuration } from "@pipelines/core/configuration/schema";

/**
 * Variables that let git read private modules with the configuration's token, whichever way they are addressed. The
 * token is sent as a header, so that no address in an error message holds it. Without a token public modules still work.
 *
 * @param job the environment of the job
 */
export function moduleAccess(
  { module_access: access }: Pick<Configuration, "module_access">,
  job: Readonly<Record<string, string | undefined>>,
): { readonly variables: Readonly<Record<string, string>>; readonly secrets: readonly string[] } {
  const token = access === undefined ? "" : (job[access.secret] ?? "");
  if (access === undefined || token === "") return { variables: {}, secrets: [] };
  const encoded = Buffer.from(`x-access-token:${token}`).toString("base64");
  const settings = access.hosts.flatMap((host) => {
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
