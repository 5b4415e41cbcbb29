/**
 * Variables that a tool needs to work at all. Everything else of the job's environment stays out of it: a run: step of
 * a job with `id-token: write` holds the request token, and tools run code that a pull request wrote.
 */
const ALLOWED = new Set([
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "TMPDIR",
  "TZ",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  // GitHub's runner finds and ends a job's processes by this mark; without it a survivor would outlive its job.
  "RUNNER_TRACKING_ID",
]);
const ALLOWED_PREFIXES = ["LC_"];

/** Whether a tool gets a variable as the job has it. `GITHUB_*` and `CI` it does not get. */
export function reachesTools(name: string): boolean {
  return ALLOWED.has(name) || ALLOWED_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * A clean environment for a tool: the allow-list of `parent`, settings that keep Terragrunt and OpenTofu/Terraform
 * quiet and unattended, and `extra` on top.
 */
export function toolEnvironment(
  parent: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(parent)) {
    if (value === undefined) continue;
    if (reachesTools(name)) environment[name] = value;
  }
  return {
    ...environment,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    TG_NON_INTERACTIVE: "true",
    TG_NO_COLOR: "true",
    TG_TELEMETRY_TRACE_EXPORTER: "none",
    GIT_TERMINAL_PROMPT: "0",
    ...extra,
  };
}
