import type { Demo } from './demo.ts'

/** What to type to try it by hand. */
export function curlCommands({ tokenEndpoint, apis, clients }: Demo): string {
  const [client] = clients
  if (client === undefined) return ''
  const { clientId, clientSecret, scope } = client
  const lines = apis.map(
    ({ framework, url }) => `curl -i -H "Authorization: Bearer $TOKEN" ${url}/v1/vps/map   # ${framework}`,
  )
  return `
Try it:

TOKEN=$(curl -s -u '${clientId}:${clientSecret}' -d 'grant_type=client_credentials&scope=${scope}' ${tokenEndpoint} \\
  | node -p 'JSON.parse(require("fs").readFileSync(0)).access_token')
${lines.join('\n')}

Other clients: ${clients
    .slice(1)
    .map((other) => `${other.clientId}:${other.clientSecret} (${other.scope})`)
    .join(', ')}
Ctrl-C ends it.`
}
