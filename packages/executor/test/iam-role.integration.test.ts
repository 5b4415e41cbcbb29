import { expect, test } from "vitest";
import { startCloud } from "./cloud.ts";
import { makeWorld, passing, unitAt } from "./world.ts";

test("a unit's own `iam_role` is assumed by Terragrunt, with the session name and token that it gives", async () => {
  await using cloud = await startCloud();
  const own = "arn:aws:iam::333333333333:role/own";
  await using world = await makeWorld({
    ...unitAt("a", passing("a"), {
      body: `iam_role                     = "${own}"
iam_assume_role_duration     = 900
iam_assume_role_session_name = "of-the-unit"
iam_web_identity_token       = "token-of-the-unit"`,
    }),
    ".pipelines/config.yml": `environments: { it: { paths: ["**"], env: { AWS_ENDPOINT_URL_STS: "${cloud.url}", AWS_REGION: eu-west-1 } } }\n`,
  });
  const done = await world.run({ action: "plan", units: ["a"], environment: "it" });
  expect(done.ends).toEqual({ a: { kind: "changed" } });
  expect(cloud.assumed.at(-1)).toEqual({ role: own, session: "of-the-unit", token: "token-of-the-unit" });
});
