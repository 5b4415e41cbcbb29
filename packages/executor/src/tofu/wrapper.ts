import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binary } from "./binary.ts";
import { type DependencyOutputs, dependencyOutputsScript } from "./dependency-outputs.ts";
import { shellWord, versionAnswer } from "./version-answer.ts";

/**
 * A program that Terragrunt starts in place of the binary. It notes its process and folder before it becomes the
 * binary, so that the binary alone can be interrupted: a Terragrunt that gets a signal kills its child after 30
 * seconds and exits 0 all the same. It starts nothing once a stop was asked for. Inits run one at a time, since
 * parallel ones have been seen to crash on the provider cache that they share.
 *
 * An apply's output goes to a file, since a broken pipe to a killed Terragrunt would cost the state. It has a process
 * of its own below the wrapper, which waits for it and notes its exit code: what an apply did is not read from its text.
 */
export type Wrapper = {
  readonly program: string;
  /** One line per start: process id, subcommand, folder. */
  readonly callsFile: string;
  readonly stopFile: string;
  readonly applyLog: string;
  /** The exit code of the last apply, once it has ended. */
  readonly applyExit: string;
  /** The names of the flags that the last plan was started with, one a line: values can hold secrets. */
  readonly planFlags: string;
  /** The variables of the last plan, apply or destroy as `name=value`, each ended by a zero byte. They hold secrets. */
  readonly variablesFile: string;
};

/** What the wrappers of all units of a job have in common. */
export type SharedByUnits = { readonly initLock: string; readonly outputs: Pick<DependencyOutputs, "folder"> };

/** Writes a wrapper of its own for each unit. */
export async function writeWrapper(binary: Binary, folder: string, shared: SharedByUnits): Promise<Wrapper> {
  await mkdir(folder, { recursive: true });
  // Terragrunt tells OpenTofu from Terraform by what it prints, and looks at the file's name first.
  const program = join(folder, binary.kind);
  const wrapper: Wrapper = {
    program,
    callsFile: join(folder, "calls"),
    stopFile: join(folder, "stop"),
    applyLog: join(folder, "apply.log"),
    applyExit: join(folder, "apply.exit"),
    planFlags: join(folder, "plan.flags"),
    variablesFile: join(folder, "variables"),
  };
  await writeFile(program, scriptOf(wrapper, binary, shared), { mode: 0o755 });
  await writeFile(wrapper.callsFile, "");
  return wrapper;
}

function scriptOf(wrapper: Wrapper, binary: Binary, { initLock, outputs }: SharedByUnits): string {
  // The arguments can hold secrets: only the subcommand is noted.
  const note = (subcommand: string): string =>
    `printf '%s %s %s\\n' "$$" ${subcommand} "$PWD" >> ${shellWord(wrapper.callsFile)}`;
  const mayStart = `if [ -e ${shellWord(wrapper.stopFile)} ]; then echo 'stopped before it started' >&2; exit 130; fi`;
  const below = [note('"$0"'), mayStart, 'exec "$@"'].join("\n");
  const trustCache = "export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1";
  return [
    "#!/bin/sh",
    versionAnswer(binary),
    `below() { sh -c ${shellWord(below)} "$1" ${shellWord(binary.program)} "$@"; }`,
    ...dependencyOutputsScript(outputs, { child: "below", initLock, trustCache }),
    'dependency_outputs "$@"',
    // What sensitive inputs are given is masked in what is printed, also when no plan comes of it.
    `case "$1" in plan | apply | destroy) (umask 077; env -0 > ${shellWord(wrapper.variablesFile)}) 2> /dev/null ;; esac`,
    'if [ "$1" = apply ]; then',
    ...ARGUMENTS_OF_AN_APPLY,
    `  below "$@" >> ${shellWord(wrapper.applyLog)} 2>&1`,
    "  code=$?",
    `  printf '%s\\n' "$code" > ${shellWord(wrapper.applyExit)}`,
    // Terragrunt is to see that the binary was killed, and not that the wrapper failed. 130 is a stop's, see above.
    '  if [ "$code" -gt 130 ]; then kill -"$((code - 128))" "$$"; fi',
    '  exit "$code"',
    "fi",
    note('"$1"'),
    "may_start() {",
    // State that could not be written is saved after a stop as well, and Terragrunt asks for the version before that.
    '  case "$1" in state | version | -version | --version) return ;; esac',
    `  ${mayStart}`,
    "}",
    'may_start "$1"',
    `case "$1" in`,
    "  plan)",
    // The binary takes arguments from these variables as well.
    `    set -f; for word in \${TF_CLI_ARGS:-} \${TF_CLI_ARGS_plan:-} "$@"; do case "$word" in -*) printf '%s\\n' "\${word%%=*}" ;; esac; done > ${shellWord(wrapper.planFlags)} ;;`,
    "  init)",
    // Without hashes in a unit's lock file, each init would install a provider into the shared cache again, and take it
    // from under the plans and applies that run beside it. The lock file that is "broken" by this is thrown away.
    `    ${trustCache}`,
    // The lock is held by an open file, so that this process itself becomes the binary and can be interrupted.
    `    if command -v flock > /dev/null 2>&1; then exec 9> ${shellWord(initLock)}; flock 9; may_start "$1"; fi ;;`,
    "esac",
    `exec ${shellWord(binary.program)} "$@"`,
    "",
  ].join("\n");
}

