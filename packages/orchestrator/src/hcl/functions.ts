/**
 * Functions that read no file, look for none and run nothing: those of OpenTofu, Terraform and Terragrunt as of
 * Terragrunt 1.1 (https://docs.terragrunt.com/reference/hcl/functions, https://opentofu.org/docs/language/functions).
 * What is not named here or in `READING_FUNCTIONS` counts as if it might read anything.
 */
const PURE_FUNCTIONS = new Set(
  `abs abspath alltrue anytrue base64decode base64encode base64gunzip base64gzip base64sha256 base64sha512 basename
  bcrypt can ceil chomp chunklist cidrcontains cidrhost cidrnetmask cidrsubnet cidrsubnets coalesce coalescelist compact
  concat constraint_check contains csvdecode deep_merge dirname distinct element endswith ephemeralasnull flatten floor
  format formatdate formatlist get_aws_account_alias get_aws_account_id get_aws_caller_identity_arn
  get_aws_caller_identity_user_id get_default_retryable_errors get_env get_original_terragrunt_dir
  get_parent_terragrunt_dir get_path_from_repo_root get_path_to_repo_root get_platform get_repo_root
  get_terraform_cli_args get_terraform_command get_terraform_commands_that_need_input
  get_terraform_commands_that_need_locking get_terraform_commands_that_need_parallelism
  get_terraform_commands_that_need_vars get_terragrunt_dir get_terragrunt_source_cli_flag get_working_dir
  get_terragrunt_source_cli_flag indent index issensitive join jsondecode jsonencode keys length list log lookup lower
  map matchkeys max md5 merge min nonsensitive one parseint path_relative_from_include path_relative_to_include pathexpand
  plantimestamp pow range regex regexall replace reverse rsadecrypt sensitive setintersection setproduct setsubtract
  setunion sha1 sha256 sha512 signum slice sort split startswith strcontains strrev substr sum templatestring textdecodebase64
  textencodebase64 timeadd timecmp timestamp title tobool tolist tomap tonumber toset tostring transpose trim trimprefix
  trimspace trimsuffix try type upper urldecode urlencode uuid uuidv5 values yamldecode yamlencode zipmap`.split(/\s+/),
);

/** Functions whose first argument is the path of a file that they read. */
export const FILE_FUNCTIONS: ReadonlySet<string> = new Set([
  "file",
  "templatefile",
  "filebase64",
  "filemd5",
  "filesha1",
  "filesha256",
  "filesha512",
  "filebase64sha256",
  "filebase64sha512",
  "read_tfvars_file",
  "sops_decrypt_file",
]);

const OTHER_FUNCTIONS = new Set([
  "find_in_parent_folders",
  "read_terragrunt_config",
  "fileexists",
  "fileset",
  "run_cmd",
]);

/** Whether it is known what a function reads. */
export function isKnownFunction(name: string): boolean {
  return PURE_FUNCTIONS.has(name) || FILE_FUNCTIONS.has(name) || OTHER_FUNCTIONS.has(name);
}
