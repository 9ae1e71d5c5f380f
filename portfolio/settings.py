"""One settings file; what differs between machines comes from the environment."""

from __future__ import annotations

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF

from portfolio import env

# Makes Django's classes subscriptable at run time, as ModelAdmin[Demand].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env.text("PORTFOLIO_STATE", str(BASE_DIR / ".throughline")))
env.read_file(STATE_DIR / "env")

DEBUG = env.flag("PORTFOLIO_DEBUG", default=False)
SECRET_KEY = env.text("PORTFOLIO_SECRET_KEY")
ALLOWED_HOSTS = env.words("PORTFOLIO_HOSTS", "localhost,127.0.0.1,[::1]")
# Behind a proxy that ends TLS; deploy/up serves plain HTTP on this machine alone.
HTTPS = env.flag("PORTFOLIO_HTTPS", default=True)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "csp",
    "portfolio.core",
    "intake",
    "capacity",
    "portfolio.delivery",
    "portfolio.board",
    "portfolio.reports",
    "portfolio.catalogue",
    "portfolio.imports",
    "portfolio.scenarios",
    "portfolio.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portfolio.core.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "portfolio.urls"
WSGI_APPLICATION = "portfolio.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portfolio.core.shell.shell",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "portfolio.core.templatetags.words",
            ],
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{STATE_DIR / 'throughline.sqlite3'}"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Write transactions take the lock when they begin, so that two at once wait for
    # each other instead of failing, and take turns; readers go on meanwhile
    # (write-ahead log).
    DATABASES["default"]["ENGINE"] = "portfolio.core.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# For a worker of their own, which no forecast that runs holds up.
CELERY_TASK_ROUTES = {
    "capacity.tasks.answer_preview": {"queue": "previews"},
    "capacity.tasks.take_up_plan": {"queue": "previews"},
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    # A broker that does not answer must not hold up the page that sends to it.
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
CELERY_TIMEZONE = "UTC"

# What would help is tried in so many worlds that all candidates take no longer.
HELP_SECONDS = env.number("PORTFOLIO_HELP_SECONDS", 120)
# A forecast starts by itself when nothing relevant has changed for this long.
FORECAST_QUIET_SECONDS = env.number("PORTFOLIO_FORECAST_QUIET_SECONDS", 3)
FORECAST_TRIALS = env.number("PORTFOLIO_FORECAST_TRIALS", 10_000, least=1)
# A running forecast whose worker has said nothing for this long is started again.
FORECAST_LOST_SECONDS = env.number("PORTFOLIO_FORECAST_LOST_SECONDS", 30, least=1)

# Where links in mails lead.
ADDRESS = env.address("PORTFOLIO_ADDRESS", "http://localhost:8000")
MAIL_DOMAIN = urlsplit(ADDRESS).hostname or "localhost"
DEFAULT_FROM_EMAIL = env.text(
    "PORTFOLIO_EMAIL_FROM", f"Throughline <throughline@{MAIL_DOMAIN}>"
)
# Without a mail server, mails are written where they can be read: one file for each.
MAIL_FOLDER = ""
globals().update(env.mail("PORTFOLIO_EMAIL_URL", STATE_DIR / "mail"))
EMAIL_TIMEOUT = 10
SENDER_ADDRESS = parseaddr(DEFAULT_FROM_EMAIL)[1]
# The mailbox people write to, and its address; without it nobody reads answers.
MAILBOX = env.mailbox("PORTFOLIO_MAILBOX")
MAILBOX_ADDRESS = env.text("PORTFOLIO_MAILBOX_ADDRESS", "" if not MAILBOX else None)
# Slugs: whom messages are for, and for whom somebody without an account asks. Without
# the unit, what strangers write is not taken.
MAILBOX_TEAM = env.text("PORTFOLIO_MAILBOX_TEAM", "")
MAILBOX_UNIT = env.text("PORTFOLIO_MAILBOX_UNIT", "")
# From this hour on, where each person works, the mail of the day is made.
DIGEST_HOUR = env.number("PORTFOLIO_DIGEST_HOUR", 7, most=23)

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["portfolio.core.rights.RoleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CSRF_FAILURE_VIEW = "portfolio.core.signed_out.not_sent"
LOGIN_URL = "core:sign-in"
LOGIN_REDIRECT_URL = "core:home"
LOGOUT_REDIRECT_URL = "core:sign-in"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("PORTFOLIO_TIME_ZONE", "Europe/Berlin")
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portfolio.delivery.finders.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Served by a page that asks who may see it, never by the web server itself.
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": STATE_DIR / "attachments",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "portfolio.core.static_files.StaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 3600
FILE_UPLOAD_HANDLERS = [
    "portfolio.core.uploads.CutsShort",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "UNAUTHENTICATED_USER": None,
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 60 * 60 * 12
CSRF_TRUSTED_ORIGINS = env.words("PORTFOLIO_TRUSTED_ORIGINS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # A mistyped address or a page not for this role is no news; what breaks is.
        "django.request": {"level": "ERROR"},
        # The rescue runs four times a minute; forecasts say themselves when they end.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
