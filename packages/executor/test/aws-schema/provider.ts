import { keepState, serve } from "../slow-provider/serve.ts";
import { field, yes } from "../slow-provider/wire.ts";

/**
 * The schema of the few resources of the AWS provider that `infra/aws-oidc` and `infra/account-factory` use, and nothing behind it: enough for
 * `tofu validate`, and for `tofu test` with a mocked provider. Names, types and what is required are those of the
 * provider's documentation, version 6.
 */
const STRING = '"string"';
const STRINGS = '["set","string"]';
const TAGS = '["map","string"]';

const [required, optional, computed] = [[yes(4)], [yes(5)], [yes(6)]];
const both = [yes(5), yes(6)];

const attribute = (name: string, type: string, how: readonly Buffer[]): Buffer =>
  field(2, field(1, name), field(2, type), ...how);
const schema = (...attributes: readonly Buffer[]): Buffer => field(2, ...attributes, attribute("id", STRING, both));

const resources: Readonly<Record<string, Buffer>> = {
  aws_organizations_account: schema(
    attribute("name", STRING, required),
    attribute("email", STRING, required),
    attribute("parent_id", STRING, both),
    attribute("role_name", STRING, optional),
    attribute("iam_user_access_to_billing", STRING, both),
    attribute("close_on_deletion", '"bool"', optional),
    attribute("arn", STRING, computed),
    attribute("tags", TAGS, optional),
    attribute("tags_all", TAGS, both),
  ),
  aws_iam_openid_connect_provider: schema(
    attribute("url", STRING, required),
    attribute("client_id_list", STRINGS, required),
    attribute("thumbprint_list", '["list","string"]', both),
    attribute("arn", STRING, computed),
    attribute("tags", TAGS, optional),
    attribute("tags_all", TAGS, both),
  ),
  aws_iam_role: schema(
    attribute("assume_role_policy", STRING, required),
    attribute("name", STRING, both),
    attribute("name_prefix", STRING, both),
    attribute("path", STRING, optional),
    attribute("description", STRING, optional),
    attribute("permissions_boundary", STRING, optional),
    attribute("max_session_duration", '"number"', optional),
    attribute("force_detach_policies", '"bool"', optional),
    attribute("arn", STRING, computed),
    attribute("create_date", STRING, computed),
    attribute("unique_id", STRING, computed),
    attribute("tags", TAGS, optional),
    attribute("tags_all", TAGS, both),
  ),
  aws_iam_role_policy: schema(
    attribute("role", STRING, required),
    attribute("policy", STRING, required),
    attribute("name", STRING, both),
    attribute("name_prefix", STRING, both),
  ),
  aws_iam_role_policy_attachment: schema(
    attribute("role", STRING, required),
    attribute("policy_arn", STRING, required),
  ),
};

const dataSources: Readonly<Record<string, Buffer>> = {
  aws_caller_identity: schema(
    attribute("account_id", STRING, computed),
    attribute("arn", STRING, computed),
    attribute("user_id", STRING, computed),
  ),
  aws_partition: schema(
    attribute("partition", STRING, computed),
    attribute("dns_suffix", STRING, computed),
    attribute("reverse_dns_prefix", STRING, computed),
  ),
};

const entries = (number: number, schemas: Readonly<Record<string, Buffer>>): Buffer[] =>
  Object.entries(schemas).map(([name, described]) => field(number, field(1, name), field(2, described)));

serve({
  GetProviderSchema: () => Buffer.concat([field(1, field(2)), ...entries(2, resources), ...entries(3, dataSources)]),
  ValidateProviderConfig: () => Buffer.alloc(0),
  ValidateResourceConfig: () => Buffer.alloc(0),
  ValidateDataResourceConfig: () => Buffer.alloc(0),
  UpgradeResourceState: keepState,
  StopProvider: () => Buffer.alloc(0),
});
