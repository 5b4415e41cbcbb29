import type { UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/** Shows units while they run. */
export type LiveProgress = {
  started(unit: UnitPath): void;
  ended(outcome: UnitOutcome): void;
  say(line: string): void;
  /** Takes the live line away. */
  end(): void;
};

type Terminal = { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };

/**
 * One line per finished unit; in a terminal, a last line that names what is under way.
 *
 * @param units how many there are in all
 */
export function liveProgress(terminal: Terminal, units: number): LiveProgress {
  const running = new Set<UnitPath>();
  let done = 0;
  const clear = terminal.isTTY === true ? "\r\u001B[2K" : "";
  const draw = (): void => {
    if (terminal.isTTY !== true || running.size === 0) return;
    const line = `${done}/${units}  ${[...running].join(", ")}`;
    const width = (terminal.columns ?? 80) - 1;
    terminal.write(line.length <= width ? line : `${line.slice(0, width - 1)}…`);
  };
  return {
    started(unit) {
      running.add(unit);
      terminal.write(clear);
      draw();
    },
    ended(outcome) {
      running.delete(outcome.path);
      done += 1;
      const well = outcome.end.kind === "changed" || outcome.end.kind === "unchanged";
      terminal.write(`${clear}${well ? "✓" : "✗"} ${outcome.path} (${outcome.seconds} s)\n`);
      draw();
    },
    say(line) {
      terminal.write(`${clear}${line}\n`);
      draw();
    },
    end: () => void terminal.write(clear),
  };
}
