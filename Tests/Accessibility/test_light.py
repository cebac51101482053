"""Every answer of every page keeps to the policy: no script that blocks, nothing of others, small."""

import re

import pytest
from walk import every_page

STRICT = {"default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'self'", "style-src": "'self'"}


def pytest_generate_tests(metafunc):
    every_page(metafunc)


def policy_of(header):
    return dict(part.strip().split(" ", 1) for part in header.split(";") if " " in part.strip())


def test_every_page_is_strict_and_small(site, page):
    process, route = page
    for profile in site.profiles_of(process, route):
        place = site.places(profile).get(route["pattern"])
        if not place:
            continue
        status, headers, text = site.people[profile].send("GET", place.path)
        if status == 303:
            continue
        policy = policy_of(headers["content-security-policy"])
        assert STRICT.items() <= policy.items(), (place.path, policy)
        for name, value in policy.items():
            assert "unsafe" not in value and "*" not in value and "http" not in value, (name, value)
        assert policy.get("script-src", "'none'") in ("'none'", "'self'")
        assert policy.get("connect-src", "'none'") in ("'none'", "'self'")
        for script in re.findall(r"<script\b[^>]*>", text):
            assert ("defer" in script or 'type="module"' in script) and 'src="/assets/' in script, script
        for address in re.findall(r'<(?:link|img|source|use|iframe)[^>]+(?:href|src)="([^"]+)"', text):
            assert address.startswith("/") and not address.startswith("//"), address
        assert headers["x-content-type-options"] == "nosniff"
        assert len(text.encode()) < 150_000, f"{place.path}: {len(text.encode())} bytes before compression"


def test_style_sheets_and_signs_are_kept_for_ever(site):
    visitor = site.people["stranger"]
    page = visitor.send("GET", "/login")[2]
    files = set(re.findall(r'(?:href)="(/assets/[^"#]+)', page))
    assert len(files) >= 3
    for path in files:
        status, headers, _ = visitor.send("GET", path)
        assert status == 200 and "immutable" in headers["cache-control"], path


def test_a_policy_that_is_not_strict_is_found_out():
    with pytest.raises(AssertionError):
        policy = policy_of("default-src 'self' 'unsafe-inline'; script-src *")
        assert STRICT.items() <= policy.items()
