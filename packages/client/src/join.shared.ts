/** How those who did not begin an exchange wait for it. */
export function joining<Token>(token: Promise<Token>): () => Promise<Token | undefined> {
  return () => token
}
