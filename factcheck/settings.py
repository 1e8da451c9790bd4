"""All settings, from environment variables. docs/reference/settings.md lists them.

Without any variable, the site only serves this machine (``make run``), with an embedded PostgreSQL and plain HTTP.
With an ``https://`` SITE_URL, the site is a production site with secure cookies, HSTS and redirects to HTTPS.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

from factcheck import __version__
from factcheck.database import source
from factcheck.database.embedded import Cluster
from factcheck.tools.environment import (
    choice,
    contact,
    email_address,
    environment,
    is_local,
    mail_settings,
    number,
    rate,
    site_url,
    switch,
    web_address,
)
from factcheck.tools.log_format import logging_settings
from factcheck.tools.secret_key import secret_key

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# The site's own files, for example the embedded database and the secret key. They are never committed.
VAR = Path(environment("FACTCHECK_VAR", str(BASE_DIR / "var"))).absolute()

DATABASE_SERVER = source(os.environ, VAR)
DATABASES = DATABASE_SERVER.databases
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The part of the site that this process serves: everything, readers' pages and the reading API, what writes, or only
# what readers send in.
PART = choice("PART", "all", ["all", "site", "desk", "intake"])
# `make run` stores its port in the file, so the other commands of the same folder use the same SITE_URL.
PORT_FILE = VAR / "port"
try:
    _last_port = int(PORT_FILE.read_text())
except (OSError, ValueError):
    _last_port = 8000
PORT = number("PORT", _last_port, maximum=65535)
SITE_URL = site_url("SITE_URL", f"http://127.0.0.1:{PORT}")
_SITE = urlsplit(SITE_URL)
LOCAL = is_local(SITE_URL)
SECURE = _SITE.scheme == "https"
if not LOCAL and not SECURE:
    raise ImproperlyConfigured(
        f"SITE_URL is {SITE_URL!r}. A public site requires https, for example https://{_SITE.hostname}."
    )

DEBUG = switch("DEBUG", possible=LOCAL, because="its error pages show settings and data")

SECRET_KEY = secret_key(environment("SECRET_KEY"), VAR, local=LOCAL)

ALLOWED_HOSTS = [host.strip() for host in environment("ALLOWED_HOSTS").split(",") if host.strip()]
if not ALLOWED_HOSTS:
    if not LOCAL:
        raise ImproperlyConfigured(
            f"ALLOWED_HOSTS isn't set. Set it to the site's hosts, for example {_SITE.hostname}."
        )
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# The licence of published content. Every document and the header Link contain its URL.
LICENSE_URL = environment("LICENSE_URL", "https://creativecommons.org/licenses/by/4.0/")
# The contact for reporting a vulnerability (security.txt, RFC 9116). Without a contact, the file doesn't exist.
SECURITY_CONTACT = contact("SECURITY_CONTACT", example="security@factcheck.example.org")
# The person or organisation that runs the site. The pages about the site show them.
OPERATOR = {
    "name": environment("OPERATOR_NAME"),
    "address": environment("OPERATOR_ADDRESS"),
    "contact": contact("OPERATOR_CONTACT", example="office@factcheck.example.org"),
}
# The number of requests to the API, and of searches and matches on the whole site, that a client can send.
API_RATE_LIMIT = rate("API_RATE_LIMIT", "600/min")
SEARCH_RATE_LIMIT = rate("SEARCH_RATE_LIMIT", "60/min")
# The file in which all processes of this machine count requests.
REQUEST_COUNTS = Path(environment("REQUEST_COUNTS", str(VAR / "request-counts"))).absolute()
# The number of readers' messages from one network in an hour, and the number of days for which messages are kept.
READER_MESSAGES_PER_HOUR = number("READER_MESSAGES_PER_HOUR", 10)
READER_MESSAGES_DAYS = number("READER_MESSAGES_DAYS", 90, maximum=3650)
# The number of days for which thrown-away drafts, and the saved states of published texts, are kept. After a change,
# `migrate` also sets the number in the database.
DRAFTS_DAYS = number("DRAFTS_DAYS", 30, minimum=2, maximum=3650)
# The number of days for which finished deliveries of webhooks and finished jobs are kept.
WEBHOOK_DELIVERIES_DAYS = number("WEBHOOK_DELIVERIES_DAYS", 30, maximum=3650)
FINISHED_JOBS_DAYS = number("FINISHED_JOBS_DAYS", 14, maximum=3650)
# The public key that readers' messages are encrypted to, and the private keys that only the desk has, as a file or as
# the keys themselves. A local site creates one.
MESSAGES_RECIPIENT = environment("MESSAGES_RECIPIENT")
_OWN_SERVER = bool(environment("DATABASE_URL"))
MESSAGES_KEY = environment("MESSAGES_KEY", "" if _OWN_SERVER else str(VAR / "messages-key"))
if not MESSAGES_KEY and not MESSAGES_RECIPIENT:
    raise ImproperlyConfigured(
        "MESSAGES_RECIPIENT isn't set. Set it to the public key that encrypts readers' messages. age-keygen prints one."
    )
# The number of threads of each web process.
WEB_THREADS = number("WEB_THREADS", 12)
# The number of requests for each process that may wait for changes (`wait=`). Each request occupies a thread.
CHANGES_WAITERS = number("CHANGES_WAITERS", 4, minimum=0)
# The folder for bulk dumps, and the number of dumps to keep (docs/reference/dumps.md).
DUMPS_FOLDER = Path(environment("DUMPS_FOLDER", str(VAR / "dumps"))).absolute()
DUMPS_KEEP = number("DUMPS_KEEP", 3)
# Django's storage, for files that belong to the record. Backups contain all of it.
MEDIA_ROOT = VAR / "files"
# The bytes of the files that an account and a newsroom can store (factcheck/editorial/file_quotas.py).
ACCOUNT_QUOTA = number("ACCOUNT_QUOTA_GB", 5) * 2**30
NEWSROOM_QUOTA = number("NEWSROOM_QUOTA_GB", 20) * 2**30
# Forms drop files, except for the uploads at the desk (factcheck/editorial/desk/evidence/uploads.py).
FILE_UPLOAD_HANDLERS = ["factcheck.web.hostile_files.NoFiles"]
# The folder for encrypted backups, the public key that they are encrypted to, and the number of backups to keep. The
# worker makes a backup each night if both the folder and the key are set (docs/how-to/back-up-and-restore.md).
BACKUP_FOLDER = environment("BACKUP_FOLDER")
BACKUP_RECIPIENT = environment("BACKUP_RECIPIENT")
BACKUP_KEEP = number("BACKUP_KEEP", 14)
# The proxy's internal path for DUMPS_FOLDER, for example /published-files/. Empty means that the site sends the files.
ACCEL_REDIRECT = environment("ACCEL_REDIRECT")
if ACCEL_REDIRECT and not (ACCEL_REDIRECT.startswith("/") and ACCEL_REDIRECT.endswith("/")):
    raise ImproperlyConfigured(
        f"ACCEL_REDIRECT is {ACCEL_REDIRECT!r}. Set a path that begins and ends with a slash, for example"
        " /published-files/."
    )
# The rating scale whose verdicts the API accepts without the scale's name. For example, `verdict=false` means
# `verdict=truth:false`.
DEFAULT_RATING_SCALE = environment("DEFAULT_RATING_SCALE", "truth")

# The source of vectors for matching by meaning. Empty means the model in this process, and "off" means no vectors.
# Otherwise, set the URL of a server with OpenAI's protocol, the model's name, and a key if the server requires one.
EMBEDDINGS_URL = environment("EMBEDDINGS_URL")
EMBEDDINGS_MODEL = environment("EMBEDDINGS_MODEL")
EMBEDDINGS_KEY = environment("EMBEDDINGS_KEY")
if EMBEDDINGS_URL.lower() in ("off", "none", "0"):
    EMBEDDINGS_URL = "off"
elif EMBEDDINGS_URL and (urlsplit(EMBEDDINGS_URL).scheme not in ("http", "https") or not EMBEDDINGS_MODEL):
    raise ImproperlyConfigured(
        f"EMBEDDINGS_URL is {EMBEDDINGS_URL!r}. Set a URL, for example http://127.0.0.1:8080/v1, and the name"
        " of its model in EMBEDDINGS_MODEL. To turn embeddings off, set EMBEDDINGS_URL to off."
    )

# The socket of the process that signs the public log (factcheck/record/log/signer_process.py). Without a socket, this
# process signs with the key in LOG_SIGNING_KEY, which is a file or the key itself. A local site creates one.
LOG_SIGNER = environment("LOG_SIGNER")
LOG_SIGNING_KEY = environment("LOG_SIGNING_KEY", str(VAR / "log-key"))
# The public half of the log's first key, for processes without access to the signer.
LOG_VERIFIER_KEY = environment("LOG_VERIFIER_KEY")
# The log's name: its URL without the scheme. The first checkpoint fixes the name. Empty means the name in the key.
LOG_ORIGIN = environment("LOG_ORIGIN")
# The witnesses that cosign checkpoints, as alternating verifier keys and URLs.
LOG_WITNESSES = environment("LOG_WITNESSES")

# The socket of the process that decodes files of strangers (factcheck/clean_room/service.py). Without a socket, this
# process starts a child for each file.
CLEAN_ROOM = environment("CLEAN_ROOM")

# E-mails about accounts. Without EMAIL_URL, they become files, or aren't sent (docs/reference/settings.md#email_url).
EMAIL_FROM = email_address("EMAIL_FROM", f"factcheck@{_SITE.hostname}")
EMAIL_FILE_PATH = VAR / "mail"
globals().update(mail_settings(environment("EMAIL_URL"), otherwise="dummy" if _OWN_SERVER else "filebased"))

# The key of the webhooks' secrets, in hexadecimal. Empty means that it is derived from SECRET_KEY.
WEBHOOKS_KEY = environment("WEBHOOKS_KEY")
if WEBHOOKS_KEY and not re.fullmatch("[0-9a-f]{64}", WEBHOOKS_KEY):
    raise ImproperlyConfigured(
        "WEBHOOKS_KEY isn't 64 hexadecimal digits. docs/how-to/install.md has the command that prints it."
    )
# Lets webhooks reach this machine without TLS. Only use this for testing a receiver, never if others register URLs.
WEBHOOKS_ALLOW_LOOPBACK = switch(
    "WEBHOOKS_ALLOW_LOOPBACK", possible=LOCAL, because="it lets webhooks reach this machine"
)
# The server that adds time stamps to captures (RFC 3161). Empty means that captures don't have time stamps.
TIMESTAMP_URL = web_address("TIMESTAMP_URL", example="https://timestamp.example.org/")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "procrastinate.contrib.django",
    "factcheck.operations",
    "factcheck.record",
    "factcheck.webhooks",
    "factcheck.editorial",
    "factcheck.imports",
    "factcheck.demo",
    "factcheck.monitoring",
    "factcheck.website",
    "api",
    "factcheck.editorial.apps.DeskConfig",  # Django's admin as the editors' desk, after the app with its templates
]
MIGRATION_MODULES = {"admin": None}  # the desk has events instead of LogEntry (factcheck/editorial/apps.py)
MIDDLEWARE = [
    "factcheck.monitoring.middleware.Monitoring",
    "factcheck.web.request_log.RequestLog",
    "factcheck.middleware.browser_policies",
    "api.middleware.ApiRequests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "factcheck.middleware.PartOfSite",
    "factcheck.middleware.Sessions",
    "factcheck.middleware.Languages",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "factcheck.middleware.Accounts",
    "factcheck.editorial.sign_in.proofs.prove_person",
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
AUTHENTICATION_BACKENDS = ["factcheck.editorial.sign_in.passwords.PasswordBackend"]
SESSION_ENGINE = "factcheck.editorial.sign_in.sessions"  # its docstring says when sessions end
# Accounts of a site with its own database can't use the desk without a second factor.
SECOND_FACTOR_REQUIRED = _OWN_SERVER
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},  # 20,000 passwords
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "factcheck.editorial.sign_in.passwords.MaximumLengthValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"  # the target if `next` is refused
PASSWORD_RESET_TIMEOUT = 24 * 3600  # seconds for which a link to choose a password works

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.http.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fact-check API",
    "VERSION": __version__,
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": ["api.schema.hooks.complete"],
}

# A view that needs another policy sets the header itself.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " connect-src 'self'; form-action 'self'; img-src 'self' data:;"
    " manifest-src 'self'"
)
LANGUAGE_COOKIE_PATH, LANGUAGE_COOKIE_SAMESITE = "/admin/", "Lax"  # only editors choose a language with a cookie
if SECURE:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"  # no other host can set them

# The worker's queue (factcheck/operations/worker.py). The tasks are in each package's tasks.py.
PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 3600}  # seconds for which a missed run is still caught up

LANGUAGES = [("en", "English"), ("vi", "Tiếng Việt")]
LANGUAGE_CODE = choice("LANGUAGE_CODE", "en", [code for code, _name in LANGUAGES])
# The second folder has texts of Django, which Django leaves in English or translates badly.
LOCALE_PATHS = [BASE_DIR / "factcheck" / "locale", BASE_DIR / "factcheck" / "locale" / "django"]
FORMAT_MODULE_PATH = ["factcheck.locale"]
TIME_ZONE = "UTC"
SITE_TIME_ZONE = environment("SITE_TIME_ZONE", TIME_ZONE)  # of pages that aren't about the reviews of one newsroom
if SITE_TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"SITE_TIME_ZONE is {SITE_TIME_ZONE!r}. Set a time zone, such as Asia/Ho_Chi_Minh.")

STATIC_URL = "/static/"
STATICFILES_DIRS = [("docs", BASE_DIR / "docs" / "images")]  # the pictures in the guides
# Static files are served from the apps' folders, so they don't have to be collected.
WHITENOISE_USE_FINDERS = True

# The token with which a monitor on another machine can read /metrics, and the folder in which processes add up numbers.
METRICS_TOKEN = environment("METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured(
        "METRICS_TOKEN is too short. Set 20 or more random characters, for example from: openssl rand -hex 20"
    )
METRICS_FOLDER = environment("PROMETHEUS_MULTIPROC_DIR")

LOG_LEVEL = choice("LOG_LEVEL", "WARNING", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
# Lines for people, or JSON objects for programs. A site with its own database server has a program that reads the log.
LOG_FORMAT = choice("LOG_FORMAT", "line" if isinstance(DATABASE_SERVER, Cluster) else "json", ["json", "line"])
LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT)
