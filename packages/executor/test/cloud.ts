import { createServer, type IncomingMessage } from "node:http";

/** What a stand-in for AWS and GitHub's token service was asked. */
export type Asked = { readonly role: string; readonly session: string; readonly token: string };

export type Cloud = AsyncDisposable & {
  readonly url: string;
  /** Roles that were assumed, in order. */
  readonly assumed: Asked[];
  /** Requests to S3: `<role> <method> <bucket>/<key>`. */
  readonly requests: string[];
  readonly objects: Map<string, string>;
  /** Tokens that GitHub gave out. */
  tokens(): number;
  /** Refuses a role, for good or so many times. */
  refuse(role: string, code: "AccessDenied" | "Throttling", times: number): void;
  /** Takes a bucket away. */
  withoutBucket(name: string): void;
  /** How long credentials and tokens are good for, in seconds. */
  lifetime(credentials: number, token: number): void;
};

/** A local STS, an S3 with conditional writes, and GitHub's token service under `/token`. */
export async function startCloud(): Promise<Cloud> {
  const assumed: Asked[] = [];
  const requests: string[] = [];
  const objects = new Map<string, string>();
  const refusals = new Map<string, { code: string; times: number }>();
  const missing = new Set<string>();
  let tokens = 0;
  let [credentialSeconds, tokenSeconds] = [3600, 300];
  const token = (audience: string | null): string => {
    tokens += 1;
    const claims = { exp: Date.now() / 1000 + tokenSeconds, jti: tokens, aud: audience };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    return JSON.stringify({ value: `${part({ alg: "RS256" })}.${part(claims)}.signature` });
  };
  const assume = (form: URLSearchParams): Answer => {
    if (form.get("Action") !== "AssumeRoleWithWebIdentity") return [400, fault("InvalidAction")];
    const role = form.get("RoleArn") ?? "";
    assumed.push({ role, session: form.get("RoleSessionName") ?? "", token: form.get("WebIdentityToken") ?? "" });
    const refusal = refusals.get(role);
    if (refusal === undefined || refusal.times === 0) return [200, granted(role, credentialSeconds)];
    refusal.times -= 1;
    const message = `Not authorized to perform sts:AssumeRoleWithWebIdentity on ${role}`;
    return [refusal.code === "AccessDenied" ? 403 : 400, fault(refusal.code, message)];
  };
  const store = (request: IncomingMessage, url: URL, body: string): Answer => {
    const role = /Credential=KEY-([^/]+)\//.exec(request.headers.authorization ?? "")?.[1] ?? "nobody";
    const name = decodeURIComponent(url.pathname.slice(1));
    requests.push(`${role} ${request.method} ${name}`);
    if (missing.has(name.split("/")[0] ?? ""))
      return [404, fault("NoSuchBucket", "The specified bucket does not exist")];
    const object = objects.get(name);
    if (request.method === "PUT") {
      if (request.headers["if-none-match"] === "*" && object !== undefined) return [412, fault("PreconditionFailed")];
      objects.set(name, body);
      return [200, ""];
    }
    if (request.method === "DELETE") {
      objects.delete(name);
      return [204, ""];
    }
    if (url.searchParams.has("list-type") || url.searchParams.has("prefix")) return [200, NOTHING_LISTED];
    return object === undefined ? [404, fault("NoSuchKey")] : [200, object];
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = (): Answer => {
      if (url.pathname === "/token") {
        const known = request.headers.authorization === "bearer request-token";
        return known ? [200, token(url.searchParams.get("audience"))] : [401, ""];
      }
      const toSts = url.pathname === "/" && request.method === "POST";
      return toSts ? assume(new URLSearchParams(body)) : store(request, url, body);
    };
    const [status, text] = answer();
    response.writeHead(status, { etag: '"1"' }).end(request.method === "HEAD" ? "" : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a port is expected");
  return {
    url: `http://127.0.0.1:${address.port}`,
    assumed,
    requests,
    objects,
    tokens: () => tokens,
    refuse: (role, code, times) => void refusals.set(role, { code, times }),
    withoutBucket: (name) => void missing.add(name),
    lifetime(credentials, token) {
      [credentialSeconds, tokenSeconds] = [credentials, token];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Answer = readonly [status: number, text: string];

const NOTHING_LISTED =
  '<?xml version="1.0"?><ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';

const fault = (code: string, message = code): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><Code>${code}</Code></ErrorResponse>`;

function granted(role: string, seconds: number): string {
  const expiration = new Date(Date.now() + seconds * 1000).toISOString();
  return `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>KEY-${role.split("/").at(-1)}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>${expiration}</Expiration></Credentials>
<AssumedRoleUser><Arn>${role}/x</Arn><AssumedRoleId>ID:x</AssumedRoleId></AssumedRoleUser>
</AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

/** A `root.hcl` that keeps each environment's state in a bucket of its own, with lock files. */
export function rootOnS3(url: string): string {
  return `remote_state {
  backend = "s3"
  generate = {
    path      = "backend.tf"
    if_exists = "overwrite_terragrunt"
  }
  config = {
    bucket                      = "state-\${split("/", path_relative_to_include())[0]}"
    key                         = "\${path_relative_to_include()}/terraform.tfstate"
    region                      = "eu-west-1"
    use_lockfile                = true
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_region_validation      = true
    skip_metadata_api_check     = true
    skip_s3_checksum            = true
    endpoints = {
      s3  = "${url}"
      sts = "${url}"
    }
  }
}
`;
}
