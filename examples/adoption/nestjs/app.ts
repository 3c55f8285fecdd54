import 'reflect-metadata'
import { Controller, Get, type INestApplication, Module, Req } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createResourceServer, type TokenProfileOptions } from '@scopegate/core'
import { accessToken, protect } from '@scopegate/express'

type Request = Parameters<typeof accessToken>[0]

@Controller('maps')
class MapsController {
  @Get(':mapCode')
  read(@Req() request: Request): object {
    return { clientId: accessToken(request).clientId }
  }
}

@Module({ controllers: [MapsController] })
class AppModule {}

/**
 * Nest runs on Express, and `app.use` comes before its router, guards and pipes: nothing runs that a rule did not allow. A
 * global prefix is part of the path, so it is part of the rules.
 */
export async function createApp(tokens: TokenProfileOptions): Promise<INestApplication> {
  const server = createResourceServer({
    tokens: [tokens],
    routes: [{ method: 'GET', path: '/api/maps/:mapCode', scopes: 'query' }],
  })
  const app = await NestFactory.create(AppModule, { logger: false })
  app.use(protect(server))
  app.setGlobalPrefix('api')
  return app
}
