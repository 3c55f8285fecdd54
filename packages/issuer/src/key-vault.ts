import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { SigningKeyError } from './errors.ts'

/** Puts private keys into the form they are kept in, and back. */
export interface KeyVault {
  /** `context` is bound to the result: it can be opened with the same context only. */
  seal(privateKey: string, context: string): string
  /** @throws SigningKeyError where it was sealed otherwise, altered, or not sealed though it must be */
  open(kept: string, context: string): string
}

const ALGORITHM = 'aes-256-gcm'
const SEALED = 'a256gcm'
const PLAIN = 'plain.'
const NONCE_BYTES = 12

/** Creates the vault of an operator's 256-bit key (AES-256-GCM); without one keys are kept in plain text. */
export function createKeyVault(key: Uint8Array | undefined): KeyVault {
  return Object.freeze(key === undefined ? PLAIN_VAULT : sealingVault(key.slice()))
}

const PLAIN_VAULT: KeyVault = {
  seal: (privateKey) => PLAIN + privateKey,
  open: (kept) => {
    if (kept.startsWith(PLAIN)) return kept.slice(PLAIN.length)
    throw new SigningKeyError('the signing keys in the store are sealed; give `signing.encryptionKey`')
  },
}

function sealingVault(key: Uint8Array): KeyVault {
  return {
    seal: (privateKey, context) => {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context))
      const text = Buffer.concat([cipher.update(privateKey, 'utf8'), cipher.final()])
      return [SEALED, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join(
        '.',
      )
    },
    open: (kept, context) => {
      // Whoever can write to the store must not be able to plant a key of his own.
      if (kept.startsWith(PLAIN)) throw new SigningKeyError('a signing key in the store is not sealed')
      try {
        return decrypt(kept, context, key)
      } catch (cause) {
        throw new SigningKeyError(
          'a signing key in the store cannot be opened with `signing.encryptionKey`',
          { cause },
        )
      }
    },
  }
}

function decrypt(kept: string, context: string, key: Uint8Array): string {
  const [format, nonce = '', tag = '', text = ''] = kept.split('.')
  if (format !== SEALED) throw new Error('unknown format')
  const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 })
    .setAAD(Buffer.from(context))
    .setAuthTag(Buffer.from(tag, 'base64url'))
  return decipher.update(text, 'base64url', 'utf8') + decipher.final('utf8')
}
