import { sleep } from './sleep.ts'

/**
 * The same where a promise ends with the request that made it, as on Workers: the others look for the outcome by timers of
 * their own, ever longer and two seconds in all, and get none where it takes so long that it may be lost with its request.
 */
export function joining<Token>(token: Promise<Token>): () => Promise<Token | undefined> {
  let outcome: (() => Token) | undefined
  token.then(
    (value) => {
      outcome = () => value
    },
    (error) => {
      outcome = () => {
        throw error
      }
    },
  )
  return async () => {
    for (let pause = 1; !outcome && pause < 90; pause++) await sleep(pause / 2)
    return outcome?.()
  }
}
