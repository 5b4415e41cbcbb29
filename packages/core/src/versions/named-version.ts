import type { ToolName } from "../tools/tool.ts";

/** A version as a line of a file has it, not looked at yet. */
export type NamedVersion = {
  readonly tool: ToolName;
  /** `null` where something stands there that is no version at all. */
  readonly text: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** Who publishes the program, where a file wants somebody else's. */
  readonly otherPublisher: string | null;
};

/** The lines of a text, whatever ends them. */
export const linesOf = (text: string): string[] => text.split(/\r\n|\n|\r/);
