/**
 * What has happened at the provider, as JSON:
 *   requests       [{ endpoint, method, grantType?, clientId?, status, error? }] in the order they were
 *                  answered; `endpoint` is the provider's own name of the route, or the path: "authorization",
 *                  "resume", "token", "device_authorization", "code_verification", "discovery", …
 *   mostAtOnce     how many requests of the token endpoint were under way at the same time, at the most
 *   grantsRevoked  how many grants were revoked
 *   refreshTokensReused  how many refresh tokens came that had been used before
 */
import { setTimeout as wait } from 'node:timers/promises';

const REUSED = 'refresh token already used';

export class Journal {
  #requests = [];
  #atOnce = 0;
  #mostAtOnce = 0;
  #grantsRevoked = 0;
  #refreshTokensReused = 0;

  constructor(provider, tokenDelayMilliseconds) {
    provider.use((context, next) => this.#follow(context, next, tokenDelayMilliseconds));
    provider.on('grant.revoked', () => {
      this.#grantsRevoked += 1;
    });
    provider.on('grant.error', (_context, error) => {
      this.#refreshTokensReused += error.error_detail === REUSED ? 1 : 0;
    });
  }

  toJSON() {
    return {
      requests: this.#requests,
      mostAtOnce: this.#mostAtOnce,
      grantsRevoked: this.#grantsRevoked,
      refreshTokensReused: this.#refreshTokensReused,
    };
  }

  async #follow(context, next, tokenDelayMilliseconds) {
    const isToken = context.path === '/token';
    this.#atOnce += isToken ? 1 : 0;
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#atOnce);
    try {
      if (isToken && tokenDelayMilliseconds > 0) {
        await wait(tokenDelayMilliseconds);
      }
      await next();
    } finally {
      this.#atOnce -= isToken ? 1 : 0;
    }
    this.#requests.push({
      endpoint: context.oidc?.route ?? context.path,
      method: context.method,
      grantType: context.oidc?.params?.grant_type,
      clientId: context.oidc?.client?.clientId,
      status: context.status,
      error: context.body?.error,
    });
  }
}
