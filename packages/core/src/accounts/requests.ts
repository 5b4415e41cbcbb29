import { z } from "zod";
import { parseYaml } from "../configuration/yaml-text.ts";
import type { RequestedAccount } from "../contracts/change.ts";

/** A request's own address for the account; the second is how others spell it. */
const Request = z.looseObject({ email: z.string().optional(), account_email: z.string().optional() });

/**
 * The account that a request file asks for; `null` where the file lies elsewhere, deeper, or is no request, such as a
 * README. A file is called after its account, as `stage.yml` or `account-stage.yml`.
 *
 * @param text the file's content
 */
export function requestedAccount(file: string, folder: string, text: string): RequestedAccount | null {
  if (!file.startsWith(`${folder}/`)) return null;
  const [, name] = /^(?:account-)?([^/]+?)\.(?:ya?ml|json)$/.exec(file.slice(folder.length + 1)) ?? [];
  if (name === undefined || name.startsWith(".")) return null;
  return { name, file, email: emailIn(text, file) };
}

/** What a factory reads in a request is its own; of the email only that it is a text is asked. */
function emailIn(text: string, file: string): string {
  try {
    const request = Request.safeParse(parseYaml(text, file).value);
    return request.success ? (request.data.email ?? request.data.account_email ?? "") : "";
  } catch {
    return "";
  }
}
