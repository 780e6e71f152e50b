"""Settings, from the environment only. docs/settings.md explains each variable."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from medisync import env
from medisync.lib.static_files import versioned

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir("MEDISYNC_DATA_DIR", BASE_DIR / "var")

# --- Core ---------------------------------------------------------------------

SECRET_KEY = env.secret_key("MEDISYNC_SECRET_KEY", kept_in=DATA_DIR / "secret_key")
DEBUG = env.boolean("MEDISYNC_DEBUG")
ALLOWED_HOSTS = env.words("MEDISYNC_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
TRUSTED_PROXIES = env.networks("MEDISYNC_TRUSTED_PROXIES")

ROOT_URLCONF = "medisync.urls"
WSGI_APPLICATION = "medisync.wsgi.application"
# A dialect's unknown path is an error of that dialect, never a redirect.
APPEND_SLASH = False

INSTALLED_APPS = [
    "medisync.accounts",
    "medisync.audit",
    "appointments",
    "recordings",
    "notes",
    "telephony",
    "medisync.http.admin.apps.ClinicAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "corsheaders",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]

MIDDLEWARE = [
    "medisync.http.middleware.RequestLog",
    # Before everything that a request of a known listening need not go through.
    "medisync.http.again.AnswerAgain",
    "medisync.http.middleware.TrustedProxies",
    "medisync.http.language.PageLanguage",
    "medisync.http.middleware.CleanRequest",
    "medisync.http.middleware.PermissionsPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
            ]
        },
    }
]

# --- Database and cache ---------------------------------------------------------

DATABASES = {
    "default": env.database("DATABASE_URL", embedded=DATA_DIR / "medisync.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_REDIS_URL = env.url("REDIS_URL", schemes={"redis", "rediss", "unix"})
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": _REDIS_URL,
    }
    if _REDIS_URL
    # One machine: the cache is a file that all worker processes share, so that
    # a limit counts a client's requests whichever worker answers them.
    else {
        "BACKEND": "medisync.lib.sqlite_cache.SqliteCache",
        "LOCATION": str(DATA_DIR / "cache.sqlite3"),
    }
}

# Work that no request waits for: queued in the database, in the transaction of what
# it is about; manage.py background_worker does it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- People ---------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["medisync.accounts.hashers.PatientArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "medisync.accounts.passwords.LettersAndDigitsValidator"},
]
# Links in mails work once, and this long.
PASSWORD_RESET_TIMEOUT = 24 * 3600
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "recordings"
LOGOUT_REDIRECT_URL = "sign-in"

SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "AUTH_HEADER_TYPES": ("Bearer",),
    "AUTH_TOKEN_CLASSES": ("medisync.accounts.tokens.BearerToken",),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "userId",
    # The documented payload has userId, iat and exp, nothing else.
    "TOKEN_TYPE_CLAIM": None,
    "JTI_CLAIM": None,
    # A token may begin with the next second (accounts/tokens.py).
    "LEEWAY": 1,
}

# As Django's authenticate() calls it, whatever field of ours it is. Else what is
# counted under one name is looked for under another, and nobody is locked out.
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "accounts/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_CLIENT_IP_CALLABLE = "medisync.http.client.address_of"

# Nobody opens the admin without a code of their authenticator app.
ADMIN_OTP_REQUIRED = (
    env.choice("MEDISYNC_ADMIN_OTP", "off", among={"off", "required"}) == "required"
)
OTP_TOTP_ISSUER = "MediSync"

# --- Mail -----------------------------------------------------------------------

globals().update(env.mail("EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.text("MEDISYNC_FROM_EMAIL", "MediSync <medisync@localhost>")

# --- OpenAPI documents ------------------------------------------------------------

SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.1", "COMPONENT_SPLIT_REQUEST": True}

# --- Audio ----------------------------------------------------------------------

MEDIA_ROOT = DATA_DIR / "media"
MAX_UPLOAD_BYTES = (
    env.integer("MEDISYNC_MAX_UPLOAD_MB", 500, least=1, most=100_000) * 1024 * 1024
)
MIN_FREE_BYTES = (
    env.integer("MEDISYNC_MIN_FREE_MB", 1024, least=0, most=100_000_000) * 1024 * 1024
)
MAX_RECORDING_SECONDS = 3600 * env.integer(
    "MEDISYNC_MAX_RECORDING_HOURS", 12, least=1, most=100
)
FFMPEG = env.program("MEDISYNC_FFMPEG")
# The internal location of nginx that serves MEDIA_ROOT; empty: the server sends.
X_ACCEL_PREFIX = env.location("MEDISYNC_X_ACCEL_PREFIX")

_S3_BUCKET = env.text("MEDISYNC_S3_BUCKET")
_S3_ENDPOINT_URL = env.url("MEDISYNC_S3_ENDPOINT_URL", schemes={"http", "https"})
# Pages and LaML media send the listener to the bucket instead of passing it on.
S3_REDIRECT = env.boolean("MEDISYNC_S3_REDIRECT")
if S3_REDIRECT and not (_S3_BUCKET and _S3_ENDPOINT_URL):
    # The address too: a page allows audio from there by name.
    raise ImproperlyConfigured(
        "MEDISYNC_S3_REDIRECT needs MEDISYNC_S3_BUCKET and MEDISYNC_S3_ENDPOINT_URL."
    )
STORAGES: dict[str, dict[str, Any]] = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "files": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": MEDIA_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
}
if _S3_BUCKET:
    STORAGES["s3"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _S3_BUCKET,
            "endpoint_url": _S3_ENDPOINT_URL or None,
            "file_overwrite": False,
            "default_acl": None,
            "object_parameters": {
                "ServerSideEncryption": "AES256",
                # The store refuses a part that did not arrive as it was sent.
                "ChecksumAlgorithm": "SHA256",
            },
            # A store that is away or slow costs a request this much and no more.
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                # Each listener has one while the store is sending to it.
                max_pool_connections=200,
                connect_timeout=5,
                read_timeout=10,
                retries={"total_max_attempts": 3, "mode": "standard"},
            ),
            # Two parts at once: memory must not grow with the number of uploads.
            "transfer_config": TransferConfig(
                multipart_threshold=8 * 1024 * 1024,
                multipart_chunksize=8 * 1024 * 1024,
                max_concurrency=2,
            ),
        },
    }
# Both can be reached at once, so that audio can be moved from one to the other;
# this is the one that the server uses.
STORAGES["recordings"] = STORAGES[
    env.choice(
        "MEDISYNC_STORAGE",
        "s3" if _S3_BUCKET else "files",
        among={"files", "s3"} if _S3_BUCKET else {"files"},
    )
]
# Form fields are small; audio takes its own road (recordings.intake).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_HANDLERS = ["medisync.http.uploads.NoFiles"]

# --- HTTP -----------------------------------------------------------------------

# Where others reach this server, for the links in what it sends by itself.
PUBLIC_URL = env.origin(
    "MEDISYNC_PUBLIC_URL",
    f"http://{env.text('HOST', '127.0.0.1')}:{env.text('PORT', '8000')}",
)
# Served over HTTPS only: cookies are marked secure and browsers told to insist.
_HTTPS = env.boolean("MEDISYNC_HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # The waveform's own element carries its style with it.
        "style-src": [SELF, NONCE],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

if S3_REDIRECT:
    _AUDIO_FROM = [SELF, "{0.scheme}://{0.netloc}".format(urlsplit(_S3_ENDPOINT_URL))]
    CONTENT_SECURITY_POLICY["DIRECTIVES"] |= {
        "media-src": _AUDIO_FROM,
        "connect-src": _AUDIO_FROM,
    }

CORS_ALLOWED_ORIGINS = env.origins("MEDISYNC_CORS_ORIGINS")
CORS_ALLOW_CREDENTIALS = False
# Yeastar answers carry their own documented Access-control headers.
CORS_URLS_REGEX = r"^/(api/(?!v\d)|openapi/|2010-04-01/)"
CORS_EXPOSE_HEADERS = [
    "Accept-Ranges",
    "Content-Disposition",
    "Content-Length",
    "Content-Range",
    "ETag",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
]
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "if-none-match",
    "if-range",
    "range",
    "x-api-key",
]

# Where reports and callbacks may go beside the callers' own and, for callbacks,
# public addresses (medisync.lib.outgoing).
OUTGOING_HOSTS = [host.lower() for host in env.words("MEDISYNC_OUTGOING_HOSTS")]
OUTGOING_NETWORKS = env.networks("MEDISYNC_OUTGOING_NETWORKS")

# Refuse a MediSync request whose ``uid`` is not the token's user.
STRICT_UID = env.boolean("MEDISYNC_STRICT_UID")

# Requests an hour by subscription tier (contract medisync 1.7).
RATE_LIMITS = {
    "requests": {"standard": 1000, "premium": 5000},
    "uploads": {"standard": 50, "premium": 200},
    # By address, for whoever is not signed in yet; a clinic may share one.
    "sign-ins": {"standard": 1000},
    # Mails that anybody may ask for: by the address that asks, and by recipient.
    "mails": {"standard": 20},
    "mails-to": {"standard": 5},
    # At one link's PIN, by address.
    "pins": {"standard": 5},
}

_STATIC = BASE_DIR / "medisync" / "static"
# The second names the versions of the libraries that bring files of their own.
STATIC_URL = versioned("/static/", _STATIC, BASE_DIR / "requirements.txt")
STATICFILES_DIRS = [_STATIC]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
# Other files have another address.
WHITENOISE_MAX_AGE = 0 if DEBUG else 31_536_000

# --- Language and time ------------------------------------------------------------

LANGUAGE_CODE = "en"
# What pages and admin are shown in, as the browser prefers; the dialects never.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "medisync" / "locale"]
FORMAT_MODULE_PATH = "medisync.formats"
USE_TZ = True
TIME_ZONE = env.time_zone("MEDISYNC_TIME_ZONE", "UTC")

# --- Logs -------------------------------------------------------------------------

# A log line never carries a path, a query, a name or an exception's message:
# all of them can hold a patient's data or a secret. RequestLog writes the route.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "medisync.lib.log.DiscreetFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
        # These name paths, hosts and user names; RequestLog and the audit
        # trail say what is needed without them.
        "django.request": {"level": "CRITICAL"},
        "django.security": {"level": "CRITICAL"},
        "axes": {"level": "CRITICAL"},
        # Tells the store's address when many listen at once.
        "urllib3.connectionpool": {"level": "ERROR"},
        # A line for every start and end of a task.
        "django_tasks": {"level": "ERROR"},
        "django_tasks_db": {"level": "ERROR"},
    },
}
