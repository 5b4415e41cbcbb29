import * as core from "@actions/core";

/** Where a message belongs. */
export type Place = {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly title?: string | undefined;
};

/** What a component says while it works: lines, groups and annotations on the file and line that they belong to. */
export type Log = {
  info(message: string): void;
  warning(message: string, place?: Place): void;
  error(message: string, place?: Place): void;
  group(title: string, lines: readonly string[]): void;
};

function annotation(place: Place | undefined): core.AnnotationProperties {
  return {
    ...(place?.title === undefined ? {} : { title: place.title }),
    ...(place?.file === undefined ? {} : { file: place.file }),
    ...(place?.line === undefined ? {} : { startLine: place.line }),
  };
}

/** The log of a step in GitHub Actions. Text of tools must be made inert before it comes here. */
export const actionsLog: Log = {
  info: (message) => core.info(message),
  warning: (message, place) => core.warning(message, annotation(place)),
  error: (message, place) => core.error(message, annotation(place)),
  group(title, lines) {
    core.startGroup(title);
    for (const line of lines) core.info(line);
    core.endGroup();
  },
};
