import { createServer, type IncomingMessage } from "node:http";
import { accountOfKey } from "./environment.ts";

/** The account that discovery sees where the unit's own is not known. */
const NO_ACCOUNT = "000000000000";

/**
 * A server on this machine that answers who the caller is, as AWS STS would: the account that the request's key stands
 * for. A role that is assumed gets a key of the role's own account, so that the next answer is right as well.
 */
export async function startStsStandIn(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(callerIdentity(accountOf(request)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the STS stand-in has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A signed request names its key: `Credential=<key>/<date>/<region>/sts/aws4_request`. */
function accountOf({ headers }: IncomingMessage): string {
  const key = /Credential=([^/,]+)\//.exec(headers.authorization ?? "")?.[1];
  return accountOfKey(key) ?? NO_ACCOUNT;
}

function callerIdentity(account: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::${account}:assumed-role/discovery/discovery</Arn><UserId>discovery</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>discovery</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}
