import semver from "semver";

/**
 * Whether a version meets a constraint as OpenTofu and Terraform write it (`>= 1.5, < 2.0`, `~> 1.9.0`, `!= 1.7.1`);
 * `null` where the constraint can't be read. https://opentofu.org/docs/language/expressions/version-constraints/
 */
export function meets(version: string, constraint: string): boolean | null {
  let met = true;
  for (const part of constraint.split(",")) {
    const asked = askedIn(part);
    if (asked === null) return null;
    met &&= meetsOne(version, asked);
  }
  return met;
}

/** The lowest version that meets a constraint; `null` where none does, or where it can't be read. */
export function lowestMeeting(constraint: string): string | null {
  const named = constraint.split(",").flatMap((part) => askedIn(part)?.full ?? []);
  const nextToNamed = named.flatMap((version) => semver.inc(version, "patch") ?? []);
  const candidates = semver.sort(["0.0.0", ...named, ...nextToNamed]);
  return candidates.find((version) => meets(version, constraint) === true) ?? null;
}

/** One comparison: its sign, the version's parts as they are written, and the version with all three of them. */
type Asked = { readonly sign: string; readonly parts: readonly string[]; readonly full: string };

function askedIn(part: string): Asked | null {
  const [, sign = "=", number] =
    /^\s*(=|!=|>=|<=|>|<|~>)?\s*v?(\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?)\s*$/.exec(part) ?? [];
  if (number === undefined) return null;
  const [core = "", preview] = number.split(/-(.*)/, 2);
  const parts = core.split(".");
  const full = [...parts, "0", "0"].slice(0, 3).join(".") + (preview === undefined ? "" : `-${preview}`);
  return { sign, parts, full };
}

function meetsOne(version: string, { sign, parts, full }: Asked): boolean {
  if (sign === "!=") return !semver.eq(version, full);
  if (sign !== "~>") return semver.satisfies(version, `${sign}${full}`, { includePrerelease: true });
  // All parts but the last one written stay: `~> 1.9` is below 2, `~> 1.9.0` is below 1.10.
  const ceiling = parts.slice(0, -1).map(Number);
  const last = ceiling.pop();
  if (last === undefined) return semver.gte(version, full);
  const below = [...ceiling, last + 1, 0, 0].slice(0, 3).join(".");
  return semver.gte(version, full) && semver.lt(version, below);
}
