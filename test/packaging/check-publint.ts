import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import type { PackedPackage } from './packed-package.ts'

/** What publint has to say, suggestions included. */
export async function checkPublint({ folder }: PackedPackage): Promise<readonly string[]> {
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true })
  return messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code)
}
