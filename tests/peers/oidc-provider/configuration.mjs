/** What the provider is like, from what server.mjs read. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';

export const RESOURCE = 'https://api.example.test/';

function resourceServer(config) {
  return {
    audience: RESOURCE,
    scope: (config.scopes ?? ['api.read']).join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: config.accessTokenSeconds ?? 3600,
    jwt: { sign: { alg: 'RS256' } },
  };
}

function account(_context, name) {
  return {
    accountId: name,
    claims: () => ({ sub: name, name: `Person ${name}`, preferred_username: `${name}@example.test` }),
  };
}

export function configuration(config) {
  const features = config.features ?? {};
  const interactive = Boolean(features.authorizationCode || features.deviceCode);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    clients: config.clients,
    scopes: ['openid', 'offline_access', ...(config.scopes ?? ['api.read'])],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    // As most providers do it: the name is in the ID token, not at the userinfo endpoint alone.
    conformIdTokenClaims: false,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'peer' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'PS256'] },
    pkce: { required: () => true },
    rotateRefreshToken: () => true,
    findAccount: account,
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
