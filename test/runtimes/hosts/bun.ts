import { createWebHost, type WebHost } from './web-host.ts'

declare const Bun: {
  serve(options: { port: number; hostname: string; fetch: WebHost }): { readonly port: number }
}

const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: createWebHost() })
console.log(JSON.stringify({ port }))
