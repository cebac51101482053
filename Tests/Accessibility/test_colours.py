"""The colours of every territory, computed from the style sheets as they are served: light and dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest
from pages.visitor import Person

# text or sign, what it is set on, least contrast
PAIRS = [
    ("accent", "surface", 4.5), ("accent", "ground", 4.5), ("accent", "accent-soft", 4.5), ("on-accent", "accent", 4.5),
    ("on-band", "band", 4.5), ("ink", "accent-soft", 4.5), ("muted", "accent-soft", 4.5), ("ink", "ground", 4.5), ("ink", "surface", 4.5),
    ("muted", "ground", 4.5), ("muted", "surface", 4.5), ("edge", "surface", 3), ("edge", "ground", 3),
    *[(tone, on, 4.5) for tone in ("good", "warn", "bad", "info") for on in ("surface", f"{tone}-soft")],
    *[("ink", f"{tone}-soft", 4.5) for tone in ("good", "warn", "bad", "info")], ("surface", "bad", 4.5),
]


def luminance(colour):
    def light(channel):
        value = int(channel, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    red, green, blue = (light(colour[at:at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def properties(sheet):
    """The custom properties of `:root`, in light and in dark."""
    dark_at = sheet.index("prefers-color-scheme:dark")
    read = lambda text: dict(re.findall(r"--([a-z-]+):(#[0-9A-Fa-f]{6})", text))
    light = read(sheet[:dark_at])
    return light, light | read(sheet[dark_at:dark_at + 1500])


def test_every_territory_is_legible_in_both_themes(stack):
    weak, count = [], 0
    assert len(stack["territories"]) >= 6
    for territory in stack["territories"]:
        visitor = Person("stranger", stack["front"], territory["host"])
        page = visitor.send("GET", "/login")[2]
        common, own = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        common, own = (properties(visitor.send("GET", path)[2]) for path in (common, own))
        for look, base, theme in zip(("light", "dark"), common, own):
            colours = base | theme
            for text, surface, least in PAIRS:
                count += 1
                found = contrast(colours[text], colours[surface])
                if found < least:
                    weak.append(f"{territory['id']} {look}: {text} on {surface} has {found:.2f}, not {least}")
    assert not weak, "\n".join(weak)
    assert count == 6 * 2 * len(PAIRS) or len(stack["territories"]) > 6


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
