/** What a word does in Pipelines. */
export type Effect =
  /** What it names, or what is named in it, decides which units a change affects. */
  | "reads"
  /** It decides in which order units run, and which of them can't be deleted. */
  | "order"
  /** It decides what becomes of a unit: whether, how and with what it runs. */
  | "runs"
  /** It makes units, or says which folders are some. */
  | "units"
  /** It changes nothing here. */
  | "no effect"
  /** Terragrunt itself refuses it or does nothing with it, which is said before a merge. */
  | "experiment";

export type Row = {
  readonly words: readonly string[];
  readonly effect: readonly Effect[];
  readonly what: string;
  /** The file of the test that has these words, by its name below `packages/`. */
  readonly test: string;
};

const O = (name: string): string => `orchestrator/test/${name}.integration.test.ts`;
const E = (name: string): string => `executor/test/${name}.integration.test.ts`;
const below = (block: string, ...names: string[]): string[] => [block, ...names.map((name) => `${block}.${name}`)];
const row = (effect: readonly Effect[], words: readonly string[], what: string, test: string): Row => {
  return { words, effect, what, test };
};

/** The rows of the table, for every block and attribute of a unit's configuration and of what it includes. */
export const UNIT_ROWS: readonly Row[] = [
  row(["reads"], ["unit: locals"], "Paths in it are followed, also through other locals.", O("arguments")),
  row(
    ["reads"],
    ["unit: inputs"],
    "Files that it reads count. Values reach the module by Terragrunt; those of sensitive variables are masked.",
    E("secrets"),
  ),
  row(
    ["reads"],
    ["unit: include", "unit: include.path", "unit: include.expose"],
    "The file counts as the unit's own, with all that it reads; also where its path has parts that only a run knows.",
    O("rendered"),
  ),
  row(
    ["reads", "order"],
    ["unit: include.merge_strategy"],
    "Terragrunt merges; what comes by a merge counts.",
    O("every-word"),
  ),
  row(
    ["reads", "runs"],
    ["unit: terraform", "unit: terraform.source"],
    "A local module's files, and those of modules that it calls, count. A pinned one is Terragrunt's to fetch; `module_access` has the token of a private one.",
    O("traps"),
  ),
  row(
    ["experiment"],
    ["unit: terraform.version", "unit: terraform.mutable", "unit: generate.mutable"],
    "An experiment of Terragrunt: without it the plan in the pull request fails with Terragrunt's reason.",
    E("every-word"),
  ),
  row(
    ["no effect"],
    ["unit: terraform.update_source_with_cas"],
    "How Terragrunt keeps what it fetched. Each unit has a folder of its own on the runner.",
    E("every-word"),
  ),
  row(
    ["runs"],
    [
      "unit: terraform.include_in_copy",
      "unit: terraform.exclude_from_copy",
      "unit: terraform.copy_terraform_lock_file",
    ],
    "Terragrunt copies as it says. Every file of the module's folder counts, copied or not.",
    E("every-word"),
  ),
  row(
    ["reads", "runs"],
    below("unit: terraform.extra_arguments", "arguments", "commands"),
    "Var files that they name count. What a saved plan does not go with (`-target`, `-destroy`, a plan file of one's own …) is refused in the pull request, with file and line.",
    E("terragrunt-blocks"),
  ),
  row(
    ["reads"],
    ["unit: terraform.extra_arguments.required_var_files", "unit: terraform.extra_arguments.optional_var_files"],
    "The files count, also an optional one that appears or goes.",
    O("arguments"),
  ),
  row(
    ["runs"],
    ["unit: terraform.extra_arguments.env_vars"],
    "They reach the binary. What `TF_CLI_ARGS` adds to a plan is checked like arguments.",
    E("terragrunt-blocks"),
  ),
  ...["before_hook", "after_hook"].map((hook) =>
    row(
      ["reads", "runs"],
      below(`unit: terraform.${hook}`, "commands", "execute", "if", "run_on_error", "suppress_stdout"),
      "Runs. A script that it starts counts; what it prints is taken for nothing else.",
      E("every-word"),
    ),
  ),
  row(
    ["reads", "runs"],
    below("unit: terraform.error_hook", "commands", "execute", "on_errors", "suppress_stdout"),
    "Runs. A script that it starts counts; what it prints is taken for nothing else.",
    E("every-word"),
  ),
  row(
    ["reads", "runs"],
    ["before_hook", "after_hook", "error_hook"].map((hook) => `unit: terraform.${hook}.working_dir`),
    "Scripts are looked for there, and where the command goes with `cd`.",
    O("arguments"),
  ),
  row(
    ["runs"],
    below("unit: remote_state", "backend", "config"),
    "Where the state is. Before a destroy it is compared with the states of everything that is applied.",
    E("guard"),
  ),
  row(
    ["reads", "runs"],
    [
      "unit: remote_state.generate",
      "unit: remote_state.disable_init",
      "unit: remote_state.disable_dependency_optimization",
      "unit: remote_state.encryption",
    ],
    "As Terragrunt has it.",
    E("every-word"),
  ),
  row(
    ["order"],
    ["unit: dependency", "unit: dependency.config_path", "unit: dependencies", "unit: dependencies.paths"],
    "Order of applies and destroys. What a remaining unit depends on can't be deleted; a stack's folder means all of its units.",
    O("read-dependencies"),
  ),
  row(
    ["order"],
    ["unit: dependency.enabled", "unit: dependency.skip_outputs"],
    "One that is not enabled is none. Without outputs the order stays.",
    O("every-word"),
  ),
  row(
    ["runs"],
    ["unit: dependency.mock_outputs", "unit: dependency.mock_outputs_merge_strategy_with_state"],
    "A plan with mock outputs says so and is never applied. A unit that needs outputs which the same change brings is waiting.",
    E("terragrunt-blocks"),
  ),
  row(
    ["runs"],
    ["unit: dependency.mock_outputs_allowed_terraform_commands", "unit: dependency.mock_outputs_merge_with_state"],
    "As Terragrunt has it; a plan that was made with mocks says so.",
    E("every-word"),
  ),
  row(
    ["experiment"],
    below("unit: dependency.expansion", "count", "for_each"),
    "It does nothing in Terragrunt yet, and hides the dependency: a problem, with file and line.",
    O("every-word"),
  ),
  row(
    ["reads", "runs"],
    below(
      "unit: generate",
      "path",
      "contents",
      "if_exists",
      "if_disabled",
      "comment_prefix",
      "disable",
      "disable_signature",
      "hcl_fmt",
    ),
    "Generated as Terragrunt has it. Files that `contents` reads count.",
    E("every-word"),
  ),
  row(
    ["runs"],
    below("unit: exclude", "if", "actions", "exclude_dependencies"),
    "Does not run, and is listed as excluded with the reason. Units that are deleted while they are excluded are not destroyed, which is said.",
    O("excluded"),
  ),
  row(["runs"], ["unit: exclude.no_run"], "The same.", O("excluded")),
  row(
    ["runs"],
    ["unit: errors", ...below("unit: errors.retry", "max_attempts", "retryable_errors", "sleep_interval_sec")],
    "Plans and inits are tried again as it says. An apply is not, since its plan is used up, which is said.",
    E("terragrunt-blocks"),
  ),
  row(
    ["runs"],
    below("unit: errors.ignore", "ignorable_errors", "message"),
    "The unit is reported as ignored, with the message. What was planned until then is neither shown nor applied.",
    E("terragrunt-blocks"),
  ),
  row(
    ["no effect"],
    ["unit: errors.ignore.signals"],
    "Terragrunt writes a file that nothing here reads.",
    O("every-word"),
  ),
  row(
    ["reads", "runs"],
    below("unit: feature", "default"),
    "The default counts, or what `TG_FEATURE` says in `env` of the environment.",
    O("every-word"),
  ),
  row(
    ["runs"],
    ["unit: prevent_destroy"],
    "Not destroyed: withheld with this reason first, and with what can be done about files that are gone.",
    E("terragrunt-blocks"),
  ),
  row(
    ["runs"],
    ["iam_role", "iam_assume_role_duration", "iam_assume_role_session_name", "iam_web_identity_token"].map(
      (name) => `unit: ${name}`,
    ),
    "Terragrunt assumes it in the unit's process. The roles of the environment come first where it has some.",
    E("iam-role"),
  ),
  row(["no effect"], ["unit: download_dir"], "Each unit has a folder of its own on the runner.", E("every-word")),
  row(
    ["no effect"],
    ["unit: terraform_binary"],
    "The binary is what the action has installed; this decides which one where nothing else does.",
    E("every-word"),
  ),
  row(
    ["runs"],
    ["unit: terraform_version_constraint", "unit: terragrunt_version_constraint"],
    "Terragrunt checks it; the plan in the pull request fails with its reason.",
    E("every-word"),
  ),
  row(
    ["no effect"],
    below("unit: engine", "source", "version", "type", "meta"),
    "An experiment of Terragrunt, which passes over it: the installed binary is what runs.",
    E("every-word"),
  ),
  row(
    ["no effect"],
    below("unit: catalog", "urls", "no_shell", "no_hooks", "default_template"),
    "For `terragrunt catalog` and `scaffold` only.",
    E("every-word"),
  ),
];

