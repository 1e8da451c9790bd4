"""The errors of the clean room."""


class NotDecoded(ValueError):
    """The error for a file that can't be decoded. `too_large` means that the picture has too many pixels."""

    def __init__(self, *, too_large: bool = False) -> None:
        super().__init__("too many pixels" if too_large else "not a readable file")
        self.too_large = too_large


class NoAnswer(OSError):
    """The error if the room doesn't answer in time, is being restarted, or has killed the decoder."""
