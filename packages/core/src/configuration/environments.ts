import picomatch from "picomatch";
import type { UnitPath } from "../contracts/unit-path.ts";
import {
  type Configuration,
  type EnvironmentSettings,
  IMPLICIT_ENVIRONMENT,
  EnvironmentSettings as Settings,
} from "./schema.ts";

/** An environment's settings with its name. */
export type Environment = EnvironmentSettings & { readonly name: string };

/** Which environment a unit belongs to, or why that can't be said. */
export type EnvironmentOfUnit =
  | { readonly kind: "one"; readonly environment: Environment }
  | { readonly kind: "none" }
  | { readonly kind: "several"; readonly names: readonly string[] };

/** The environments of a configuration in the order of the file; one implicit environment where it declares none. */
export function environmentsOf(configuration: Configuration): Environment[] {
  if (configuration.environments === undefined) {
    return [{ name: IMPLICIT_ENVIRONMENT, ...Settings.parse({ paths: ["**"] }) }];
  }
  return Object.entries(configuration.environments).map(([name, settings]) => ({ name, ...settings }));
}

/** Answers for every unit which environment it belongs to. Globs are compiled once. */
export function environmentLookup(configuration: Configuration): (unit: UnitPath) => EnvironmentOfUnit {
  const compiled = environmentsOf(configuration).map((environment) => ({
    environment,
    matches: globMatcher(environment.paths),
  }));
  return (unit) => {
    const found = compiled.filter(({ matches }) => matches(unit));
    const [first, second] = found;
    if (first === undefined) return { kind: "none" };
    if (second !== undefined) return { kind: "several", names: found.map(({ environment }) => environment.name) };
    return { kind: "one", environment: first.environment };
  };
}

/** Whether a path matches one of the globs: `*` stays inside a folder, `**` crosses folders, hidden names count. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.map((glob) => picomatch(glob, { dot: true }));
  // picomatch never matches the name of the root folder itself.
  const takesRoot = globs.includes("**") || globs.includes(".");
  return (path) => (path === "." ? takesRoot : matchers.some((matches) => matches(path)));
}
