"""What the Django baselines share: settings of a small read-only site that somebody cares for.

Connections are kept open (`CONN_MAX_AGE`), nothing is checked before use, and of the middleware of `startproject` only
what such a site needs is there: no sessions, no accounts, no cookies.
"""

import json
import os
from pathlib import Path

import django
from django.conf import settings


def configure(urls: str, *apps: str) -> None:
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        SECRET_KEY=os.environ["BENCH_SECRET_KEY"],
        DATABASES={"default": {**json.loads(os.environ["BENCH_DATABASE"]), "CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=list(apps),
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        ROOT_URLCONF=urls,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
            }
        ],
        USE_TZ=True,
        TIME_ZONE="UTC",
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"stderr": {"class": "logging.StreamHandler"}},
            "root": {"handlers": ["stderr"], "level": "ERROR"},
        },
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    django.setup()
