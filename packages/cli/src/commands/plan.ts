export async function plan(_o: unknown): Promise<number> {
  return 0;
}
