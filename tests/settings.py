"""The product's settings with a handful of lines changed for the tests."""

import os
import tempfile

os.environ.setdefault("PORTFOLIO_SECRET_KEY", "only-for-tests")
os.environ.setdefault("PORTFOLIO_HTTPS", "no")
os.environ.setdefault("PORTFOLIO_STATE", tempfile.mkdtemp(prefix="throughline-"))

from portfolio.settings import *  # noqa: F403 - the settings are the point

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "attachments": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Nothing is sent to a broker from unit tests; the journeys run a real one.
CELERY_BROKER_URL = "memory://"
REDIS_URL = "redis://127.0.0.1:1/0"
FORECAST_TRIALS = 200
WHITENOISE_AUTOREFRESH = True
