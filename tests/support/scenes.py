"""Pictures made from a seed, and the changes that people make to pictures before they share them."""

import io
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

WIDTH, HEIGHT = 480, 320


def scene(seed: int) -> Image.Image:
    """Return a picture of coloured clouds with some shapes in front of them. Each seed gives another picture."""
    shapes, clouds = random.Random(seed), np.random.default_rng(seed)
    light = np.zeros((HEIGHT, WIDTH, 3))
    for octave in range(2, 7):
        side = 2**octave
        grid = (clouds.random((side * HEIGHT // WIDTH + 2, side + 2, 3)) * 255).astype("uint8")
        light += np.asarray(Image.fromarray(grid).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)) / octave**1.3
    light = (light - light.min()) / (light.max() - light.min()) * 255
    picture = Image.fromarray(light.astype("uint8"))
    draw = ImageDraw.Draw(picture)
    for _ in range(shapes.randint(3, 12)):
        x, y = shapes.randrange(WIDTH), shapes.randrange(HEIGHT)
        box = (x, y, x + shapes.randrange(20, WIDTH // 2), y + shapes.randrange(20, HEIGHT // 2))
        colour = (shapes.randrange(256), shapes.randrange(256), shapes.randrange(256))
        (draw.ellipse if shapes.random() < 0.5 else draw.rectangle)(box, fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(1))


def as_bytes(picture: Image.Image, name: str = "JPEG", **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, name, **options)
    return written.getvalue()


def recompress(picture: Image.Image, quality: int) -> Image.Image:
    return Image.open(io.BytesIO(as_bytes(picture, quality=quality)))


def crop(picture: Image.Image, share: float) -> Image.Image:
    width, height = picture.size
    return picture.crop((int(width * share), int(height * share), int(width * (1 - share)), int(height * (1 - share))))


def add_line(picture: Image.Image, place: str) -> Image.Image:
    """Return the picture with a line of text on white above or below it, as apps add it."""
    width, height = picture.size
    line = int(height * 0.15)
    changed = Image.new("RGB", (width, height + line), "white")
    changed.paste(picture, (0, line if place == "above" else 0))
    at = (10, 10 if place == "above" else height + 10)
    ImageDraw.Draw(changed).text(at, "Shared 10,000 times today", fill="black", font=ImageFont.load_default(20))
    return changed


def cover(picture: Image.Image) -> Image.Image:
    """Return the picture with a black band with text over its lowest 15 %."""
    changed = picture.copy()
    width, height = changed.size
    draw = ImageDraw.Draw(changed)
    draw.rectangle((0, int(height * 0.85), width, height), fill="black")
    draw.text((10, int(height * 0.88)), "BREAKING: the flood", fill="white", font=ImageFont.load_default(20))
    return changed


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half size": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "thumbnail": lambda picture: picture.resize((160, 107)),
    "JPEG 30": lambda picture: recompress(picture, 30),
    "JPEG 10": lambda picture: recompress(picture, 10),
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.3),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.7),
    "contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(1.3),
    "grey": lambda picture: picture.convert("L").convert("RGB"),
    "cropped 2 %": lambda picture: crop(picture, 0.02),
    "cropped 5 %": lambda picture: crop(picture, 0.05),
    "cropped 8 %": lambda picture: crop(picture, 0.08),
    "line above": lambda picture: add_line(picture, "above"),
    "line below": lambda picture: add_line(picture, "below"),
    "band over it": cover,
}
