import type { Example } from '@scopegate/example-harness'
import { CODE_PATH, TOKEN_PATH } from './auth-service.ts'
import { type Hundredms, signManagement, startHundredms } from './hundredms.ts'
import { createSteps } from './walk-through.ts'

/** Tokens that their holders sign: of two kinds, each for its own routes, with permissions by role. */
export const example: Example = {
  name: 'hundredms',
  start: async ({ clock }) => {
    const hundredms = await startHundredms(clock.now)
    const { workspace } = hundredms
    return {
      apis: hundredms.apis,
      steps: async () => await createSteps(hundredms, clock.now),
      description: describe(hundredms),
      curl: curlCommands(hundredms, await signManagement({ workspace, now: clock.now })),
      close: hundredms.close,
    }
  },
}

function describe({
  apis,
  authService,
  workspace,
  room,
  otherRoom,
  foreign,
  foreignRoom,
}: Hundredms): object {
  return {
    tokenEndpoint: authService.url + TOKEN_PATH,
    codeEndpoint: authService.url + CODE_PATH,
    apis: Object.fromEntries(apis.map(({ framework, url }) => [framework, url])),
    workspaces: [
      { ...workspace, rooms: [room, otherRoom] },
      { ...foreign, rooms: [foreignRoom] },
    ],
  }
}

function curlCommands({ apis, authService, room }: Hundredms, management: string): string {
  const rest = apis.map(
    ({ framework, url }) => `curl -i -H "Authorization: Bearer $MANAGEMENT" ${url}/v2/rooms   # ${framework}`,
  )
  const join = apis.map(
    ({ framework, url }) =>
      `curl -i -X POST -H "Authorization: Bearer $APP" ${url}/signal/rooms/${room}/join   # ${framework}`,
  )
  const body = JSON.stringify({ room_id: room, role: 'guest', user_id: 'me' })
  return `MANAGEMENT=${management}
${rest.join('\n')}

APP=$(curl -s -X POST -d '${body}' ${authService.url}${TOKEN_PATH} | node -p 'JSON.parse(fs.readFileSync(0)).token')
${join.join('\n')}`
}
