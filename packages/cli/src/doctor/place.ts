import { ToolError } from "@pipelines/core/terragrunt/binary";
import type { Place } from "./facts.ts";

/** What the environment says about GitHub. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Which repository a remote's address names, and where its API is: github.com, GHE.com or a GitHub Enterprise Server.
 * `GITHUB_API_URL` is the person's own word and takes the place of what the address suggests.
 *
 * @param named `owner/name` or `host/owner/name`, in the place of the remote's
 * @throws ToolError for an address that names no repository
 */
export function placeOf(remote: string | null, named: string | null, environment: Environment): Place {
  const { host, owner, name } = named === null ? partsOfRemote(remote) : partsOfName(named, remote);
  const apiUrl = environment["GITHUB_API_URL"]?.replace(/\/+$/, "") || apiOf(host);
  return { owner, name, serverUrl: `https://${host}`, apiUrl };
}

/** GitHub's own rules for names; what goes into addresses and commands holds nothing else. */
const OWNER = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98})";
const NAME = "[A-Za-z0-9._-]{1,100}";
const NAME_OF_HOST = "[A-Za-z0-9][A-Za-z0-9.-]*";
const HOST = `${NAME_OF_HOST}(?::[0-9]+)?`;

type Parts = { readonly host: string; readonly owner: string; readonly name: string };

function partsOfRemote(remote: string | null): Parts {
  if (remote === null) {
    throw new ToolError("doctor", "There is no remote `origin`. Name the repository: --repository OWNER/NAME.");
  }
  const [, scheme = null, ofUrl, ofScp, owner, name] =
    new RegExp(
      // https://user:token@host:1/owner/name.git, ssh://git@host:22/owner/name; or git@host:owner/name
      `^(?:(https?|ssh|git)://(?:[^@/]*@)?(${HOST})/|(?:[^@/:]*@)?(${NAME_OF_HOST}):/?)(${OWNER})/(${NAME}?)(?:\\.git)?/?$`,
    ).exec(remote) ?? [];
  const found = ofUrl ?? ofScp;
  if (found === undefined || owner === undefined || name === undefined) {
    throw new ToolError(
      "doctor",
      "The remote `origin` names no repository on a GitHub server. Name it: --repository [HOST/]OWNER/NAME.",
    );
  }
  // A port of ssh is none of the web server's.
  const host = (scheme?.startsWith("http") === true ? found : found.replace(/:\d+$/, "")).toLowerCase();
  return { host: host === "ssh.github.com" || host === "www.github.com" ? "github.com" : host, owner, name };
}

function partsOfName(named: string, remote: string | null): Parts {
  const [, host, owner, name] = new RegExp(`^(?:(${HOST})/)?(${OWNER})/(${NAME})$`).exec(named) ?? [];
  if (owner === undefined || name === undefined) {
    throw new ToolError("doctor", "--repository takes OWNER/NAME or HOST/OWNER/NAME.");
  }
  if (host !== undefined) return { host: host.toLowerCase(), owner, name };
  try {
    return { host: partsOfRemote(remote).host, owner, name };
  } catch {
    return { host: "github.com", owner, name };
  }
}

const isCloud = (host: string): boolean => host === "github.com" || host.endsWith(".ghe.com");

/** Addresses as GitHub documents them for github.com, GHE.com and GitHub Enterprise Server. */
function apiOf(host: string): string {
  if (host === "github.com") return "https://api.github.com";
  return isCloud(host) ? `https://api.${host}` : `https://${host}/api/v3`;
}

/**
 * The token that the environment has for a server, by the rules of `gh`: one that was made for github.com goes to no
 * other server, since the address of the server comes from the checkout. `null` where there is none.
 */
export function tokenOf(place: Place, environment: Environment): string | null {
  const host = new URL(place.serverUrl).host;
  const isNamed = Boolean(environment["GITHUB_API_URL"]);
  const names =
    isCloud(host) || isNamed ? ["GH_TOKEN", "GITHUB_TOKEN"] : ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];
  return names.map((name) => environment[name]?.trim()).find((value) => value !== undefined && value !== "") ?? null;
}
