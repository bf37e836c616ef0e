/**
 * A certified OpenID provider (npm `oidc-provider`) on a free loopback port.
 *
 * stdin, first line: a JSON object
 *   clients    client metadata in the provider's own words (RFC 7591 names)
 *   scopes     the scopes its one resource server knows; default ["api.read"]
 *   features   { authorizationCode, deviceCode }: booleans, both false unless given.
 *              authorizationCode turns on PKCE (S256 only) and the development sign-in pages;
 *              both turn on rotating refresh tokens, where a used one revokes its whole grant.
 *   accessTokenSeconds  lifetime of access tokens in seconds; default 3600
 * stdout, one line when it listens: { issuer, token_endpoint, jwks_uri, resource }
 * The process ends when stdin closes, so it never outlives the test that started it.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import Provider from 'oidc-provider';

// The provider logs notices with console.info; stdout is for the one line above.
console.info = console.error;

const RESOURCE = 'https://api.example.test/';

function resourceServer(config) {
  return {
    audience: RESOURCE,
    scope: (config.scopes ?? ['api.read']).join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: config.accessTokenSeconds ?? 3600,
    jwt: { sign: { alg: 'RS256' } },
  };
}

function configuration(config) {
  const features = config.features ?? {};
  const interactive = Boolean(features.authorizationCode || features.deviceCode);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: config.clients,
    scopes: ['openid', 'offline_access', ...(config.scopes ?? ['api.read'])],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'peer' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256'] },
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: Boolean(features.deviceCode) },
      devInteractions: { enabled: interactive },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resourceServer(config),
      },
    },
  };
}

const lines = createInterface({ input: process.stdin });
const [firstLine] = await once(lines, 'line');
lines.once('close', () => process.exit(0));

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, configuration(JSON.parse(firstLine)));
provider.on('server_error', (_context, error) => console.error(error));
provider.on('grant.error', (_context, error) => console.error(error.error, error.error_detail ?? ''));
server.on('request', provider.callback());

console.log(JSON.stringify({
  issuer,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  resource: RESOURCE,
}));
