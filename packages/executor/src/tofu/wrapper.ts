import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Binary } from "./binary.ts";

/**
 * A program that Terragrunt starts in place of the binary. It notes its process and folder before it becomes the
 * binary, so that the binary alone can be interrupted: a Terragrunt that gets a signal kills its child after 30
 * seconds and exits 0 all the same. It starts nothing once a stop was asked for. An apply's output goes to a file,
 * since a broken pipe to a killed Terragrunt would cost the state. Inits run one at a time, since parallel ones have
 * been seen to crash on the provider cache that they share.
 */
export type Wrapper = {
  readonly program: string;
  /** One line per start: process id, subcommand, folder. */
  readonly callsFile: string;
  readonly stopFile: string;
  readonly applyLog: string;
  /** The environment of the last call that reads inputs, as `env -0` prints it. It holds secrets. */
  readonly variablesFile: string;
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes a wrapper of its own for each unit. */
export async function writeWrapper(binary: Binary, folder: string, initLock: string): Promise<Wrapper> {
  await mkdir(folder, { recursive: true });
  // Terragrunt tells OpenTofu from Terraform by what it prints, and looks at the file's name first.
  const program = join(folder, binary.kind);
  const callsFile = join(folder, "calls");
  const stopFile = join(folder, "stop");
  const applyLog = join(folder, "apply.log");
  const variablesFile = join(folder, "variables");
  const script = [
    "#!/bin/sh",
    // The arguments can hold secrets: only the subcommand is noted.
    `printf '%s %s %s\\n' "$$" "$1" "$PWD" >> ${quoted(callsFile)}`,
    "may_start() {",
    // State that could not be written is saved after a stop as well, and Terragrunt asks for the version before that.
    '  case "$1" in state | version | -version | --version) return ;; esac',
    `  if [ -e ${quoted(stopFile)} ]; then echo 'stopped before it started' >&2; exit 130; fi`,
    "}",
    'may_start "$1"',
    // What sensitive inputs are given is masked in what is printed, also when no plan comes of it.
    `case "$1" in plan | apply | destroy) (umask 077; env -0 > ${quoted(variablesFile)}) 2> /dev/null ;; esac`,
    `case "$1" in`,
    `  apply) exec ${quoted(binary.program)} "$@" >> ${quoted(applyLog)} 2>&1 ;;`,
    "  init)",
    // Without hashes in a unit's lock file, each init would install a provider into the shared cache again, and take it
    // from under the plans and applies that run beside it. The lock file that is "broken" by this is thrown away.
    "    export TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE=1",
    // The lock is held by an open file, so that this process itself becomes the binary and can be interrupted.
    `    if command -v flock > /dev/null 2>&1; then exec 9> ${quoted(initLock)}; flock 9; may_start "$1"; fi ;;`,
    "esac",
    `exec ${quoted(binary.program)} "$@"`,
    "",
  ].join("\n");
  await writeFile(program, script, { mode: 0o755 });
  await writeFile(callsFile, "");
  return { program, callsFile, stopFile, applyLog, variablesFile };
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