/**
 * Leaves of an apply's arguments what says how a saved plan is applied, and the plan file, which comes last. What
 * `extra_arguments` say of what to plan is in the plan already, and refused beside it. Terragrunt leaves `-var=x` out
 * itself, and of `-var x` only the first word.
 */
const ARGUMENTS_OF_AN_APPLY: readonly string[] = [
  "  left=$#",
  '  while [ "$left" -gt 0 ]; do',
  "    word=$1",
  "    shift",
  "    left=$((left - 1))",
  "    flag=${word#-}",
  '    case "$word" in -*) flag=-${flag#-} ;; esac',
  '    case "$flag" in',
  "      -var | -var-file | -target | -target-file | -exclude | -exclude-file | -replace)",
  '        if [ "$left" -gt 1 ]; then shift; left=$((left - 1)); fi ;;',
  "      -var=* | -var-file=* | -target=* | -target-file=* | -exclude=* | -exclude-file=* | -replace=*) ;;",
  "      -lock-timeout | -parallelism | -state | -state-out | -backup)",
  '        if [ "$left" -gt 1 ]; then set -- "$@" "$word" "$1"; shift; left=$((left - 1)); fi ;;',
  '      -* | apply) set -- "$@" "$word" ;;',
  '      *) if [ "$left" -eq 0 ]; then set -- "$@" "$word"; fi ;;',
  "    esac",
  "  done",
];

/** The exit code of the last apply; `null` when none has ended under the wrapper. */
export async function applyExitOf(wrapper: Wrapper): Promise<number | null> {
  const code = Number.parseInt(await readFile(wrapper.applyExit, "utf8").catch(() => ""), 10);
  return Number.isNaN(code) ? null : code;
}

/** The names of the flags that the last plan was started with, each with one dash. */
export async function planFlagsOf(wrapper: Wrapper): Promise<ReadonlySet<string>> {
  const text = await readFile(wrapper.planFlags, "utf8").catch(() => "");
  return new Set(text.split("\n").map((flag) => flag.replace(/^--?/, "-")));
}

export type Call = { readonly pid: number; readonly subcommand: string; readonly folder: string };

/** What the wrapper has started so far, in order. */
export async function callsOf(wrapper: Wrapper): Promise<Call[]> {
  const text = await readFile(wrapper.callsFile, "utf8");
  return text.split("\n").flatMap((line) => {
    const [, pid, subcommand, folder] = /^(\d+) (\S*) (.+)$/.exec(line) ?? [];
    return pid === undefined || subcommand === undefined || folder === undefined
      ? []
      : [{ pid: Number(pid), subcommand, folder }];
  });
}
