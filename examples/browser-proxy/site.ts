import { type Listening, listen } from '@scopegate/example-harness'

/** What the page is told. */
export interface SiteSettings {
  /** Where it gets tokens. */
  readonly proxy: string
  /** What it calls with them. */
  readonly api: string
}

/** A site of its own, whose one page gets a token from the proxy and reads with it. It holds no secret. */
export interface Site extends Pick<Listening, 'close'> {
  readonly origin: string
  /** Says where proxy and API are, which are told the site's origin first. */
  readonly serve: (settings: SiteSettings) => void
}

/** Starts the site. */
export async function startSite(): Promise<Site> {
  const { server, url, close } = await listen()
  const serve = (settings: SiteSettings): void => {
    const page = pageOf(settings)
    server.on('request', (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
    })
  }
  return { origin: url, serve, close }
}

function pageOf({ proxy, api }: SiteSettings): string {
  return `<!doctype html>
<title>Maps</title>
<pre id="log"></pre>
<script type="module">
  const log = (text) => document.getElementById('log').append(text + '\\n')
  const { token, expiresOn } = await (await fetch('${proxy}', { method: 'POST' })).json()
  log('a token until ' + expiresOn)
  const call = async (method, path) => {
    const response = await fetch('${api}' + path, { method, headers: { authorization: 'Bearer ' + token } })
    log(method + ' ' + path + ': ' + response.status)
  }
  await call('GET', '/v1/vps/map')
  await call('POST', '/v1/vps/map')
  log('done')
</script>
`
}
