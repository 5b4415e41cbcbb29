import process from "node:process";

/** The signals with which a runner or a terminal asks for an end. */
const ASKING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type AskingSignal = (typeof ASKING)[number];

/**
 * Calls `first` for the first signal that asks for an end, once. Later ones are taken and do nothing: a second
 * interrupt makes OpenTofu and Terraform give up and lose what they are doing.
 *
 * @returns removes the handlers
 */
export function onFirstSignal(first: (signal: AskingSignal) => void): Disposable {
  let asked = false;
  const handlers = ASKING.map((signal) => {
    const handler = (): void => {
      if (asked) return;
      asked = true;
      first(signal);
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    [Symbol.dispose]() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}
