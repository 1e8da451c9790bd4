"""The contrast of two colours, as WCAG 2.2 defines it."""

# `--paper` and `--raised` in `website/static/website/site.css`, for light and dark pages.
BACKGROUNDS = ("#fbfaf6", "#f3f0e8", "#161512", "#211f1b")
GRAPHICS = 3.0  # the least contrast of graphics (success criterion 1.4.11, level AA)


def lowest_contrast(color: str) -> float:
    """Return the lowest contrast of `#rrggbb` to a background of the site, from 1 to 21."""
    own = _luminance(color) + 0.05
    others = [_luminance(each) + 0.05 for each in BACKGROUNDS]
    return min(max(own / other, other / own) for other in others)


def _luminance(color: str) -> float:
    shares = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
