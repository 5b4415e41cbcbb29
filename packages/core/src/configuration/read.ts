import type { z } from "zod";
import { ConfigurationError } from "./configuration-error.ts";
import { Configuration } from "./schema.ts";
import { misfits } from "./schema-words.ts";
import { parseYaml, type YamlText } from "./yaml-text.ts";

/** The configuration of a repository that has none. */
export function defaultConfiguration(): Configuration {
  return Configuration.parse({});
}

/**
 * Reads a configuration from its text.
 *
 * @param file how messages name the text
 * @throws ConfigurationError with every mistake and its line, unknown keys with a suggestion
 */
export function readConfiguration(text: string, file: string): Configuration {
  return readYaml(text, file, Configuration) ?? defaultConfiguration();
}

/**
 * Reads a YAML text against a schema; `null` for an empty text.
 *
 * @throws ConfigurationError with every mistake and its line
 */
export function readYaml<S extends z.ZodType>(text: string, file: string, schema: S): z.output<S> | null {
  return validated(parseYaml(text, file), file, schema);
}

/**
 * The value of a YAML text, as a schema has it; `null` for an empty text.
 *
 * @throws ConfigurationError with every mistake and its line
 */
export function validated<S extends z.ZodType>(yaml: YamlText, file: string, schema: S): z.output<S> | null {
  if (yaml.value === null) return null;
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue) => misfits(issue, yaml.value, schema));
  throw new ConfigurationError(
    file,
    found.map(({ path, message }) => ({ line: yaml.lineOf(path), message })),
  );
}
