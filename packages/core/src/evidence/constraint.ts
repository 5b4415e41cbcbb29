import semver from "semver";

/**
 * Whether a version meets a constraint as OpenTofu and Terraform write it (`>= 1.5, < 2.0`, `~> 1.9.0`, `!= 1.7.1`);
 * `null` where the constraint can't be read. https://opentofu.org/docs/language/expressions/version-constraints/
 */
export function meets(version: string, constraint: string): boolean | null {
  let met = true;
  for (const part of constraint.split(",")) {
    const [, sign = "=", number] =
      /^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)\s*$/.exec(part) ?? [];
    if (number === undefined) return null;
    met &&= meetsOne(version, sign, number);
  }
  return met;
}

function meetsOne(version: string, sign: string, number: string): boolean {
  const [core = "", preview] = number.split(/-(.*)/, 2);
  const parts = core.split(".");
  const full = [...parts, "0", "0"].slice(0, 3).join(".") + (preview === undefined ? "" : `-${preview}`);
  if (sign === "!=") return !semver.eq(version, full);
  if (sign !== "~>") return semver.satisfies(version, `${sign}${full}`, { includePrerelease: true });
  // All parts but the last one written stay: `~> 1.9` is below 2, `~> 1.9.0` is below 1.10.
  const ceiling = parts.slice(0, -1).map(Number);
  const last = ceiling.pop();
  if (last === undefined) return semver.gte(version, full);
  const below = [...ceiling, last + 1, 0, 0].slice(0, 3).join(".");
  return semver.gte(version, full) && semver.lt(version, below);
}
