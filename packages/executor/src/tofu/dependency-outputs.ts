import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { backendFileIn, statePlaceIn } from "./state-identity.ts";
import { shellWord } from "./version-answer.ts";

/**
 * The outputs of dependencies that the units of a job read, so that each is fetched once and not once for every unit that
 * depends on it: Terragrunt does the same inside of one `run --all`, and we start it once for each unit.
 *
 * For a dependency Terragrunt writes the backend's settings into an empty folder and starts `init -get=false` and
 * `output -json` there. The wrapper answers both from the first time, if all that these can tell apart is the same: the
 * files in the folder and the whole environment, credentials included. So no unit sees what its own role could not read.
 */
export type DependencyOutputs = {
  readonly folder: string;
  /** Forgets what may change now: the outputs of the unit that is worked on in this folder. */
  stateChanges(unitFolder: string | null): Promise<void>;
};

/** Something else than this job, another run for example, may apply a dependency while the job runs. */
const MINUTES_KEPT = 5;

/** Changes whenever the job changes a state: what was fetched across that is not kept. */
const CHANGES = "changes";
/** For each dependency: what it has, and where its state is. */
const [OUTPUTS, STATE] = [".outputs", ".state"];

export async function openDependencyOutputs(jobFolder: string): Promise<DependencyOutputs> {
  const folder = join(jobFolder, "outputs");
  // Outputs hold secrets.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    async stateChanges(unitFolder) {
      await writeFile(join(folder, CHANGES), randomUUID());
      const changing = unitFolder === null ? null : await placeOrNull(backendFileIn(unitFolder));
      for (const name of await readdir(folder)) {
        if (!name.endsWith(OUTPUTS)) continue;
        const entry = join(folder, name.slice(0, -OUTPUTS.length));
        const kept = await placeOrNull(`${entry}${STATE}`);
        // What can't be told apart may be the same.
        const another = changing !== null && kept !== null && changing !== kept;
        if (!another) await rm(`${entry}${OUTPUTS}`, { force: true });
      }
    },
  };
}

const placeOrNull = (backendFile: string): Promise<string | null> => statePlaceIn(backendFile).catch(() => null);

/** How the wrapper's script does what other parts of it do as well. */
export type ScriptParts = {
  /** A function that starts the binary below the wrapper with its arguments. */
  readonly child: string;
  readonly initLock: string;
  /** A command that says to an init which is started next that it may use the provider cache as it is. */
  readonly trustCache: string;
};

/**
 * The wrapper's part, as lines of a shell script with a function `dependency_outputs`. It answers, or returns when the
 * binary is to do what it is started for. Without `flock` and `sha256sum` it always returns.
 */
export function dependencyOutputsScript({ folder }: Pick<DependencyOutputs, "folder">, parts: ScriptParts): string[] {
  const { child } = parts;
  const here = '"$PWD/.pipelines-outputs"';
  const changes = `"$(cat ${shellWord(join(folder, CHANGES))} 2> /dev/null)"`;
  const outputs = `"$entry${OUTPUTS}"`;
  return [
    "dependency_outputs() {",
    '  case "$*" in',
    `    "output -json") if [ -f ${here} ]; then cat ${here}; exit; fi; return ;;`,
    '    "init -get=false") ;;',
    "    *) return ;;",
    "  esac",
    "  command -v flock > /dev/null 2>&1 && command -v sha256sum > /dev/null 2>&1 || return 0",
    // Where this runs differs each time. An environment that can't be listed is like no other.
    "  key=$({ { env -0 || echo $$; } | grep -zvE '^(PWD|OLDPWD|SHLVL|_)=' | sort -z",
    '    for file in * .terraform.lock.hcl; do if [ -f "$file" ]; then printf "%s\\n" "$file"; cat "$file"; fi; done',
    "  } | sha256sum) || return 0",
    "  umask 077",
    `  entry=${shellWord(folder)}/"\${key%% *}"`,
    '  exec 8> "$entry.lock"; flock 8',
    `  if [ -n "$(find ${outputs} -mmin -${MINUTES_KEPT} 2> /dev/null)" ] && cp ${outputs} ${here} 2> /dev/null; then exit 0; fi`,
    `  before=${changes}`,
    `  exec 9> ${shellWord(parts.initLock)}; flock 9`,
    `  (${parts.trustCache}; ${child} "$@"); code=$?`,
    "  exec 9>&-",
    // An init that fails is no obstacle to Terragrunt. Outputs that can't be read are asked for again, by Terragrunt itself.
    `  if ${child} output -json > "$entry.new" 2> /dev/null; then`,
    `    cp "$entry.new" ${here}`,
    `    if cp .terraform/terraform.tfstate "$entry${STATE}" 2> /dev/null; then mv "$entry.new" ${outputs}; fi`,
    `    if [ ${changes} != "$before" ]; then rm -f ${outputs}; fi`,
    "  fi",
    '  rm -f "$entry.new"',
    '  exit "$code"',
    "}",
  ];
}
