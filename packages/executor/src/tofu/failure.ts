import { basename } from "node:path";
import type { FailureCause, LockInfo } from "@pipelines/core/contracts/outcome";
import type { TerragruntEnd } from "./terragrunt.ts";

/** Enough of an error to act on; the whole is in the log. */
const LONGEST = 4000;

/**
 * Says why a command failed, as far as its text says.
 *
 * @param text everything that Terragrunt and the binary printed, redacted
 * @param timeoutMinutes how long it was allowed to take
 * @param terragruntErrors what of the text are Terragrunt's own errors: they come first where the binary told none
 */
export function causeOf(end: TerragruntEnd, text: string, timeoutMinutes: number, terragruntErrors = ""): FailureCause {
  const message = errorText(/\bError: /.test(text) || terragruntErrors === "" ? text : terragruntErrors);
  if (end.failure !== null) {
    return { kind: "tool-missing", tool: "terragrunt", message: `terragrunt can't be started: ${end.failure}` };
  }
  if (end.timedOut) {
    return {
      kind: "timeout",
      minutes: timeoutMinutes,
      message: `it took longer than ${timeoutMinutes} minutes and was asked to stop\n${message}`,
    };
  }
  const lock = lockOf(text);
  if (lock !== null) return { kind: "locked", lock, message };
  if (/Saved plan is stale/.test(text)) return { kind: "stale-plan", message };
  if (/no space left on device|ENOSPC/i.test(text)) return { kind: "disk-full", message };
  if (
    /AccessDenied|not authorized to perform|ExpiredToken|InvalidIdentityToken|No valid credential sources/i.test(
      text,
    ) ||
    onOneLine(text, /AssumeRole(?:WithWebIdentity)?\b/gi, /denied|failed|error/i)
  ) {
    return {
      kind: "credentials",
      role: /arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+/.exec(text)?.[0] ?? null,
      message,
    };
  }
  if (
    /Failed to get existing workspaces|NoSuchBucket|Backend initialization required/i.test(text) ||
    onOneLine(text, /Error (?:loading|refreshing|saving|acquiring|configuring|inspecting)/gi, /state|backend/i)
  ) {
    return { kind: "backend", message };
  }
  if (
    /panic:|fatal error: |SIGSEGV|plugin (?:crashed|process exited)|Plugin did not respond|signal: killed/i.test(text)
  ) {
    return { kind: "crash", signal: end.signal, message };
  }
  if (end.signal !== null) return { kind: "crash", signal: end.signal, message };
  const missing = missingTool(text);
  if (missing !== null) return { kind: "tool-missing", tool: missing, message };
  if (end.diskFull) {
    const lost =
      "The runner's disk is full, so a part of what the tool said is lost. The next plan shows what is done.";
    return { kind: "disk-full", message: `${lost}\n\n${message}`.trim() };
  }
  return { kind: "tool", exitCode: end.exitCode, message };
}

/**
 * What says that a program is missing: Go's `os/exec`, bash and zsh, and with `not found` alone dash and
 * BusyBox, behind their own name or that of a script. A provider says `not found` of a resource as well.
 */
const MISSING_TOOL = [
  /exec: "([^"\n]{1,200})": executable file not found/i,
  /(?:^|[\s:])([\w.+/-]{1,200}): command not found$/m,
  /\bcommand not found: ([\w.+/-]{1,200})$/m,
  /(?:^|[\s/])(?:d?ash|sh|\S{1,200}\.sh|[^\s:]{0,200}\/[^\s:]{1,200}): (?:(?:line )?\d+: )?(?:(?:exec|eval): )?([\w.+/-]{1,200}): not found$/m,
];

/** The program that could not be started: OpenTofu, or what a hook or `run_cmd` of Terragrunt calls. `null` where none is missing. */
function missingTool(text: string): string | null {
  const tool = MISSING_TOOL.flatMap((pattern) => pattern.exec(text)?.[1] ?? [])[0] ?? null;
  if (tool !== null) return tool.startsWith("/") ? basename(tool) : tool;
  if (/executable file not found/i.test(text)) return "tofu";
  return onOneLine(text, /no such file or directory/gi, /(?:tofu|terraform)\b/i) ? "tofu" : null;
}

/** Whether a line has one text and, behind it, another. Each line is read once, however often it begins again. */
function onOneLine(text: string, first: RegExp, then: RegExp): boolean {
  let done = 0;
  for (const { 0: found, index } of text.matchAll(first)) {
    if (index < done) continue;
    const end = text.indexOf("\n", index);
    done = end < 0 ? text.length : end;
    if (then.test(text.slice(index + found.length, done))) return true;
  }
  return false;
}

/** The block that OpenTofu and Terraform print when somebody else holds the lock. */
export function lockOf(text: string): LockInfo | null {
  if (!/Error (?:acquiring|releasing) the state lock|state (?:is )?(?:already )?locked/i.test(text)) return null;
  const field = (name: string): string | null =>
    new RegExp(`^[^\\n\\w]*${name}:[ \\t]*(\\S[^\\n]*)$`, "m").exec(text)?.[1]?.trim() ?? null;
  const id = field("ID");
  if (id === null) return null;
  // Terraform's `http` backend names the lock that is held in this line alone, and shows the one that it asked for.
  const held = /already locked:\s*ID=(\S+)/.exec(text)?.[1] ?? id;
  if (held !== id) return { id: held, who: null, operation: null, created: null, path: null };
  return { id, who: field("Who"), operation: field("Operation"), created: field("Created"), path: field("Path") };
}

/** The same error but once: Terragrunt tells what is wrong in a shared file for the unit and for each dependency. */
function eachOnce(text: string): string {
  const parts = text.split(/^(?=Error: )/m);
  return parts.filter((part, at) => parts.findIndex((other) => other.trim() === part.trim()) === at).join("");
}

/** What Terragrunt says in a frame it says once more in one line, `file:line,column: summary; detail`, behind its advice. */
function withoutRepeats(text: string): string {
  const summaries = [...text.matchAll(/^Error: (.+)$/gm)].map(([, summary = ""]) => summary.trim());
  const lines = text
    .split("\n")
    .filter((line) => {
      const [, summary] = /^\S+\.hcl:\d+,[\d,-]+: ([^;]+); /.exec(line) ?? [];
      return !line.startsWith("info: TIP ") && (summary === undefined || !summaries.includes(summary));
    })
    .join("\n");
  return eachOnce(lines);
}

/** The folder of a job, which is another one each time: units that fail alike are shown together. */
const WORKING_FOLDER = /(?:\.\.\/|\/)[\w./-]*pipelines-job-\w+\/unit-\w+(?:\/download\/[\w-]+\/[\w-]+)?/g;

/** The errors in a tool's output, without the frame that is drawn round them; else its last lines. */
export function errorText(text: string): string {
  const plain = text.replaceAll(/^[╷╵│]\s?/gm, "").replaceAll(WORKING_FOLDER, "(the unit's folder)");
  const first = plain.search(/^(?:Error:|.*\bError: )/m);
  // Terragrunt repeats the binary's error inside of its own.
  const once = plain
    .slice(Math.max(0, first))
    .replace(/\n(?:info: TIP [^\n]*\n)?error occurred:\s*\* Failed to execute [\s\S]*$/, "");
  const said = first < 0 ? plain.trim().split("\n").slice(-20).join("\n") : withoutRepeats(once);
  const body = said.replaceAll(/\n{3,}/g, "\n\n").trim();
  return body.length <= LONGEST ? body : `${body.slice(0, LONGEST)}…`;
}
