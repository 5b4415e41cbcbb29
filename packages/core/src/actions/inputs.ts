/** An input of an action that is missing or malformed. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly input: string;

  constructor(input: string, what: string) {
    super(`input \`${input}\` ${what}`);
    this.input = input;
  }
}

/** The inputs of an action, which the composite passes as environment variables `PIPELINES_<NAME>`. */
export type Inputs = {
  /** The trimmed value, or `null` when it is empty or not given. */
  optional(name: string): string | null;
  /** @throws InputError when it is empty or not given */
  required(name: string): string;
  /** Exactly `true` or `false`; `fallback` when empty. @throws InputError for anything else */
  flag(name: string, fallback: boolean): boolean;
  /** One of `choices`; `fallback` when empty. @throws InputError for anything else */
  choice<C extends string>(name: string, choices: readonly C[], fallback?: C): C;
  /** A whole number ≥ 1. @throws InputError for anything else */
  positiveInteger(name: string, fallback?: number): number;
};

/** Reads inputs strictly: GitHub hands every input over as a string, so "false" or " " must not pass for true. */
export function inputsFrom(environment: Readonly<Record<string, string | undefined>>): Inputs {
  const optional = (name: string): string | null => {
    const value = environment[`PIPELINES_${name.toUpperCase().replaceAll("-", "_")}`]?.trim();
    return value === undefined || value === "" ? null : value;
  };
  const required = (name: string): string => {
    const value = optional(name);
    if (value === null) throw new InputError(name, "is required");
    return value;
  };
  return {
    optional,
    required,
    flag(name, fallback) {
      const value = optional(name);
      if (value === null) return fallback;
      if (value === "true" || value === "false") return value === "true";
      throw new InputError(name, `must be \`true\` or \`false\`, not \`${value}\``);
    },
    choice(name, choices, fallback) {
      const value = optional(name) ?? fallback;
      const found = choices.find((choice) => choice === value);
      if (found === undefined)
        throw new InputError(name, `must be one of ${choices.join(", ")}, not \`${value ?? ""}\``);
      return found;
    },
    positiveInteger(name, fallback) {
      const value = optional(name) ?? (fallback === undefined ? null : String(fallback));
      if (value === null) throw new InputError(name, "is required");
      if (!/^[1-9]\d{0,8}$/.test(value))
        throw new InputError(name, `must be a whole number of 1 or more, not \`${value}\``);
      return Number(value);
    },
  };
}
