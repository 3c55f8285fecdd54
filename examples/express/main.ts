import { createExampleServer, fromEnvironment } from '@scopegate/example-policy'
import { createApp } from './app.ts'

const { issuer, port } = fromEnvironment()
createApp(createExampleServer(issuer)).listen(port)
