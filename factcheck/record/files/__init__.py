"""Files that readers can download, and pictures: how they are stored, decoded, resized and compared.

This package knows neither reviews nor the log. Rows about pictures are in the read model.
"""
