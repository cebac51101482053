"""Somebody who downloads without end, and the bytes as they arrive."""

import http.client
import threading
import time
import urllib.parse

HEAVY = "/api/v1/openapi.json"


class Downloads:
    """Somebody who downloads the same again and again on each node, and the bytes as they arrive."""

    def __init__(self, browser, urls):
        self.browser, self.going, self.arrivals = browser, True, []
        self.threads = [threading.Thread(target=self.work, args=(url,), daemon=True) for url in urls]

    def work(self, url):
        parts = urllib.parse.urlsplit(url)
        cookie = "; ".join(f"{name}={value}" for name, value in self.browser.cookies.items())
        while self.going:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
            connection.request("GET", HEAVY, headers={"Host": self.browser.host, "Cookie": cookie})
            response = connection.getresponse()
            assert response.status == 200
            while self.going and (piece := response.read1(65_536)):
                self.arrivals.append((time.monotonic(), len(piece)))
            connection.close()

    def rate(self, seconds):
        """Bits per second over so much time from now on."""
        start = time.monotonic()
        time.sleep(seconds)
        end = time.monotonic()
        return sum(count for at, count in list(self.arrivals) if start < at <= end) * 8 / (end - start)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.going = False
        for thread in self.threads:
            thread.join(30)