/** The rows for every block and attribute of a stack file. */
export const STACK_ROWS: readonly Row[] = [
  row(["reads"], ["stack: locals"], "What they read counts for the units that get other values by it.", O("stacks")),
  row(
    ["reads"],
    ["stack: include", "stack: include.path"],
    "The file counts for what is generated.",
    O("every-word-of-stacks"),
  ),
  row(
    ["units"],
    [
      ...below("stack: unit", "source", "path", "values", "no_dot_terragrunt_stack"),
      ...below("stack: stack", "source", "path", "values", "no_dot_terragrunt_stack"),
    ],
    "Generated at both commits; units whose files differ are changed, those that are there no more are destroyed, those that moved are held. The executor generates them for every action.",
    E("stacks"),
  ),
  row(
    ["units", "order"],
    ["stack: unit.autoinclude", "stack: stack.autoinclude"],
    "Generated with the unit; dependencies in it are dependencies.",
    E("stacks"),
  ),
  row(["units"], ["stack: unit.no_validation", "stack: stack.no_validation"], "As Terragrunt has it.", O("templates")),
  row(
    ["no effect"],
    ["unit", "stack"].flatMap((kind) => [`stack: ${kind}.mutable`, `stack: ${kind}.update_source_with_cas`]),
    "How Terragrunt keeps what it fetched.",
    O("every-word-of-stacks"),
  ),
  row(
    ["experiment"],
    ["unit", "stack"].flatMap((kind) => below(`stack: ${kind}.expansion`, "count", "for_each")),
    "It does nothing in Terragrunt yet. Without the experiment the stack can't be generated, which is a problem.",
    O("every-word"),
  ),
];

