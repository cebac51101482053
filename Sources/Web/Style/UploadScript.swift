/// Sends the files of a picker while the rest of the form is being filled in: with their progress, and from where they were when
/// the network is back. Without it the files go with the form. What it shows is in the picker's own templates and attributes.
enum UploadScript {
    static let text = """
        "use strict";
        const megabytes = new Intl.NumberFormat(document.documentElement.lang,
          { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
        const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
        const base64 = text => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
        const pause = seconds => new Promise(done => setTimeout(done, 1000 * seconds));
        class Refused extends Error {}
        for (const picker of document.querySelectorAll(".file-picker[data-uploads]")) {
          const words = picker.dataset, input = picker.querySelector("input[type=file]"), form = input.form;
          const kept = picker.querySelector(".kept-files"), sending = picker.querySelector(".sending");
          const status = picker.querySelector("[role=status]");
          const row = name => picker.querySelector(`template.${name}`).content.firstElementChild.cloneNode(true);
          let open = 0, isAwaited = false, submitter = null;
          const ask = (method, address, headers, body, sent) => new Promise((answer, fail) => {
            const request = new XMLHttpRequest();
            request.open(method, address);
            const all = { "Tus-Resumable": "1.0.0", "Accept": "application/json", ...headers,
              "X-CSRF-Token": form.elements.namedItem("csrf_token").value };
            for (const name in all) request.setRequestHeader(name, all[name]);
            request.onerror = () => fail(new Error("network"));
            request.onabort = () => fail(new Refused(""));
            request.onload = () => {
              if (request.status < 400) return answer(request);
              if (request.status === 409 || request.status === 429 || request.status >= 500) return fail(new Error("later"));
              let problem = {};
              try { problem = JSON.parse(request.responseText); } catch {}
              fail(new Refused(problem.errors?.[0]?.detail || problem.detail || words.failed));
            };
            if (sent) sent(request);
            request.send(body);
          });
          const resumed = async (attempt) => {
            for (let count = 0; ; count++) {
              try { return await attempt(count); } catch (error) {
                if (error instanceof Refused) throw error;
                if (count === 6) throw new Refused(words.failed);
                await pause(Math.min(2 ** count, 20));
              }
            }
          };
          async function send(file) {
            const item = row("one"), bar = item.querySelector("progress"), share = item.querySelector(".share");
            let place = null, current = null, stopped = false;
            item.querySelector(".name").textContent = file.name;
            bar.setAttribute("aria-label", file.name);
            const show = offset => {
              bar.value = file.size ? offset / file.size : 0;
              share.textContent = percent.format(bar.value);
            };
            item.querySelector("button").addEventListener("click", () => {
              stopped = true;
              if (current) current.abort();
              if (place) ask("DELETE", place, {}).catch(() => {});
              item.remove();
              input.focus();
            });
            sending.append(item);
            show(0);
            open += 1;
            try {
              const metadata = `use ${base64(words.use)},filename ${base64(file.name)}`;
              const created = await resumed(() => ask("POST", words.uploads,
                { "Upload-Length": String(file.size), "Upload-Metadata": metadata }));
              place = new URL(created.getResponseHeader("Location"), location).pathname;
              await resumed(async count => {
                let offset = 0;
                if (count > 0) offset = Number((await ask("HEAD", place, {})).getResponseHeader("Upload-Offset"));
                if (stopped) throw new Refused("");
                if (offset === file.size) return;
                await ask("PATCH", place,
                  { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
                  file.slice(offset), request => {
                    current = request;
                    request.upload.onprogress = event => show(offset + event.loaded);
                  });
              });
              const done = row("whole"), box = done.querySelector("input");
              box.value = place.split("/").pop();
              done.querySelector(".name").textContent = file.name;
              done.querySelector(".size").textContent = `(${megabytes.format(file.size / 1e6)})`;
              kept.querySelector("ul").append(done);
              kept.hidden = false;
              item.remove();
              status.textContent = `${file.name} : ${words.done}`;
            } catch (error) {
              if (stopped) return;
              isAwaited = false;
              bar.remove();
              share.remove();
              const reason = item.querySelector(".field-error");
              reason.hidden = false;
              reason.append(error.message || words.failed);
              status.textContent = `${file.name} : ${error.message || words.failed}`;
            } finally {
              open -= 1;
              if (open === 0 && isAwaited) form.requestSubmit(submitter);
            }
          }
          input.addEventListener("change", () => {
            for (const file of [...input.files]) send(file);
            input.value = "";
          });
          form.addEventListener("submit", event => {
            if (open === 0) return;
            event.preventDefault();
            isAwaited = true;
            submitter = event.submitter;
            status.textContent = words.waiting;
          });
        }
        """
}
