// An OpenID provider on the loopback, made with a certified library. With `quirks` it behaves as ProConnect does: it
// refuses every parameter that it does not document, knows no PKCE, wants the secret in the body, and signs what it says of
// a person. Without them it insists on PKCE and answers in plain JSON.

import { createServer } from "node:http";
import { once } from "node:events";
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";

const DOCUMENTED = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "acr_values",
  "claims",
  "prompt",
  "login_hint",
];

/** People by what they type at the provider: the account and the address differ, as they do at ProConnect. */
const PEOPLE = {
  claire: { sub: "claire-sub", email: "claire@example.org", idp_id: "71144ab3-ee1a-4401-b7b3-79b44f7daeeb" },
  "claire-ailleurs": { sub: "claire-autre", email: "claire@example.org", idp_id: "autre-ministere" },
  eve: { sub: "eve-sub", email: "eve@example.org", idp_id: "71144ab3-ee1a-4401-b7b3-79b44f7daeeb" },
};

export const SECRET = "un-secret-de-client-pour-les-essais-seulement";

export async function openProvider({ quirks }) {
  let provider;
  const server = createServer((request, response) => answer(provider, quirks, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${server.address().port}`;
  return {
    issuer,
    /** Makes the program at this address known to the provider. */
    register(address) {
      provider = new Provider(issuer, configuration(address, quirks));
    },
    close: () => new Promise((closed) => server.close(closed) && server.closeAllConnections()),
  };
}

function configuration(address, quirks) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signing = quirks ? { userinfo_signed_response_alg: "RS256" } : {};
  return {
    clients: [
      {
        client_id: "declic",
        client_secret: SECRET,
        redirect_uris: [`${address}/console/oidc/retour`],
        post_logout_redirect_uris: [`${address}/console/connexion`],
        token_endpoint_auth_method: "client_secret_post",
        response_types: ["code"],
        ...signing,
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "essai", alg: "RS256", use: "sig" }] },
    cookies: { keys: ["essai"] },
    claims: { openid: ["sub"], email: ["email"], idp_id: ["idp_id"] },
    pkce: { required: () => !quirks },
    features: { devInteractions: { enabled: false }, jwtUserinfo: { enabled: true } },
    interactions: { url: (_, interaction) => `/ici/${interaction.uid}` },
    findAccount: (_, sub) => {
      const claims = Object.values(PEOPLE).find((person) => person.sub === sub);
      return claims && { accountId: sub, claims: () => claims };
    },
    // Nobody is asked for consent: agents know the service.
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid email idp_id");
      await grant.save();
      return grant;
    },
  };
}

async function answer(provider, quirks, request, response) {
  const url = new URL(request.url, "http://127.0.0.1");
  const unknown = [...url.searchParams.keys()].filter((name) => !DOCUMENTED.includes(name));
  if (quirks && url.pathname === "/auth" && unknown.length > 0) {
    response.writeHead(400, { "content-type": "text/plain" }).end(`Y000400 Bad Request: ${unknown.join(", ")}`);
    return;
  }
  if (!url.pathname.startsWith("/ici/")) {
    provider.callback()(request, response);
    return;
  }
  const who = PEOPLE[url.searchParams.get("nom")];
  if (who) {
    await provider.interactionFinished(request, response, { login: { accountId: who.sub } });
    return;
  }
  const names = Object.keys(PEOPLE).map((name) => `<li><a href="?nom=${name}">${name}</a></li>`);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!DOCTYPE html><html lang="fr"><title>Fournisseur</title><h1>Qui êtes-vous ?</h1><ul>${names.join("")}</ul>`);
}
