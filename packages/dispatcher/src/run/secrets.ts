import { InputError } from "@pipelines/core/actions/inputs";
import { RESERVED_VARIABLE } from "@pipelines/core/configuration/values";
import { z } from "zod";

const Secrets = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

/**
 * Reads the secrets that a workflow hands over as one JSON object, name to value. The executor gives a unit those that
 * its environment declares.
 *
 * @param text as it was stored, in one line or in several
 * @throws InputError without showing any value
 */
export function readSecrets(text: string | null, warn: (message: string) => void): Readonly<Record<string, string>> {
  if (text === null) return {};
  if (text.includes("\n")) {
    warn(
      "The secrets have several lines. GitHub's runner masks each of them, so that `{` and `}` are shown as `***` in this log and in the summary, and outputs with braces are dropped. Store them on one line: `jq -c .`",
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError("secrets", 'has to be a JSON object, `{"NAME": "value"}`');
  }
  const result = Secrets.safeParse(value);
  if (!result.success) throw new InputError("secrets", "has to be a JSON object of names and texts");
  const reserved = Object.keys(result.data).find((name) => RESERVED_VARIABLE.test(name));
  if (reserved !== undefined) throw new InputError("secrets", `must not set \`${reserved}\``);
  return result.data;
}
