// The older major versions that the suites run beside the current ones; their types are near enough.
declare module 'express4' {
  export { default } from 'express'
}

declare module 'koa2' {
  export { default } from 'koa'
}