/** The rows for every function of Terragrunt's own. */
export const FUNCTION_ROWS: readonly Row[] = [
  row(
    ["reads"],
    ["read_terragrunt_config"],
    "The file and what it reads count; dependencies in it are dependencies.",
    O("read-dependencies"),
  ),
  row(
    ["reads"],
    ["mark_as_read", "mark_glob_as_read", "read_tfvars_file"],
    "The files count; of a glob also those that come or go.",
    O("every-word"),
  ),
  row(
    ["reads"],
    ["sops_decrypt_file"],
    "The file counts. Where there are no keys the unit is _not evaluated_: any file that its text may reach counts.",
    O("credentials"),
  ),
  row(
    ["reads"],
    ["run_cmd"],
    "Runs without credentials while changes are determined. A script of the repository that it starts counts.",
    O("credentials"),
  ),
  row(
    ["reads"],
    ["find_in_parent_folders"],
    "The file counts where it is read; a nearer one that appears or goes counts as well.",
    "orchestrator/src/hcl/functions.integration.test.ts",
  ),
  row(
    ["reads"],
    [
      "get_env",
      "get_original_terragrunt_dir",
      "get_parent_terragrunt_dir",
      "get_path_from_repo_root",
      "get_path_to_repo_root",
      "get_repo_root",
      "get_terragrunt_dir",
      "path_relative_from_include",
      "path_relative_to_include",
    ],
    "Paths that are made with it are known, the same in every checkout.",
    "orchestrator/src/hcl/functions.integration.test.ts",
  ),
  row(
    ["reads"],
    ["get_aws_account_id"],
    "The account of the unit's environment, without asking AWS.",
    "orchestrator/src/hcl/functions.integration.test.ts",
  ),
  row(
    ["reads"],
    ["get_aws_account_alias", "get_aws_caller_identity_arn", "get_aws_caller_identity_user_id"],
    "Needs credentials: where there are none the unit is _not evaluated_, and any file that its text may reach counts.",
    O("every-word"),
  ),
  row(
    ["reads"],
    ["get_terraform_command", "get_terraform_cli_args", "get_platform", "get_working_dir"],
    "What a path becomes by it is not known: any file that fits counts.",
    O("every-word"),
  ),
  row(
    ["no effect"],
    [
      "get_terraform_commands_that_need_input",
      "get_terraform_commands_that_need_locking",
      "get_terraform_commands_that_need_parallelism",
      "get_terraform_commands_that_need_vars",
      "get_default_retryable_errors",
      "get_terragrunt_source_cli_flag",
      "constraint_check",
      "endswith",
      "startswith",
      "strcontains",
      "timecmp",
    ],
    "Reads nothing.",
    O("every-word"),
  ),
  row(
    ["experiment"],
    ["deep_merge"],
    "An experiment of Terragrunt: without it the unit is a problem, with file and line.",
    O("every-word"),
  ),
];
