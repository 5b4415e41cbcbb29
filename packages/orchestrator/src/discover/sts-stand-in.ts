import { createServer } from "node:http";

/** The account that discovery sees where the unit's own is not known. */
const NO_ACCOUNT = "000000000000";

/** A server on this machine that answers who the caller is, as AWS STS would. */
export async function startStsStandIn(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(200, { "content-type": "text/xml" });
      response.end(callerIdentity(NO_ACCOUNT));
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

function callerIdentity(account: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/discovery</Arn><UserId>discovery</UserId><Account>${account}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>discovery</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}
