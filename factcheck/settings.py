"""All settings, in one place, from environment variables; docs/reference/settings.md lists them.

Without any variable this is a site for this machine alone (``make run``): embedded PostgreSQL, plain HTTP on 127.0.0.1.
With an ``https://`` SITE_URL it is a production site: secure cookies, HSTS, redirect to HTTPS.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from factcheck import __version__
from factcheck.database import source
from factcheck.server.environment import environment, number, rate, switch
from factcheck.server.secret_key import secret_key

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# What the site makes itself: the embedded database, the secret key, static files. Never committed.
VAR = Path(environment("FACTCHECK_VAR", str(BASE_DIR / "var"))).absolute()

DATABASE_SERVER = source(os.environ, VAR)
DATABASES = DATABASE_SERVER.databases
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PORT = number("PORT", 8000, most=65535)
# The site's address, without a slash at its end. Published bodies carry it.
SITE_URL = environment("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
_SITE = urlsplit(SITE_URL)
if _SITE.scheme not in ("http", "https") or not _SITE.hostname or _SITE.path or _SITE.query:
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}: give scheme and host alone, for example https://factcheck.example.org."
    )
LOCAL = _SITE.hostname in ("127.0.0.1", "localhost", "::1")
SECURE = _SITE.scheme == "https"
if not LOCAL and not SECURE:
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}: a site that others reach needs https, for example https://{_SITE.hostname}."
    )

DEBUG = switch("DEBUG")
if DEBUG and not LOCAL:
    raise ImproperlyConfigured(
        "DEBUG is set for a site that others reach: unset it, since its error pages show settings and data."
    )

SECRET_KEY = secret_key(environment("SECRET_KEY"), VAR, local=LOCAL, secure=SECURE)

ALLOWED_HOSTS = [host.strip() for host in environment("ALLOWED_HOSTS").split(",") if host.strip()]
if not ALLOWED_HOSTS:
    if not LOCAL:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS is not set: name the hosts that this site answers to, for example {_SITE.hostname}."
        )
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# The licence of what is published, named in every document and as a Link header.
LICENSE_URL = environment("LICENSE_URL", "https://creativecommons.org/licenses/by/4.0/")
# Whom to tell of a weakness of the site (security.txt, RFC 9116); empty for no such file.
SECURITY_CONTACT = environment("SECURITY_CONTACT")
if SECURITY_CONTACT and not SECURITY_CONTACT.startswith(("mailto:", "https://", "tel:")):
    raise ImproperlyConfigured(
        f"SECURITY_CONTACT is {SECURITY_CONTACT!r}: give an address with its scheme, for example"
        " mailto:security@factcheck.example.org."
    )
# Requests per client and time, such as 600/min; empty for no limit.
API_RATE_LIMIT = rate("API_RATE_LIMIT")
# Messages from readers: how many of one network in an hour, and for how many days they are kept.
READER_MESSAGES_PER_HOUR = number("READER_MESSAGES_PER_HOUR", 10)
READER_MESSAGES_DAYS = number("READER_MESSAGES_DAYS", 90, most=3650)
# How many requests of a process may wait for changes at a time (`wait=` of the feed of changes); each holds a thread.
CHANGES_WAITERS = number("CHANGES_WAITERS", 4, least=0)
# Where the bulk dumps lie, and how many of them are kept (docs/dumps.md).
DUMPS_FOLDER = Path(environment("DUMPS_FOLDER", str(VAR / "dumps"))).absolute()
DUMPS_KEEP = number("DUMPS_KEEP", 3)
# The rating scale of which the API takes a verdict's slug alone (`verdict=false` for `verdict=truth:false`).
DEFAULT_RATING_SCALE = environment("DEFAULT_RATING_SCALE", "truth")

# Where texts become vectors for matching by meaning: empty for the model in this process, an address with OpenAI's
# protocol (then with the model's name and, if it asks for one, a key), or "off".
EMBEDDINGS_URL = environment("EMBEDDINGS_URL")
EMBEDDINGS_MODEL = environment("EMBEDDINGS_MODEL")
EMBEDDINGS_KEY = environment("EMBEDDINGS_KEY")
if EMBEDDINGS_URL.lower() in ("off", "none", "0"):
    EMBEDDINGS_URL = "off"
elif EMBEDDINGS_URL and (urlsplit(EMBEDDINGS_URL).scheme not in ("http", "https") or not EMBEDDINGS_MODEL):
    raise ImproperlyConfigured(
        f"EMBEDDINGS_URL is {EMBEDDINGS_URL!r}: give an address such as http://127.0.0.1:8080/v1 and the name of its"
        " model in EMBEDDINGS_MODEL, or off."
    )

# The public log's signing key, a file or the key itself (docs/log.md). On this machine alone a missing one is made.
LOG_SIGNING_KEY = environment("LOG_SIGNING_KEY", str(VAR / "log-key"))
# The log's name, fixed with its first checkpoint: the log's URL without its scheme. Empty: the name in the key.
LOG_ORIGIN = environment("LOG_ORIGIN")
# Who is asked to cosign checkpoints: verifier keys and addresses by turns.
LOG_WITNESSES = environment("LOG_WITNESSES")

# Lets webhooks go to this machine, without TLS: to try a receiver out, never where others register addresses.
WEBHOOKS_ALLOW_LOOPBACK = switch("WEBHOOKS_ALLOW_LOOPBACK")
if WEBHOOKS_ALLOW_LOOPBACK and not LOCAL:
    raise ImproperlyConfigured(
        "WEBHOOKS_ALLOW_LOOPBACK is set for a site that others reach: unset it, since it opens this machine to them."
    )

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "factcheck.server",
    "factcheck.record",
    "factcheck.webhooks",
    "factcheck.editorial",
    "factcheck.imports",
    "factcheck.website",
    "api",
    "factcheck.editorial.apps.DeskConfig",  # Django's admin as the editors' desk; after the app whose templates it uses
]
MIDDLEWARE = [
    "api.middleware.ApiAnswers",
    "django.middleware.security.SecurityMiddleware",
    "factcheck.middleware.Policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "factcheck.middleware.Sessions",
    "factcheck.middleware.Languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "factcheck.middleware.Accounts",
    "factcheck.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "factcheck.urls"
WSGI_APPLICATION = "factcheck.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_USER_MODEL = "editorial.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # where a `next` that is refused leads

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.http.problems.handle",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_THROTTLE_CLASSES": ["factcheck.server.networks.ByNetwork"] if API_RATE_LIMIT else [],
    "DEFAULT_THROTTLE_RATES": {"anon": API_RATE_LIMIT or None},
    # Whose address counts: behind the proxy, the last in X-Forwarded-For; what a client writes before it does not.
    "NUM_PROXIES": 1 if SECURE else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fact-check API",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": ["api.schema.hooks.complete"],
}

# Anybody's page may read the API; nothing else, and never with cookies.
CORS_URLS_REGEX = r"^/(api|feeds|v1alpha1)/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "HEAD", "OPTIONS", "POST"]
# The last three are what Google's clients send along (docs/google.md).
CORS_ALLOW_HEADERS = [
    "accept",
    "content-type",
    "if-none-match",
    "if-range",
    "range",
    "x-goog-api-client",
    "x-goog-api-key",
    "x-http-method-override",
]
CORS_EXPOSE_HEADERS = [
    "Accept-Ranges",
    "Content-Range",
    "ETag",
    "Link",
    "Retry-After",
    "Factcheck-Head",
    "Factcheck-As-Of",
    "Factcheck-Sequence",
    "Factcheck-Digest",
    "Factcheck-Salt",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
LANGUAGE_COOKIE_SAMESITE = "Lax"
if SECURE:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True

# The worker's queue (factcheck/server/worker.py). Its tasks are in each package's tasks.py.
PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 3600}  # seconds; as long as nightly jobs are made up for

LANGUAGE_CODE = environment("LANGUAGE_CODE", "en")
LANGUAGES = [("en", "English"), ("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "factcheck" / "locale"]
FORMAT_MODULE_PATH = ["factcheck.locale"]
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [("docs", BASE_DIR / "docs" / "images")]  # the pictures in the guides
# Static files are served from where the apps keep them; nothing has to be collected first.
WHITENOISE_USE_FINDERS = True

LOG_LEVEL = environment("LOG_LEVEL", "WARNING").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    raise ImproperlyConfigured(f"LOG_LEVEL is {LOG_LEVEL!r}: give one of DEBUG, INFO, WARNING, ERROR, CRITICAL.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "factcheck.server.log_format.Line",
            "fmt": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
