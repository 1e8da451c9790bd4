"""Django's own, with the time zone: the desk's times are in UTC, whatever clock the reader has."""

DATETIME_FORMAT = r"N j, Y, P \U\T\C"
SHORT_DATETIME_FORMAT = r"m/d/Y P \U\T\C"
