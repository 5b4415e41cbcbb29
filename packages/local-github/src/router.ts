import type { Route } from "./routes/route.ts";

export type Matched = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

/** Parameters that may hold slashes; every other one is a single segment. */
const LONG = new Set(["ref", "basehead"]);

/** Finds the route of a method and path, the more literal of two first. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Matched | null {
  const patterns = routes
    .map((route) => ({ route, pattern: patternOf(route.path), order: orderOf(route.path) }))
    .toSorted((a, b) => b.order - a.order);
  return (method, path) => {
    for (const { route, pattern } of patterns) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const params = Object.entries(match.groups ?? {}).map(([name, value = ""]) => [name, decode(value)]);
      return { route, params: Object.fromEntries(params) };
    }
    return null;
  };
}

function patternOf(path: string): RegExp {
  // The contents of the repository's root have an empty path, with or without the slash before it.
  const source = path
    .replaceAll("/{path}", "(?:/(?<path>.*))?")
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${LONG.has(name) ? ".+" : "[^/]+"})`);
  return new RegExp(`^${source}$`);
}

const orderOf = (path: string): number =>
  path.split("/").length * 100 + path.split("/").filter((segment) => !segment.startsWith("{")).length;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
