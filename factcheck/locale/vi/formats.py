"""Vietnamese dates, with the day before the month.

Django has no Vietnamese input formats, so it would read 05/11/2026 as the eleventh of May.
"""

DATE_FORMAT = "j/n/Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "H:i\xa0j/n/Y, T"
YEAR_MONTH_FORMAT = r"\t\há\n\g n/Y"
MONTH_DAY_FORMAT = "j/n"
SHORT_DATE_FORMAT = "j/n/Y"
SHORT_DATETIME_FORMAT = "H:i\xa0j/n/Y, T"
FIRST_DAY_OF_WEEK = 1
# Forms write the first format. Every language also accepts ISO 8601.
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
DATETIME_INPUT_FORMATS = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
