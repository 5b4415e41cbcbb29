/** `1 unit`, `2 units`, `3,000 units`. */
export function count(amount: number, noun: string, nouns = `${noun}s`): string {
  return `${amount.toLocaleString("en-US")} ${amount === 1 ? noun : nouns}`;
}
