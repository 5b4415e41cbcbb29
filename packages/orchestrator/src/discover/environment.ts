/**
 * The environment in which Terragrunt evaluates units: offline, with credentials that open nothing, and a stand-in that
 * answers `get_aws_account_id()`.
 */
export function discoveryEnvironment(
  tool: Readonly<Record<string, string>>,
  stsUrl: string,
): Readonly<Record<string, string>> {
  return {
    ...tool,
    AWS_ACCESS_KEY_ID: "discovery",
    AWS_SECRET_ACCESS_KEY: "discovery",
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ENDPOINT_URL: stsUrl,
    AWS_ENDPOINT_URL_STS: stsUrl,
  };
}
