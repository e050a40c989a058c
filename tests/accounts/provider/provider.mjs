// A certified OpenID provider (oidc-provider) on loopback. What it is given as JSON, in this order: its issuer, the
// addresses a client may send people back to, a file of people that is read anew at each sign-in.
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const { issuer, back, signedOut, people } = JSON.parse(process.argv[2]);
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const provider = new Provider(issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "of this run" }] },
  cookies: { keys: ["of this run"] },
  clients: [
    {
      client_id: "tracker",
      client_secret: "a-secret-of-the-tracker",
      redirect_uris: back,
      post_logout_redirect_uris: signedOut,
    },
  ],
  pkce: { required: () => true },
  // `groups` comes in the ID token too, `teams` and the name from the userinfo address only.
  claims: { openid: ["sub", "groups", "_claim_names"], profile: ["preferred_username", "teams"], email: ["email"] },
  findAccount: (_, sub) => {
    const claims = JSON.parse(readFileSync(people, "utf8"))[sub];
    return claims && { accountId: sub, claims: () => ({ ...claims, sub }) };
  },
  // Nobody is asked whether the tracker may know who they are.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

const server = provider.listen(0, "127.0.0.1", () => console.log(`listens on ${server.address().port}`));
