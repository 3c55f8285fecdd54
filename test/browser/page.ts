import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

/** Why the browser tests cannot run here; `undefined` where they can. */
export const WITHOUT_BROWSER: string | undefined = existsSync(CHROMIUM)
  ? undefined
  : `there is no ${CHROMIUM}: install Debian's package "chromium" to run the browser tests`

const ARGUMENTS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

/** A headless browser. */
export async function startBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
}

/** A site with an empty page: its origin is what its pages send. */
export interface Site {
  readonly origin: string
  readonly close: () => Promise<void>
}

/** Serves an empty page on an origin of its own. */
export async function startSite(): Promise<Site> {
  const server = createServer((_, response) =>
    response.setHeader('Content-Type', 'text/html').end('<!doctype html>'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** A page of the site. */
export async function openPage(browser: Browser, site: Site): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(site.origin)
  return page
}

/** What a script of a page sees of an answer. */
export interface Seen {
  readonly status?: number
  readonly body?: string
  readonly challenge?: string | null
  /** The browser gave the script nothing but this. */
  readonly error?: string
}

/** Fetches from a script of the page. */
export async function fetchFrom(page: Page, url: string, init: RequestInit = {}): Promise<Seen> {
  return await page.evaluate(
    async ([address, options]) => {
      try {
        const response = await fetch(address, options)
        const challenge = response.headers.get('www-authenticate')
        return { status: response.status, body: await response.text(), challenge }
      } catch (error) {
        return { error: String(error) }
      }
    },
    [url, init] as const,
  )
}
