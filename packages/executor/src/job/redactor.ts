import { inert } from "@pipelines/core/redaction/inert";
import { type Mask, maskOf } from "@pipelines/core/redaction/mask";
import { redactPattern } from "@pipelines/core/redaction/pattern";

/** Makes text of tools fit to be shown. It learns secrets while units run: text is cleaned as late as can be. */
export type Redactor = {
  /** Masks what is secret as far as it is known by now, and leaves nothing that a log would act on. */
  readonly clean: Mask;
  /** From here on these values are masked as well. */
  hide(values: Iterable<string>): void;
};

/**
 * @param secrets values that are never shown
 * @param patterns regular expressions of the configuration
 * @param checkoutFolder a folder of the runner, left out of paths: units are named from the repository's root
 */
export function redactorOf(secrets: Iterable<string>, patterns: readonly string[], checkoutFolder: string): Redactor {
  const expressions = patterns.map(redactPattern);
  const known = new Set(secrets);
  let mask = maskOf(known, expressions);
  return {
    // Once more behind `inert`: a value can be cut in two by an escape sequence that it takes out.
    clean: (text) => mask(inert(mask(text.replaceAll(`${checkoutFolder}/`, "").replaceAll(checkoutFolder, ".")))),
    hide(values) {
      const before = known.size;
      for (const value of values) known.add(value);
      if (known.size !== before) mask = maskOf(known, expressions);
    },
  };
}
