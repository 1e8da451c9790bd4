"""Day before month. Django has no Vietnamese input formats: 05/11/2026 would be taken for the eleventh of May."""

DATE_FORMAT = "j/n/Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = r"H:i j/n/Y \U\T\C"  # the settings' time zone
YEAR_MONTH_FORMAT = r"\t\há\n\g n/Y"
MONTH_DAY_FORMAT = "j/n"
SHORT_DATE_FORMAT = "j/n/Y"
SHORT_DATETIME_FORMAT = r"H:i j/n/Y \U\T\C"
FIRST_DAY_OF_WEEK = 1
# The first one is what forms write; ISO 8601 is read in every language.
DATE_INPUT_FORMATS = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
DATETIME_INPUT_FORMATS = ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]
