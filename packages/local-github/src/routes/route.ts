import { HttpError, notFound } from "../http-error.ts";
import { isPullRequest, type PullRequestIssue } from "../shapes/pull-request.ts";
import type { Issue, Permission, Token, User } from "../state.ts";
import type { World } from "../world.ts";
import type { Body } from "./body.ts";

/** A permission that a route asks for, such as `issues:write`. */
export type Need = `${Permission}:${"read" | "write"}`;

export type Call = {
  readonly world: World;
  /** The address that was called, without its query. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly user: User;
  readonly token: Token;
};

export type Answer = {
  readonly status: number;
  /** `undefined` sends no body. */
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One operation of GitHub's API. Any of `needs` opens it; with none, every known token does. */
export type Route = {
  readonly method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** The path in GitHub's description, such as `/repos/{owner}/{repo}/issues`. */
  readonly path: string;
  readonly needs: readonly Need[];
  /** Also answers for the other repositories that are known. */
  readonly others?: true;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
};

export const ok = (json: unknown): Answer => ({ status: 200, json });
export const created = (json: unknown): Answer => ({ status: 201, json });
export const noContent: Answer = { status: 204 };

/** The number in a parameter of the path. */
export function numberOf(call: Call, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value)) throw notFound();
  return value;
}

/** The issue or pull request that the path names. @throws 404, or 410 for a deleted one */
export function issueOf(call: Call, name = "issue_number"): Issue {
  const issue = call.world.state.issues.get(numberOf(call, name));
  if (issue === undefined) throw notFound();
  if (issue.deleted) throw new HttpError(410, "This issue was deleted");
  if (issue.pull === null && !call.world.state.hasIssues) {
    throw new HttpError(410, "Issues has been disabled in this repository.");
  }
  return issue;
}

/** The pull request that the path names. @throws 404 */
export function pullRequestOf(call: Call): PullRequestIssue {
  const issue = call.world.state.issues.get(numberOf(call, "pull_number"));
  if (issue === undefined || issue.deleted || !isPullRequest(issue)) throw notFound();
  return issue;
}

/** The part of a list that the call asks for, and the `Link` header that leads to the others. */
export function paged<T>(
  call: Call,
  items: readonly T[],
): { readonly items: T[]; readonly headers: Record<string, string> } {
  const whole = (name: string, otherwise: number): number => {
    const value = Number(call.query.get(name) ?? otherwise);
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  const size = Math.min(whole("per_page", 30), 100);
  const page = whole("page", 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams(call.query);
    query.set("page", String(to));
    return `<${call.url}?${query}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
}

/** Answers a page of a list. */
export function list<T>(call: Call, items: readonly T[], shape: (item: T) => unknown): Answer {
  const part = paged(call, items);
  return { status: 200, json: part.items.map(shape), headers: part.headers };
}

/** Answers a page of a list that GitHub wraps together with its total. */
export function counted<T>(call: Call, name: string, items: readonly T[], shape: (item: T) => unknown): Answer {
  const part = paged(call, items);
  return {
    status: 200,
    json: { total_count: items.length, [name]: part.items.map(shape) },
    headers: part.headers,
  };
}
