import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { MissingCommitError } from "@pipelines/core/git/repository";
import { LedgerError } from "@pipelines/core/ledger-ref/tree";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import { StoppedError } from "./interrupt.ts";

/** The shell's number for a program that ended at Ctrl-C. */
const STOPPED = 130;

/** Errors that a person at the terminal can do something about; anything else is a bug. */
const EXPECTED = [ConfigurationError, LedgerError, MissingCommitError, ToolError];

const isExpected = (error: unknown): error is Error => EXPECTED.some((kind) => error instanceof kind);

/** 2 for what the caller can correct, 3 for a bug. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StoppedError) return STOPPED;
  return isExpected(error) || isMissingFile(error) ? 2 : 3;
}

/** What went wrong, in full for a bug. */
export function messageOf(error: unknown): string {
  if (error instanceof StoppedError) return error.message;
  if (isExpected(error) || isMissingFile(error)) return `error: ${error.message}`;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `This is a bug in pipelines; please report it with the lines below.\n${detail}`;
}

function isMissingFile(error: unknown): error is Error {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
