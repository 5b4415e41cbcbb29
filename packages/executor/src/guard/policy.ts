import { type Environment, environmentLookup, globMatcher } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Action } from "@pipelines/core/contracts/affected-unit";
import type { GuardStop, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/**
 * What the configuration says against an action on a unit, whatever the job's document says; `null` when it may run.
 *
 * @param environment the job's
 */
export function policyOn(
  configuration: Configuration,
  environment: Environment,
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
  if (action !== "apply" && action !== "destroy") return null;
  if (environment.apply === "paused") {
    return withheld(
      "paused",
      `The environment ${environment.name} is paused: nothing is applied or destroyed in it.`,
      `Set \`environments.${environment.name}.apply\` to \`on\` again, then re-run the failed jobs.`,
    );
  }
  if (action !== "destroy") return null;
  if (environment.destroy === "deny") {
    return withheld(
      "destroy-denied",
      `The environment ${environment.name} does not allow units to be destroyed.`,
      `Destroy it by hand, or set \`environments.${environment.name}.destroy\` to \`allow\` and run the workflow by hand with action \`destroy\`.`,
    );
  }
  if (globMatcher(environment.protect)(unit)) {
    return withheld(
      "protected",
      `${unit} is protected in the environment ${environment.name}.`,
      `Take it out of \`environments.${environment.name}.protect\` in a change of its own, then run the workflow by hand with action \`destroy\`.`,
    );
  }
  return null;
}

function withheld(guard: GuardStop["guard"], message: string, next: string): UnitEnd {
  return { kind: "withheld", stop: { guard, message, unseen: [], next } };
}
