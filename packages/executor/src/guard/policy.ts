import { type Environment, environmentLookup } from "@pipelines/core/configuration/environments";
import { restrictionOn } from "@pipelines/core/configuration/policy";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Action } from "@pipelines/core/contracts/action";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/**
 * What the configuration says against an action on a unit, whatever the job's document says; `null` when it may run.
 *
 * @param environment the job's
 * @param newest the newest configuration of the deploy branch that is known
 */
export function policyOn(
  configuration: Configuration,
  environment: Environment,
  newest: Configuration,
  unit: UnitPath,
  action: Action,
): UnitEnd | null {
  const belongs = environmentLookup(configuration)(unit);
  if (belongs.kind !== "one" || belongs.environment.name !== environment.name) {
    const where =
      belongs.kind === "none"
        ? "no environment"
        : belongs.kind === "several"
          ? `several environments (${belongs.names.join(", ")})`
          : `the environment ${belongs.environment.name}`;
    const message = `${unit} is in ${where}, not in ${environment.name} alone. Its environment is decided by \`environments.*.paths\` in .pipelines/config.yml.`;
    return { kind: "failed", at: "init", cause: { kind: "configuration", message } };
  }
  const now = environmentLookup(newest)(unit);
  const restriction = restrictionOn(environment, now.kind === "one" ? now.environment : null, unit, action);
  if (restriction === null) return null;
  const { by, message, next } = restriction;
  return { kind: "withheld", stop: { guard: by, message, unseen: [], next } };
}
