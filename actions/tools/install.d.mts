/** The types of `install.mjs`, which is plain JavaScript because it runs on any Node from 22 on. */
export function sumOf(list: string, file: string): string;
