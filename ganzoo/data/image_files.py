"""One image file as RGB pixels: which files are images, how every kind of pixel becomes 0..255, why one cannot be read."""

import functools
import io
import os
import re

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from ganzoo.errors import UserError

# Formats that Pillow knows by name and cannot decode by itself.
STUBS = ("BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF")
ORIENTATION, TURNED = 0x0112, (5, 6, 7, 8)

# What is done to the pixels of a file beside decoding, in words that follow "3 of 10 images".
CONVERSIONS = {
    "transparent": "have transparent pixels: laid on white",
    "first": "have several frames or pages: only the first is read",
    "deep": "have 16 bits a channel: scaled to 8",
    "inks": "are not RGB (CMYK, YCbCr or Lab): converted without a colour profile",
    "profile": "have a colour profile other than sRGB: it is not applied",
}
# What the profiles call themselves that are sRGB under another name.
SRGB = ("srgb", "c2", "urgb")


@functools.cache
def suffixes():
    """The endings of the files that Pillow can decode here, in lower case: a frozen set of ".png", ".jpg", ..."""
    endings = Image.registered_extensions()
    return frozenset(ending for ending, kind in endings.items() if kind in Image.OPEN and kind not in STUBS)


def is_image(name):
    """Whether a file's name ends as that of an image, in any case."""
    return os.path.splitext(name)[1].lower() in suffixes()


def read_image(path, file=None):
    """Decodes a file to uint8 [H, W, 3]: its first frame, turned as its EXIF orientation says, on white where transparent.

    16 bits are scaled to 8.

    Args:
        path: of the file.
        file: the open file where it is no file of its own, such as a member of an archive; `path` then names it in messages.

    Returns:
        The pixels, and which of `CONVERSIONS` it took, a list.

    Raises:
        UserError: it cannot be read; the line says why.
    """
    try:
        with Image.open(path if file is None else file) as image:
            conversions = ["first"] if getattr(image, "is_animated", False) else []
            if not is_srgb(image.info.get("icc_profile") or b""):
                conversions.append("profile")
            pixels, more = rgb_pixels(ImageOps.exif_transpose(image), image.format)
    except Exception as error:  # Pillow's decoders raise errors of every kind
        raise UserError(why_unreadable(path, error)) from error
    return pixels, conversions + more


@functools.lru_cache(64)
def is_srgb(profile):
    """Whether a colour profile, bytes, is sRGB by its own words; so is none, and one that cannot be read."""
    try:
        words = ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))) if profile else "sRGB"
    except Exception:  # Pillow without LittleCMS, or a damaged profile, which viewers pass over too
        return True
    return words.strip().lower().startswith(SRGB)


def rgb_pixels(image, file_format=None):
    """A Pillow image as uint8 [H, W, 3], and which of `CONVERSIONS` it took.

    Args:
        image: of any mode.
        file_format: as Pillow calls it: of PNG and PPM 32-bit pixels are 16 bits.

    Raises:
        ValueError: pixels whose black and white are not known: floats and 32-bit integers.
    """
    if image.mode.startswith("I;16") or (image.mode == "I" and file_format in ("PNG", "PPM")):
        deep = np.array(image)
        clear = deep == image.info.get("transparency", -1)
        grey = np.where(clear, 255, np.clip(deep, 0, 65535) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=-1), ["deep"] + ["transparent"] * bool(clear.any())
    if image.mode in ("F", "I") or ";" in image.mode:
        kind = "floating-point" if image.mode == "F" else "32-bit"
        raise ValueError(f"{kind} pixels (mode {image.mode}), of which it is not known what black and white are: save 8 bits")
    if image.mode == "La":  # Pillow converts it to nothing else
        image = image.convert("LA")
    if image.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        if image.getextrema()[-1][0] < 255:
            white = Image.new("RGBA", image.size, "white")
            return np.array(Image.alpha_composite(white, image).convert("RGB")), ["transparent"]
    inks = image.mode in ("CMYK", "YCbCr", "LAB", "HSV")
    return np.array(image.convert("RGB")), ["inks"] * inks


def size_of(path):
    """(height, width) of a file's image, turned as its EXIF orientation says; its pixels are not decoded.

    Raises:
        UserError: as `read_image`.
    """
    try:
        with Image.open(path) as image:
            # Pillow itself turns TIFF; to look for EXIF behind the pixels of a PNG would decode it.
            known = image.format != "TIFF" and (image.format != "PNG" or "exif" in image.info)
            turned = known and image.getexif().get(ORIENTATION) in TURNED
            return image.size if turned else image.size[::-1]
    except Exception as error:
        raise UserError(why_unreadable(path, error)) from error


def why_unreadable(path, error):
    """A line that says why a file could not be read as an image, given what was raised."""
    if isinstance(error, Image.DecompressionBombError):
        pixels, limit = (f"{int(number):,}" for number in re.findall(r"\d+", str(error))[:2])
        return f"{path} has {pixels} pixels, more than Pillow's limit of {limit}: make it smaller or remove it"
    if isinstance(error, UnidentifiedImageError):
        cause = (
            "the file is empty"
            if os.path.isfile(path) and not os.path.getsize(path)
            else "its content is none that Pillow knows"
        )
    elif isinstance(error, OSError) and error.strerror:
        cause = error.strerror
    else:
        cause = (str(error).strip() or type(error).__name__).splitlines()[0]
    return f"{path} is not a readable image: {cause}; mend or remove it"
