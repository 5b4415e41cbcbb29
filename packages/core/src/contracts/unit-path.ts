import { z } from "zod";

/**
 * The name of a unit: its folder's path from the repository root, `/`-separated, without a leading or trailing slash.
 * A unit in the root folder itself is called `.`.
 */
export const UnitPath = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith("/") && !path.endsWith("/") && !path.split("/").includes(".."),
    "a unit is named by a relative path that stays inside the repository",
  )
  .brand<"UnitPath">();
export type UnitPath = z.infer<typeof UnitPath>;

/** Orders unit paths by code unit, so that the order is the same in every locale. */
export function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
