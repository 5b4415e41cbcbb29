import { rename, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CredentialsError } from "./credentials-error.ts";

const Answer = z.object({ value: z.string().min(1) });
const Claims = z.object({ exp: z.number() });

/** Where GitHub gives tokens to a job with `id-token: write`, and whom they are for. */
export type TokenSource = { readonly url: string; readonly bearer: string; readonly audience: string };

const TRIES = 4;
const REQUEST_TIMEOUT_MS = 10_000;
/** GitHub's tokens are good for some minutes only. A token is replaced when half of its life is over. */
const LIFE_WITHOUT_WORD_MS = 240_000;
const SHORTEST_LIFE_MS = 1_000;

/**
 * Writes a token to a file that only we may read, and a new one in its place before it gets old, until it is disposed
 * of: an apply of hours assumes its role again and again.
 *
 * @param warn told when a token can't be replaced; the next try follows soon
 * @throws CredentialsError when there is no first token
 */
export async function keepTokenFile(
  file: string,
  source: TokenSource,
  warn: (message: string) => void,
): Promise<AsyncDisposable> {
  const over = new AbortController();
  const renew = async (): Promise<number> => {
    const token = await requestToken(source);
    const temporary = `${file}.new`;
    await writeFile(temporary, token, { mode: 0o600 });
    await rename(temporary, file);
    return lifeOf(token);
  };
  let life = await renew();
  const keeping = (async () => {
    for (;;) {
      await sleep(Math.max(SHORTEST_LIFE_MS, life / 2), undefined, { signal: over.signal, ref: false });
      try {
        life = await renew();
      } catch (error) {
        warn(error instanceof Error ? error.message : String(error));
        life = 2 * REQUEST_TIMEOUT_MS;
      }
    }
  })().catch(() => undefined);
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      await keeping;
    },
  };
}

async function requestToken({ url, bearer, audience }: TokenSource): Promise<string> {
  let cause: unknown;
  for (let tried = 0; tried < TRIES; tried += 1) {
    if (tried > 0) await sleep(500 * 2 ** tried);
    try {
      const address = new URL(url);
      address.searchParams.set("audience", audience);
      const response = await fetch(address, {
        headers: { authorization: `bearer ${bearer}`, accept: "application/json" },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (response.ok) return Answer.parse(await response.json()).value;
      cause = new Error(`GitHub answered ${response.status}`);
      if (response.status === 401 || response.status === 403) break;
    } catch (error) {
      cause = error;
    }
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  throw new CredentialsError(
    `GitHub gives no identity token (${why}); the job needs \`permissions: id-token: write\``,
    {
      cause,
    },
  );
}

/** How long a token is good for, in milliseconds. */
function lifeOf(token: string): number {
  try {
    const claims = Claims.parse(JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
    return Math.max(0, claims.exp * 1000 - Date.now());
  } catch {
    return LIFE_WITHOUT_WORD_MS;
  }
}
