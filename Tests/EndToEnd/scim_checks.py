"""All checks of scim2-tester, run by the Python of `.preau-tools`, whose packages Debian does not have.

Takes the service's address as an argument and the token from its input; prints how many passed and what did not, as JSON."""

import json
import sys

import requests
from scim2_client import BaseSyncSCIMClient
from scim2_tester import Status, check_server


class Client(BaseSyncSCIMClient):
    """Over the wire, with the library that the other tests have as well."""

    def __init__(self, url, token):
        super().__init__()
        self.url, self.session = url, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def _stays_under_base_url(self, endpoint):
        return not endpoint.startswith("http") or endpoint.startswith(self.url)

    def _parse_json(self, response):
        return response.json()

    def request(self, method, url, **options):
        target = url if url.startswith("http") else f"{self.url}/{url.lstrip('/')}"
        return self.session.request(method, target, timeout=60, **options)


def main():
    results = check_server(Client(sys.argv[1], sys.stdin.readline().strip()))
    print(json.dumps({
        "passed": sum(each.status is Status.SUCCESS for each in results),
        "others": [[each.resource_type, each.title, each.status.name, each.reason]
                   for each in results if each.status is not Status.SUCCESS]}))


if __name__ == "__main__":
    main()
