/** One line of the checklist: what a specification asks of a resource server, and where it is tested. */
export interface Clause {
  readonly id: string
  /** Whether it must be so, or should. */
  readonly level: 'must' | 'should'
  readonly says: string
  /** Cases of `test/conformance` that show it over sockets on every framework, by their names. */
  readonly conformance?: readonly string[]
  /** Why there is no test of it, or none of a part. */
  readonly open?: string
}

export interface Section {
  readonly title: string
  readonly clauses: readonly Clause[]
}

const must = (id: string, says: string, more: Omit<Clause, 'id' | 'level' | 'says'> = {}): Clause => ({
  id,
  level: 'must',
  says,
  ...more,
})
const should = (id: string, says: string, more: Omit<Clause, 'id' | 'level' | 'says'> = {}): Clause => ({
  id,
  level: 'should',
  says,
  ...more,
})

export const SECTIONS: readonly Section[] = [
  {
    title: 'Bearer tokens and challenges (RFC 6750; RFC 9110 sections 11 and 15)',
    clauses: [
      must('B101', '`Authorization: Bearer` with the scheme in any case (RFC 9110 section 11.1)', {
        conformance: ['the scheme in lower case with two spaces', 'a tab behind the scheme'],
      }),
      must('B102', 'No credentials or another scheme: 401 without error information (RFC 6750 section 3.1)', {
        conformance: [
          'no credentials',
          'an empty Authorization',
          'another scheme',
          'Bearer with nothing behind it',
        ],
      }),
      must('B103', 'A challenge with at least one parameter, each at most once (RFC 6750 section 3)', {
        open: '403 for other reasons than scope carries no challenge: no credentials would help there',
      }),
      must('B104', 'More than one credential: 400 `invalid_request` (RFC 6750 section 3.1)', {
        conformance: [
          'two Authorization headers',
          'an empty and a good Authorization',
          'a comma between two tokens',
        ],
      }),
      must('B105', '401 `invalid_token` for a bad token, 403 `insufficient_scope` for a lack of scope', {
        conformance: [
          'an expired token',
          'the scope is missing',
          'an expired token without the scope: the token first',
        ],
      }),
      must('B106', 'No token in the query (RFC 9700 section 4.3)', { conformance: ['a token in the query'] }),
      must('B107', 'Texts of the grammar, nothing of the request (RFC 6750 section 3)'),
      must('B108', 'Every 401 has a challenge (RFC 9110 section 15.5.2)', {
        conformance: ['HEAD without credentials'],
      }),
      must('B109', '405 has `Allow` (RFC 9110 section 15.5.6)', {
        conformance: ['TRACE', 'a method without a rule'],
      }),
      must('B110', 'Methods are case-sensitive; HEAD is judged as GET (RFC 9110 section 9)', {
        conformance: ['HEAD is judged by the GET rule', 'a method nobody knows', 'an ordinary OPTIONS'],
      }),
      should('B111', 'Denials are not stored and carry a small body, none for HEAD', {
        conformance: ['the scope is missing, HEAD'],
      }),
      must('B112', 'Nothing runs behind a denial', {
        conformance: [
          'no credentials',
          'the scope is missing',
          'a preflight needs no token and does not read one',
        ],
        open: 'needs a framework: every denied case of test/conformance asserts that no handler ran',
      }),
      must('B113', 'A source that rejects or never settles denies', {
        open: 'that a source which never settles is cut off after its time limit is left to the tests of the sources',
      }),
    ],
  },
  {
    title: 'Tokens and keys (RFC 7515, 7517, 7519, 8725)',
    clauses: [
      must('B201', 'Compact JWS of three parts only', {
        conformance: ['a token of two segments', 'a token of five segments'],
      }),
      must('B202', 'An allowlist of algorithms, each key for one use (RFC 8725 section 3.1)'),
      must('B203', 'No `crit`, no `b64`, no duplicate members (RFC 7515 section 4, RFC 7797 section 7)', {
        conformance: ['a critical header'],
      }),
      must('B204', '`typ` is compared as a media type (RFC 8725 section 3.11)', {
        conformance: ['an id token', 'typ JWT', 'no typ'],
      }),
      must('B205', '`kid` is opaque; no key reference of a token is followed'),
      must('B206', '`iss` and `aud` are compared exactly (RFC 8725 sections 3.8 and 3.9)', {
        conformance: ['another issuer', 'another audience', 'no audience', 'a list of audiences with ours'],
      }),
      must('B207', '`exp`, `nbf` and `iat` (RFC 7519 section 4.1)', {
        conformance: ['an expired token', 'a token from the future', 'no expiry'],
      }),
      must('B208', 'Strict UTF-8, an object, own members'),
      must('B209', 'Keys of sufficient strength (RFC 7518 sections 3.2 and 3.3)'),
      must('B210', 'No claim is acted on before it is verified'),
      must('B211', 'Claims are text of others: repeated nowhere (RFC 8725 section 3.10)'),
      should('B212', 'Client and subject are told apart (RFC 9700 section 4.15)'),
    ],
  },
  {
    title: 'Access tokens (RFC 9068)',
    clauses: [
      must('B301', 'The required claims, where the profile is on (section 2.2)'),
      must('B302', 'An ID token is refused (section 4)', { conformance: ['an id token'] }),
      must('B303', '`scope` is space-delimited and case-sensitive (section 2.2.3)', {
        conformance: [
          'scopes parted by a comma',
          'scopes in scp, as an array',
          'a scope claim of another type',
        ],
      }),
      must('B304', 'Scopes are compared as sets', {
        conformance: ['a scope that begins like it', 'all with one', 'any with one'],
      }),
      must('B305', 'No rule, no access; a rule that asks nothing is refused', {
        conformance: ['a route without a rule'],
      }),
      should('B306', 'Roles, groups and entitlements mean nothing unless they are mapped'),
      must('B307', 'RS256 is supported, `none` is not (section 2.1)'),
    ],
  },
  {
    title: 'Sender-constrained tokens (RFC 9449, RFC 8705)',
    clauses: [
      must('B401', 'A bound token is refused as a bearer token (RFC 9449 section 7.2)', {
        conformance: ['a token bound to a key'],
      }),
      must('B402', 'DPoP proofs', { open: 'DPoP is not offered' }),
      must('B403', 'The scheme `DPoP` carries no bearer token', {
        open: 'the error codes of DPoP: it is not offered',
      }),
      must('B404', 'A proof is checked on every request', { open: 'DPoP is not offered' }),
      should('B405', 'A full store of proofs fails closed', { open: 'DPoP is not offered' }),
      must('B406', 'Certificate-bound tokens', { open: 'not offered: such a token is refused (B401)' }),
    ],
  },
  {
    title: 'Metadata and step-up (RFC 9728, 9470, 8414)',
    clauses: [
      should('B501', '`resource_metadata` in challenges', {
        open: 'protected resource metadata is not offered',
      }),
      must(
        'B502',
        '`insufficient_user_authentication` with `acr_values` and `max_age` (RFC 9470 section 3)',
        {
          conformance: ['a sign-in that is too old', 'a sign-in that is recent and strong'],
        },
      ),
      must('B503', 'Metadata names the configured issuer and an https key set (RFC 8414 section 3.3)'),
    ],
  },
  {
    title: 'CORS (Fetch)',
    clauses: [
      must('B701', 'One origin, exact bytes', { conformance: ['an allowed origin'] }),
      must('B702', 'Another origin is told nothing', {
        conformance: ['a 401 that a foreign page cannot read'],
      }),
      must('B703', 'Without Origin the token decides', { conformance: ['no origin still varies by it'] }),
      must('B704', '`null` is denied unless it is listed'),
      must('B705', 'Origins are compared byte for byte', {
        conformance: ['two Origin headers', 'two origins in one header'],
      }),
      must('B706', 'Wildcards of subdomains, if offered', { open: 'not offered, and refused at set-up' }),
      must('B707', 'A preflight is answered before authentication', {
        conformance: [
          'a preflight needs no token and does not read one',
          'OPTIONS with an Origin alone is an ordinary request',
        ],
      }),
      must('B708', 'A preflight names methods and headers, reflecting none'),
      must('B709', '`Access-Control-Request-Headers` of any shape'),
      must('B710', '`Vary: Origin` on every answer', { conformance: ['no origin still varies by it'] }),
      must('B711', 'Denials can be read by an allowed page', {
        conformance: [
          'a 401 that the page can read',
          'a 403 that the page can read',
          'a 400 that the page can read',
        ],
      }),
      must('B712', '`WWW-Authenticate` is exposed', { conformance: ['a 401 that the page can read'] }),
      should('B713', 'No private network access'),
      must('B714', 'Each CORS header once', {
        open: 'that an application cannot add a second one is left to test/conformance',
      }),
      must('B715', 'An origin lets no request in'),
    ],
  },
]
