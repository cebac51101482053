/// For passkeys: an authenticator can be spoken to in no other way.
enum PasskeyScript {
    static let text = """
        "use strict";
        const decode = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), each => each.charCodeAt(0));
        const encode = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
          .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
        const listed = list => list.map(id => ({ type: "public-key", id: decode(id) }));
        async function ask(kind, options) {
          const challenge = decode(options.challenge);
          if (kind === "get") {
            const found = await navigator.credentials.get({ publicKey: {
              challenge, rpId: options.party, allowCredentials: listed(options.passkeys), userVerification: "preferred" } });
            return { id: found.rawId, client: found.response.clientDataJSON, data: found.response.authenticatorData,
              signature: found.response.signature };
          }
          const made = await navigator.credentials.create({ publicKey: {
            challenge, rp: { id: options.party, name: document.title }, attestation: "none",
            user: { id: decode(options.user), name: options.name, displayName: options.name },
            pubKeyCredParams: [-7, -8, -257].map(alg => ({ type: "public-key", alg })),
            excludeCredentials: listed(options.passkeys),
            authenticatorSelection: { userVerification: "preferred", residentKey: "preferred" } } });
          return { client: made.response.clientDataJSON, attestation: made.response.attestationObject };
        }
        for (const form of document.querySelectorAll("form[data-passkey]")) {
          if (!window.PublicKeyCredential) continue;
          form.hidden = false;
          let isAnswered = false;
          form.addEventListener("submit", async event => {
            if (isAnswered) return;
            event.preventDefault();
            try {
              const answer = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
              for (const name of Object.keys(answer)) form.elements.namedItem(name).value = encode(answer[name]);
            } catch (error) {
              return; // The person changed their mind, or the browser has nothing to show.
            }
            isAnswered = true;
            form.submit();
          });
        }
        """
}
