import type { AccessToken } from '@scopegate/core'

declare global {
  namespace Express {
    interface Request {
      /** The verified access token; `undefined` on a public route, or where no gate ran. */
      auth?: AccessToken | undefined
    }
  }
}
