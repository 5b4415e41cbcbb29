import { generateKeyPairSync } from "node:crypto";
import sodium from "libsodium-wrappers";
import { FROM, GATE, GATE_SECRET } from "./live.ts";
import type { Client, Names } from "./stage.ts";

/** Encrypts a secret for GitHub, which demands libsodium's sealed boxes. */
export async function sealed(value: string, key: string): Promise<string> {
  await sodium.ready;
  return Buffer.from(sodium.crypto_box_seal(Buffer.from(value), Buffer.from(key, "base64"))).toString("base64");
}

/** Lets live use the workflow of tool, which is private. */
export async function share(client: Client, { owner, tool }: Names): Promise<void> {
  await client.rest.actions.setWorkflowAccessToRepository({ owner, repo: tool, access_level: "organization" });
}

/** A key that may push to live, for the state of its units, and the secrets and the environment of the steps. */
export async function prepare(client: Client, { owner, live }: Names, id: string): Promise<void> {
  const common = { owner, repo: live };
  const key = keyPair();
  await client.rest.repos.createDeployKey({
    ...common,
    title: "State of the try-out",
    key: key.public,
    read_only: false,
  });
  const { data: repositoryKey } = await client.rest.actions.getRepoPublicKey(common);
  const secrets = {
    PIPELINES_SECRETS: JSON.stringify({ TRYOUT_STATE_KEY: key.private, [GATE_SECRET]: `${FROM.repository}${id}` }),
    // Asked for by the job that proposes accounts, which none of the steps runs.
    PIPELINES_APP_KEY: `mark-${id}`,
  };
  for (const [name, value] of Object.entries(secrets)) {
    await client.rest.actions.createOrUpdateRepoSecret({
      ...common,
      secret_name: name,
      key_id: repositoryKey.key_id,
      encrypted_value: await sealed(value, repositoryKey.key),
    });
  }
  const { data: user } = await client.rest.users.getAuthenticated();
  const environment = { ...common, environment_name: GATE };
  await client.rest.repos.createOrUpdateEnvironment({
    ...environment,
    reviewers: [{ type: "User", id: user.id }],
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  });
  await client.rest.repos.createDeploymentBranchPolicy({ ...environment, name: "main" });
  const { data: environmentKey } = await client.rest.actions.getEnvironmentPublicKey(environment);
  await client.rest.actions.createOrUpdateEnvironmentSecret({
    ...environment,
    secret_name: "PIPELINES_SECRETS",
    key_id: environmentKey.key_id,
    encrypted_value: await sealed(
      JSON.stringify({ TRYOUT_STATE_KEY: key.private, [GATE_SECRET]: `${FROM.environment}${id}` }),
      environmentKey.key,
    ),
  });
}

/** A key for git over ssh, in the forms that GitHub and OpenSSH read. */
function keyPair(): { public: string; private: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const { n = "", e = "" } = publicKey.export({ format: "jwk" });
  // RFC 4253, 6.6: a name and two numbers, each after its length; a first bit that is set would make a number negative.
  const number = (text: string): Buffer => {
    const bytes = Buffer.from(text, "base64url");
    return (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  };
  const parts = [Buffer.from("ssh-rsa"), number(e), number(n)].flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return {
    public: `ssh-rsa ${Buffer.concat(parts).toString("base64")} pipelines-tryout`,
    private: privateKey.export({ type: "pkcs1", format: "pem" }).toString().trim(),
  };
}
