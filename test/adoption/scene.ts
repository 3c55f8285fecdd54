import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenProfileOptions } from '@scopegate/core'
import { createTestIssuer, type MintOptions } from '@scopegate/core/testing'

/** A token profile with real keys, and tokens for it. */
export interface Scene {
  readonly tokens: TokenProfileOptions
  /** The header that carries a token with this scope. */
  bearer(scope: string, options?: MintOptions): Promise<{ readonly authorization: string }>
}

export async function createScene(): Promise<Scene> {
  const { issuer, audience, jwks, mintToken } = await createTestIssuer()
  return {
    tokens: { issuer, audience, keys: jwks },
    async bearer(scope, options = {}) {
      return { authorization: `Bearer ${await mintToken({ ...options, scope })}` }
    },
  }
}

/** A running app: `fetch` with its address, and its end. */
export interface RunningApp {
  readonly port: number
  fetch(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

export async function run(app: RequestListener | Server): Promise<RunningApp> {
  const server = typeof app === 'function' ? createServer(app) : app
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    fetch: async (path, init) => await fetch(`http://127.0.0.1:${port}${path}`, init),
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

/** What a browser sends before a request from another origin. */
export function preflight(origin: string, method: string): RequestInit {
  return {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization',
    },
  }
}
