"""One headless Chromium, told over its own protocol which window, theme and person it has."""

import base64
import contextlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

PHONE, SMALL_PHONE, DESKTOP = (390, 844), (320, 640), (1280, 900)


class Browser:
    def __init__(self, *words):
        """- Parameter words: for Chromium's command line, beside the usual ones."""
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        options.page_load_strategy = "normal"
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--disable-extensions", "--disable-background-networking", "--no-first-run", "--mute-audio",
                     "--force-color-profile=srgb", "--lang=fr", *words):
            options.add_argument(word)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(60)
        # Strangers are answered in the language that their browser asks for.
        self.tell("Network.enable")
        self.tell("Network.setExtraHTTPHeaders", headers={"Accept-Language": "fr"})

    def close(self):
        with contextlib.suppress(Exception):
            self.driver.quit()

    def tell(self, command, **values):
        return self.driver.execute_cdp_cmd(command, values)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait_for(self, script, *arguments):
        """A script that says its answer with its last argument, a function."""
        return self.driver.execute_async_script(script, *arguments)

    def on_every_page(self, script):
        """Runs before the page's own content, whatever its security policy."""
        self.tell("Page.addScriptToEvaluateOnNewDocument", source=script)

    def be(self, person):
        """Takes over the cookies of a person; those of anybody before are gone."""
        self.tell("Network.clearBrowserCookies")
        for name, value in person.cookies.items():
            self.tell("Network.setCookie", name=name, value=value, url=person.origin + "/", httpOnly=True)
        self.origin = person.origin

    def open(self, path):
        self.driver.get(self.origin + path)
        self.time_origin = self.run("return performance.timeOrigin")

    def open_is_done(self):
        """Waits for the page that a form or a link of the present one leads to."""
        WebDriverWait(self.driver, 20, 0.02).until(
            lambda driver: driver.execute_script("return performance.timeOrigin") != self.time_origin
            and driver.execute_script("return document.readyState") == "complete")
        self.time_origin = self.run("return performance.timeOrigin")

    def window(self, size, phone=False):
        self.tell("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=phone)

    def look(self, dark=False, still=False, printed=False):
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if still else "no-preference"}]
        self.tell("Emulation.setEmulatedMedia", media="print" if printed else "", features=features)

    def press(self, key, code, shift=False, held=False):
        """- Parameter held: not let go, as a key that repeats; one message to the browser in place of two."""
        values = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        if key == "Enter":
            self.tell("Input.dispatchKeyEvent", type="keyDown", text="\r", **values)
        else:
            self.tell("Input.dispatchKeyEvent", type="rawKeyDown", **values)
        if not held:
            self.tell("Input.dispatchKeyEvent", type="keyUp", **values)

    def picture(self, path, whole=True):
        """The page as it is now, whole, into a PNG; at most 6,000 pixels high."""
        values = {"format": "png"}
        if whole:
            size = self.tell("Page.getLayoutMetrics")["cssContentSize"]
            values["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
            values["captureBeyondViewport"] = True
        path.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot", **values)["data"]))
