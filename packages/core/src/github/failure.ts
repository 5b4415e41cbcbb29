import { z } from "zod";

/** A permission of a workflow's token, as `permissions:` spells it. */
export type Permission =
  | "issues: write"
  | "pull-requests: write"
  | "contents: read"
  | "contents: write"
  | "actions: read"
  | "pull-requests: read"
  | "statuses: write";

/** GitHub refused since the token lacks a permission. */
export class MissingPermissionError extends Error {
  override readonly name = "MissingPermissionError";
  readonly permission: Permission;

  constructor(doing: string, permission: Permission, options?: ErrorOptions) {
    super(
      `${doing}: GitHub refused. Give the job \`${permission}\` under \`permissions:\`; if it calls a reusable workflow, the calling job has to grant it too`,
      options,
    );
    this.permission = permission;
  }
}

/** What was to be written to is locked, closed for writing, archived, turned off or gone. */
export class NotWritableError extends Error {
  override readonly name = "NotWritableError";
}

/** GitHub asked to wait for longer than a job can. */
export class RateLimitedError extends Error {
  override readonly name = "RateLimitedError";
}

/** GitHub could not be reached, answered with a server error, or said something that can't be understood. */
export class GitHubUnavailableError extends Error {
  override readonly name = "GitHubUnavailableError";
}

const Refusal = z.object({
  status: z.number(),
  message: z.string(),
  response: z.object({ headers: z.record(z.string(), z.unknown()) }).optional(),
});

/** Whether GitHub may have done what it was asked for although it did not say so. */
export function isAmbiguous(error: unknown): boolean {
  const refusal = Refusal.safeParse(error);
  if (!refusal.success) return error instanceof GitHubUnavailableError;
  return refusal.data.status >= 500 || refusal.data.response === undefined;
}

/**
 * Says what a failed request means for a person.
 *
 * @param doing what was tried, as the start of a sentence: "Writing the comment on #7"
 * @param permission the permission that it needs
 */
export function explainFailure(error: unknown, doing: string, permission: Permission): Error {
  if (isExplained(error)) return error;
  const refusal = Refusal.safeParse(error);
  if (!refusal.success) return error instanceof Error ? error : new Error(String(error));
  const { status, message, response } = refusal.data;
  const options = { cause: error };
  const said = message.split("\n", 1)[0]?.slice(0, 300) ?? "";
  if (status === 429 || (status === 403 && isRateLimit(message, response?.headers))) {
    return new RateLimitedError(`${doing}: GitHub's rate limit is used up${resetOf(response?.headers)}`, options);
  }
  if (/\b(?:locked|archived|read-only|has been disabled|are disabled)\b/i.test(message) || status === 410) {
    return new NotWritableError(`${doing}: not possible, GitHub says "${said}"`, options);
  }
  if (status === 401) {
    return new MissingPermissionError(`${doing} (the token is invalid or has expired)`, permission, options);
  }
  if (status === 403) return new MissingPermissionError(doing, permission, options);
  if (status === 404) {
    return new NotWritableError(
      `${doing}: it does not exist, or the token may not see it (needs \`${permission}\`)`,
      options,
    );
  }
  if (status >= 500) {
    return new GitHubUnavailableError(`${doing}: GitHub did not answer as it should (${status}: ${said})`, options);
  }
  return new Error(`${doing}: GitHub answered ${status}: ${said}`, options);
}

/** Asks GitHub for something. @throws what `explainFailure` makes of a failure */
export async function explained<T>(doing: string, permission: Permission, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw explainFailure(error, doing, permission);
  }
}

/**
 * An answer in the shape that it has to have: GitHub, or a proxy before it, may answer 200 with an error page.
 *
 * @throws GitHubUnavailableError when it has another shape
 */
export function understood<S extends z.ZodType>(schema: S, data: unknown, doing: string): z.output<S> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new GitHubUnavailableError(`${doing}: GitHub's answer can't be understood`, { cause: result.error });
}

/** Whether GitHub refused with this status. */
export function isStatus(error: unknown, status: number): boolean {
  return z.object({ status: z.literal(status) }).safeParse(error).success;
}

function isExplained(error: unknown): error is Error {
  return (
    error instanceof MissingPermissionError ||
    error instanceof NotWritableError ||
    error instanceof RateLimitedError ||
    error instanceof GitHubUnavailableError
  );
}

function isRateLimit(message: string, headers: Readonly<Record<string, unknown>> | undefined): boolean {
  return /rate limit/i.test(message) || headers?.["x-ratelimit-remaining"] === "0";
}

function resetOf(headers: Readonly<Record<string, unknown>> | undefined): string {
  const reset = Number(headers?.["x-ratelimit-reset"]);
  return Number.isFinite(reset) && reset > 0 ? ` until ${new Date(reset * 1000).toISOString()}` : "";
}
