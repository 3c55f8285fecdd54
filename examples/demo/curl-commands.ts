import type { Demo } from './demo.ts'

/** What to type to try it by hand. */
export function curlCommands({ issuer, apis }: Demo): string {
  const [client, ...others] = issuer.clients
  if (client === undefined) return ''
  const credentials = `${client.clientId}:${client.clientSecret}`
  const lines = apis.map(({ framework, url }) => {
    return `curl -i -H "Authorization: Bearer $TOKEN" ${url}/v1/vps/map   # ${framework}`
  })
  return `TOKEN=$(curl -s -X POST -u '${credentials}' ${issuer.m2mTokenEndpoint} | node -p 'JSON.parse(fs.readFileSync(0)).token')
${lines.join('\n')}

As any OAuth client asks for it:

curl -s -u '${credentials}' -d grant_type=client_credentials -d scope=query ${issuer.tokenEndpoint}

Other clients, with more scopes:

${others.map(({ clientId, clientSecret, scope }) => `${clientId}:${clientSecret}   # ${scope}`).join('\n')}`
}
