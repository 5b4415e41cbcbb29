/** Where the configuration lives in an `infrastructure-live` repository. */
export const CONFIGURATION_FILE = ".pipelines/config.yml";
