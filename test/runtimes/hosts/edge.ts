import { createWebHost } from './web-host.ts'

interface FetchEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
  waitUntil(work: Promise<unknown>): void
}

declare function addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void

const host = createWebHost()
addEventListener('fetch', (event) => {
  const waitUntil = (work: Promise<unknown>): void => event.waitUntil(work)
  const context = { waitUntil, passThroughOnException: () => undefined, props: {} }
  event.respondWith(host(event.request, {}, context))
})
