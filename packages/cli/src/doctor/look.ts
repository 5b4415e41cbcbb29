import { z } from "zod";
import type { Found } from "./finding.ts";

/** What a look at GitHub or at a cloud brought. Only `absent` says that there is none of it. */
export type Look<T> =
  | { readonly kind: "seen"; readonly value: T }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly needs: string; readonly said: string };

export const seen = <T>(value: T): Look<T> => ({ kind: "seen", value });
export const refused = (needs: string, said: string): Look<never> => ({ kind: "refused", needs, said });

/** The token is worth nothing, or nobody answers: no look can be had at all. */
export class NoAccessError extends Error {
  override readonly name = "NoAccessError";
}

const Refusal = z.object({ status: z.number(), message: z.string(), response: z.unknown().optional() });

/**
 * Looks once. GitHub hides behind 404 what a token may not see, so a 404 is a refusal unless its message is one of those
 * by which GitHub says that there is none.
 *
 * @param needs what the token has to be allowed, for the person who reads
 * @param absent the messages, in lower case, by which GitHub says "none"
 * @throws NoAccessError for a token that is not accepted, or when GitHub can't be reached
 */
export async function look<T>(ask: () => Promise<T>, needs: string, absent: readonly string[] = []): Promise<Look<T>> {
  try {
    return seen(await ask());
  } catch (error) {
    const refusal = Refusal.safeParse(error);
    if (!refusal.success) throw error;
    const { status, message, response } = refusal.data;
    // Octokit ends the message with the address of the documentation.
    const said = (message.split("\n", 1)[0] ?? "").replace(/ - https?:\S+$/, "").slice(0, 200);
    if (status === 401) {
      throw new NoAccessError("GitHub does not accept the token: it is wrong, or has expired.", { cause: error });
    }
    if (response === undefined) {
      throw new NoAccessError(`GitHub can't be reached: ${said}`, { cause: error });
    }
    if (status === 404 && absent.includes(said.toLowerCase())) return { kind: "absent" };
    return refused(needs, `${status} ${said}`);
  }
}

/** Changes what was seen, and nothing else. */
export function mapLook<T, U>(from: Look<T>, change: (value: T) => U): Look<U> {
  return from.kind === "seen" ? seen(change(from.value)) : from;
}

/** The finding of a look that brought nothing: never a pass, whatever the reason. */
export function unseen(id: string, what: string, nothing: Exclude<Look<unknown>, { kind: "seen" }>): Found {
  const [said, fix] = nothing.kind === "refused" ? [nothing.said, `needs ${nothing.needs}`] : ["there is none", null];
  return { id, state: "unseen", text: `could not look at ${what}: ${said}`, fix };
}
