import { randomBytes, randomUUID } from 'node:crypto'
import type { AccessToken } from '@scopegate/core'
import type { HundredmsSources } from './policy.ts'
import type { Permission } from './routes.ts'

/** A workspace: its key, the secrets that are live, and its rooms. */
export interface Workspace {
  readonly accessKey: string
  /** The newest first. */
  readonly secrets: readonly string[]
}

/** The roles of a template, with what each permits. */
export type Template = Readonly<Record<string, readonly Permission[]>>

/** The vendor's records. */
export interface Workspaces extends HundredmsSources {
  readonly create: () => Workspace
  /** The live secrets, the newest first; none where there is no such workspace. */
  readonly secretsOf: (accessKey: string) => readonly string[]
  /** Adds a secret; the ones before stay live until they are dropped. */
  readonly addSecret: (accessKey: string) => string
  readonly dropSecret: (accessKey: string, secret: string) => void
  /** A room with the roles of a template. */
  readonly createRoom: (accessKey: string, template: Template) => string
  readonly owns: (accessKey: string, roomId: string) => boolean
  /** Whether the room is one of the workspace, and has the role. */
  readonly offers: (accessKey: string, roomId: string, role: string) => boolean
}

interface Room {
  readonly accessKey: string
  readonly roles: ReadonlyMap<string, readonly Permission[]>
}

/** Creates the records, in memory. */
export function createWorkspaces(): Workspaces {
  const secrets = new Map<string, readonly string[]>()
  const rooms = new Map<string, Room>()
  const find = (accessKey: string, roomId: string, role: string): readonly Permission[] | undefined => {
    const room = rooms.get(roomId)
    return room?.accessKey === accessKey ? room.roles.get(role) : undefined
  }
  const roleOf = ({ account = '', claims }: AccessToken): readonly Permission[] | undefined =>
    find(account, String(claims.room_id), String(claims.role))
  const secretsOf = (accessKey: string): readonly string[] => secrets.get(accessKey) ?? []
  const addSecret = (accessKey: string): string => {
    const secret = randomBytes(48).toString('base64url')
    secrets.set(accessKey, [secret, ...secretsOf(accessKey)])
    return secret
  }
  return {
    findSecrets: (accessKey) => (secretsOf(accessKey).length > 0 ? secretsOf(accessKey) : undefined),
    hasRole: (token) => roleOf(token) !== undefined,
    permissionsOf: (token) => roleOf(token) ?? [],
    create: () => {
      const accessKey = randomUUID()
      return { accessKey, secrets: [addSecret(accessKey)] }
    },
    secretsOf,
    addSecret,
    dropSecret: (accessKey, secret) => {
      const others = secretsOf(accessKey).filter((other) => other !== secret)
      secrets.set(accessKey, others)
    },
    createRoom: (accessKey, template) => {
      const id = randomBytes(6).toString('hex')
      rooms.set(id, { accessKey, roles: new Map(Object.entries(template)) })
      return id
    },
    owns: (accessKey, roomId) => rooms.get(roomId)?.accessKey === accessKey,
    offers: (accessKey, roomId, role) => find(accessKey, roomId, role) !== undefined,
  }
}
