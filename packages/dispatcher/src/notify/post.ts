import { isIP } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How a service answered, as far as it matters. */
export type Answer = { readonly status: number; readonly text: string };

/** What is sent. The address is a secret as well, so no error names more of it than the host. */
export type Posted = {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Post = (posted: Posted) => Promise<Answer>;

const LONGEST_MS = 10_000;
const LONGEST_WAIT_SECONDS = 30;
const LONGEST_ANSWER = 1_000_000;

/** An address that nothing is sent to, or a service that did not take it. */
export class NotificationError extends Error {
  override readonly name = "NotificationError";
}

/**
 * Posts JSON to a service. Over TLS only, and no redirect is followed: what an address leads to is as it was set. One wait for
 * a service that asks for it.
 *
 * @throws NotificationError that names the host and nothing else of the address
 */
export const post: Post = async (posted) => {
  const url = addressOf(posted.url);
  const first = await send(url, posted);
  const wait = Number(first.retryAfter);
  if (first.status !== 429 || !(wait > 0 && wait <= LONGEST_WAIT_SECONDS)) return first;
  await sleep(wait * 1000);
  return send(url, posted);
};

/** @throws NotificationError for one that may lead to the runner itself, or that others can read on the way */
export function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new NotificationError("the secret holds no address, `https://…`");
  if (url.protocol !== "https:")
    throw new NotificationError(`the address has to begin with \`https://\`, not \`${url.protocol}//\``);
  if (url.username !== "" || url.password !== "")
    throw new NotificationError("the address must not hold a name or a password");
  if (isOfTheRunner(url.hostname)) throw new NotificationError("the address leads to the runner itself");
  return url;
}

/** Loopback, link-local (where clouds hand out credentials) and unspecified addresses, in the forms that `URL` gives them. */
function isOfTheRunner(hostname: string): boolean {
  const host = hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  switch (isIP(host)) {
    case 4:
      return /^(?:0|127)\.|^169\.254\./.test(host);
    case 6:
      return /^(?:::1?$|::ffff:|fe[89ab]|fd00:ec2:)/.test(host);
    default:
      return false;
  }
}

async function send(url: URL, { body, headers }: Posted): Promise<Answer & { readonly retryAfter: string | null }> {
  try {
    const response = await fetch(url, {
      ...{ method: "POST", body, redirect: "error", signal: AbortSignal.timeout(LONGEST_MS) },
      headers: { "content-type": "application/json; charset=utf-8", ...headers },
    });
    const text = (await response.text()).slice(0, LONGEST_ANSWER);
    return { status: response.status, text, retryAfter: response.headers.get("retry-after") };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "no answer";
    throw new NotificationError(`${url.host} can't be reached: ${code}`);
  }
}

/** The host of an address, for people. */
export function hostOf(text: string): string {
  return URL.canParse(text) ? new URL(text).host : "the service";
}
