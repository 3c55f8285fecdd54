import type { AccessToken } from '@scopegate/core'

declare global {
  namespace Express {
    interface Request {
      /** The verified token; absent before the gate, and where it let the request through without one. */
      auth?: AccessToken | undefined
    }
  }
}
