// The certified OpenID provider of npm, `oidc-provider`, with its own login pages.
//
//   node oidc-provider.mjs FOLDER
//
// FOLDER/settings.json says what to be (`run` tells its keys). Its development pages take any
// password, so that only the names of the settings' users are known here.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv[2];
const settings = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
// The modules are not installed beside this file.
const entry = createRequire(join(settings.modules, 'x.js')).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(entry));

const jwk = (file, kid) => ({ ...createPrivateKey(readFileSync(file)).export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' });
const provider = new Provider(settings.url, {
  clients: [{
    client_id: settings.client.id,
    client_secret: settings.client.secret,
    redirect_uris: [settings.client.redirect_uri],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: settings.client.method ?? 'client_secret_basic',
    id_token_signed_response_alg: settings.client.algorithm ?? 'RS256',
    post_logout_redirect_uris: [new URL('/', settings.client.redirect_uri).href],
  }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  // Else the claims come from the user information endpoint alone.
  conformIdTokenClaims: settings.claims_in_token === false,
  findAccount: async (_, id) => {
    const user = settings.users[id];
    return user && { accountId: id, claims: async () => ({ sub: id, ...user.claims }) };
  },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'HS256'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  pkce: { required: () => settings.client.pkce ?? false },
  jwks: { keys: [jwk(settings.key, 'trial-1')] },
  cookies: { keys: [settings.client.secret] },
});
// What its keys were once, as somebody may have noted them.
const { kty, n, e, kid, use, alg } = jwk(settings.other_key, 'trial-0');
provider.use(async (context, next) => {
  if (context.path !== '/keys-of-before') return next();
  context.body = { keys: [{ kty, n, e, kid, use, alg }] };
});
provider.on('server_error', (_, error) => console.error(error));
provider.on('grant.error', (_, error) => console.error(error.error, error.error_detail ?? ''));
provider.listen(settings.port, '127.0.0.1', () => console.log('ready'));
