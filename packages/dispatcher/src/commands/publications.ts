import { actionsLog as log } from "@pipelines/core/actions/log";
import type { Publication } from "../sinks/sink.ts";

/** A report that can't be written is a warning with its cause; the run's status stands. */
export function logPublications(publications: readonly Publication[]): void {
  for (const { sink, result } of publications) {
    if (result.kind === "failed") log.warning(result.cause, { title: `The ${sink} could not be written` });
    else log.info(result.kind === "published" ? `${sink}: written` : `${sink}: ${result.why}`);
  }
}
