import { serve } from '@hono/node-server'
import { createExampleServer, fromEnvironment } from '@scopegate/example-policy'
import { createApp } from './app.ts'

const { issuer, port } = fromEnvironment()
serve({ fetch: createApp(createExampleServer(issuer)).fetch, port })
