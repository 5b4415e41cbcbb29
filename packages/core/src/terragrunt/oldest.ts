/**
 * The oldest versions that Pipelines works with. Terragrunt 1.0 does not list the code of local modules among what a unit
 * reads: `docs/decisions/0011-oldest-terragrunt.md` has what was tried with which version.
 */
export const OLDEST = { terragrunt: "1.1.1", opentofu: "1.12.0", terraform: "1.11.0" } as const;

/** Whether one `major.minor.patch` comes before another. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  for (let part = 0; part < 3; part += 1) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

const WAY_TO_UPGRADE: Readonly<Record<keyof typeof OLDEST, string>> = {
  terragrunt:
    "What is valid for 1.0 stays so (https://terragrunt.gruntwork.io/docs/process/1-0-guarantees); from an older one see https://terragrunt.gruntwork.io/docs/migrate/cli-redesign, and plan every unit with the new one before it is applied with it.",
  opentofu: "Once a newer one has applied a unit, an older one may not read its state: upgrade everywhere at once.",
  terraform: "Once a newer one has applied a unit, an older one may not read its state: upgrade everywhere at once.",
};

/** How one gets to a version that will do. */
export const wayToUpgrade = (tool: keyof typeof OLDEST): string => WAY_TO_UPGRADE[tool];
