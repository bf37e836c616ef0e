/**
 * A certified OpenID provider (npm `oidc-provider`) on a free loopback port.
 *
 * stdin, first line: a JSON object
 *   clients    client metadata in the provider's own words (RFC 7591 names). A loopback redirect URI
 *              of a client with `application_type` "native" stands for every port.
 *   scopes     the scopes its one resource server knows; default ["api.read"]
 *   features   { authorizationCode, deviceCode }: booleans, both false unless given.
 *              authorizationCode turns on PKCE (S256 only); either turns on the development sign-in
 *              pages, where any name and any password will do, and rotating refresh tokens, where a
 *              used one revokes its whole grant.
 *   accessTokenSeconds  lifetime of access tokens in seconds; default 3600
 *   tokenDelayMilliseconds  how long an answer of the token endpoint takes; default 0
 *   publicUrl  the issuer, where clients reach the provider by a proxy, which sends `Host` and
 *              `X-Forwarded-Proto`; it may have a path. Default: its own address
 * stdout, one line when it listens: { issuer, authorization_endpoint, token_endpoint,
 *   device_authorization_endpoint, jwks_uri, resource, address, journal }
 * GET of `journal` answers with what has happened so far: see journal.mjs.
 * The process ends when stdin closes, so it never outlives the test that started it.
 *
 * A refresh token takes the scope `offline_access`, and `prompt=consent` at the authorization
 * endpoint (OIDC Core §11).
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

import { RESOURCE, configuration } from './configuration.mjs';
import { Journal } from './journal.mjs';

const JOURNAL_PATH = '/__journal';

// The provider logs notices with console.info; stdout is for the one line above.
console.info = console.error;

const lines = createInterface({ input: process.stdin });
const [firstLine] = await once(lines, 'line');
lines.once('close', () => process.exit(0));
const config = JSON.parse(firstLine);

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = `http://127.0.0.1:${server.address().port}`;
const issuer = config.publicUrl ?? address;
const mountPath = new URL(issuer).pathname.replace(/\/$/, '');

const provider = new Provider(issuer, configuration(config));
provider.proxy = config.publicUrl !== undefined;
provider.on('server_error', (_context, error) => console.error(error));
provider.on('grant.error', (_context, error) => console.error(error.error, error.error_detail ?? ''));
const journal = new Journal(provider, config.tokenDelayMilliseconds ?? 0);
const answer = provider.callback();
server.on('request', (request, response) => {
  if (request.url === JOURNAL_PATH) {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(journal));
  } else {
    // What Connect and Express do for a mounted application.
    request.originalUrl = request.url;
    request.url = request.url.startsWith(`${mountPath}/`) ? request.url.slice(mountPath.length) : request.url;
    answer(request, response);
  }
});

console.log(JSON.stringify({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  device_authorization_endpoint: `${issuer}/device/auth`,
  jwks_uri: `${issuer}/jwks`,
  resource: RESOURCE,
  address,
  journal: `${address}${JOURNAL_PATH}`,
}));
