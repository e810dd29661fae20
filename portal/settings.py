"""Settings of the portal, read top to bottom. Machines differ by environment variables only.

Every variable is listed in `.env.example`. An unknown or senseless one stops the start with a sentence
that says what to write; so do insecure values in production.
"""

import datetime as dt
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from news.richtext import EDITOR_CONFIG

BASE_DIR = Path(__file__).resolve().parent.parent

# --- The environment ------------------------------------------------------------------------------

env = environ.Env()
ENV_FILE = Path(os.environ.get("PORTAL_ENV_FILE", BASE_DIR / ".env"))
KNOWN = {
    "PORTAL_ENV_FILE",
    "PORTAL_MODE",
    "PORTAL_SECRET_KEY",
    "PORTAL_SITE_URL",
    "PORTAL_EXTRA_HOSTS",
    "PORTAL_DATA_DIR",
    "PORTAL_BEHIND_PROXY",
    "PORTAL_DEBUG",
    "PORTAL_EMAIL_URL",
    "PORTAL_EMAIL_FROM",
    "PORTAL_SECOND_FACTOR",
    "PORTAL_SESSION_IDLE_MINUTES",
    "PORTAL_SESSION_HOURS",
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "DATABASE_POOLED",
    "REDIS_URL",
    "MEDIA_S3_BUCKET",
    "MEDIA_S3_ENDPOINT",
    "MEDIA_S3_REGION",
    "MEDIA_S3_ACCESS_KEY",
    "MEDIA_S3_SECRET_KEY",
    # Read by docker-compose.yml and by the test tools, not by Django.
    "POSTGRES_PASSWORD",
    "PORTAL_HTTP_PORT",
    "PORTAL_CHROMIUM",
}
LOCAL_SECRET_KEY = "local-only-secret-key-never-used-in-production-0123456789"  # noqa: S105


def refuse(sentence: str) -> ImproperlyConfigured:
    """An error that stops the start; the sentence says what to write instead."""
    return ImproperlyConfigured(sentence)


def yes_or_no(name: str, default: bool) -> bool:
    """A switch that is True or False and nothing else (a typo must not silently mean False)."""
    value = os.environ.get(name, str(default))
    if value not in {"True", "False"}:
        raise refuse(f"{name} is {value!r}; write {name}=True or {name}=False.")
    return value == "True"


def whole_number(name: str, default: int, *, least: int, most: int) -> int:
    """A number within bounds that make sense."""
    value = os.environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise refuse(f"{name} is {value!r}; write a whole number from {least} to {most}.")
    return int(value)


if ENV_FILE.exists():
    before = set(os.environ)
    env.read_env(ENV_FILE)
    unknown = set(os.environ) - before - KNOWN
else:
    unknown = set()
unknown |= {name for name in os.environ if name.startswith("PORTAL_")} - KNOWN
if unknown:
    raise refuse(
        f"Unknown setting {', '.join(sorted(unknown))}; known are {', '.join(sorted(KNOWN))}. "
        "Mend the spelling or remove the line."
    )

MODE = env.str("PORTAL_MODE", default="local")
if MODE not in {"local", "production"}:
    raise refuse(f"PORTAL_MODE is {MODE!r}; write PORTAL_MODE=local or PORTAL_MODE=production.")
PRODUCTION = MODE == "production"

DEBUG = yes_or_no("PORTAL_DEBUG", False)
SECRET_KEY = env.str("PORTAL_SECRET_KEY", default=LOCAL_SECRET_KEY)
SITE_URL = env.str("PORTAL_SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
BEHIND_PROXY = yes_or_no("PORTAL_BEHIND_PROXY", False)

site = urlsplit(SITE_URL)
if site.scheme not in {"http", "https"} or not site.hostname or site.path:
    raise refuse(
        f"PORTAL_SITE_URL is {SITE_URL!r}; write scheme and host, such as https://example.gov.vn"
    )
if PRODUCTION:
    if SECRET_KEY == LOCAL_SECRET_KEY or len(SECRET_KEY) < 50:
        raise refuse(
            "Production needs PORTAL_SECRET_KEY with at least 50 random characters of its own."
        )
    if site.scheme != "https":
        raise refuse("Production needs PORTAL_SITE_URL to begin with https://")
    if DEBUG:
        raise refuse("Production must not run with PORTAL_DEBUG=True; remove the line.")
    if "DATABASE_URL" not in os.environ:
        raise refuse(
            "Production needs DATABASE_URL, such as postgres://portal:PASSWORD@postgres:5432/portal"
        )

ALLOWED_HOSTS = [site.hostname, *env.list("PORTAL_EXTRA_HOSTS", default=[])]
if any("*" in host or host.startswith(".") for host in ALLOWED_HOSTS):
    raise refuse("PORTAL_EXTRA_HOSTS must name each host in full, such as www.example.gov.vn")
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
DATA_DIR = Path(env.str("PORTAL_DATA_DIR", default=str(BASE_DIR / "var")))

# --- Rooms ----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "comments",
    "news",
    "ckeditor",
    "portal.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
]

MIDDLEWARE = [
    "portal.headers.ResourceHeaders",
    "portal.headers.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Static files are answered here, with the headers of the four above.
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.accounts.origin.RememberOrigin",
    "portal.accounts.sessions.NoteUse",
    "portal.accounts.gate.SecondFactorGate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

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
                "portal.context_processors.site",
            ],
            # The masthead on every page writes the date.
            "builtins": ["news.templatetags.news"],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")
}
DATABASE_ROUTERS: list[str] = []
# A copy from which public pages are read (portal/replica.py).
if env.str("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = env.db_url("DATABASE_REPLICA_URL")
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["portal.replica.Router"]
    MIDDLEWARE.append("portal.replica.PublicReads")
# Whether PgBouncer stands before them and gives each transaction another session.
DATABASE_POOLED = yes_or_no("DATABASE_POOLED", False)
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # SQLite makes the file, but not its folder.
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    # As Django opens SQLite, two writers meet "database is locked"; so opened, they wait for each other.
    # synchronous=FULL keeps every committed story through a power cut.
    DATABASE["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # Tests run on a file as the portal does: a database in memory locks whole tables between threads.
    DATABASE["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
    # Opening the file costs more than most pages.
    DATABASE["CONN_MAX_AGE"] = 60
elif DATABASE["ENGINE"] != "django.db.backends.postgresql":
    raise refuse("DATABASE_URL must begin with sqlite:/// or postgres://")
if any(one["ENGINE"] != "django.db.backends.postgresql" for one in DATABASES.values()) and (
    "replica" in DATABASES or DATABASE_POOLED
):
    raise refuse(
        "DATABASE_REPLICA_URL and DATABASE_POOLED need PostgreSQL; write postgres:// addresses or remove them."
    )
for name, database in DATABASES.items():
    if database["ENGINE"] == "django.db.backends.postgresql":
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
        # A cursor of the server outlives its transaction, and would be looked for in another's session.
        database["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
        # A machine that has gone without a word must not hold up pages for minutes (seconds; milliseconds).
        limits = {"connect_timeout": 2 if name == "replica" else 10, "tcp_user_timeout": 10_000}
        database["OPTIONS"] = limits | database.get("OPTIONS", {})

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
# A cache that hangs must not hold up pages: redis-py would wait seconds for each answer.
REDIS_LIMITS = {"socket_connect_timeout": 0.3, "socket_timeout": 0.3}
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_LIMITS | {"serializer": "portal.kept_pages.PlainBytes"},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- E-mail ---------------------------------------------------------------------------------------

# Written to the outbox and sent by `manage.py tick`, never inside a request. On an official's own machine the
# tick prints it.
EMAIL_URL = env.str("PORTAL_EMAIL_URL", default="" if PRODUCTION else "consolemail://")
EMAIL_FROM = env.str(
    "PORTAL_EMAIL_FROM", default="" if PRODUCTION else "portal@localhost.localdomain"
)
SENDS_MAIL = bool(EMAIL_URL)
if SENDS_MAIL:
    mail_server = urlsplit(EMAIL_URL)
    secure = mail_server.scheme in {"smtp+tls", "smtp+ssl"}
    if not secure and mail_server.scheme not in {"smtp", *([] if PRODUCTION else ["consolemail"])}:
        raise refuse(
            "PORTAL_EMAIL_URL must begin with smtp+tls://, smtp+ssl:// or smtp://, such as "
            "smtp+tls://NAME:PASSWORD@mail.example.gov.vn:587"
        )
    try:
        complete = mail_server.scheme == "consolemail" or bool(
            mail_server.hostname and mail_server.port
        )
    except ValueError:
        complete = False
    if not complete or mail_server.path.strip("/") or mail_server.query or mail_server.fragment:
        raise refuse(
            "PORTAL_EMAIL_URL needs host and port and nothing behind them, such as "
            "smtp+tls://NAME:PASSWORD@mail.example.gov.vn:587; in name and password write @ as %40, / as %2F, "
            "? as %3F, # as %23 and % as %25."
        )
    if (
        mail_server.password
        and not secure
        and mail_server.hostname not in {"127.0.0.1", "::1", "localhost"}
    ):
        raise refuse(
            "PORTAL_EMAIL_URL would send the password unencrypted; write smtp+tls:// or smtp+ssl://"
        )
    try:
        validate_email(EMAIL_FROM)
        EMAIL_FROM.encode("ascii")
    except (ValidationError, UnicodeError):
        raise refuse(
            f"PORTAL_EMAIL_FROM is {EMAIL_FROM!r}; write the bare address that e-mail is sent from, such as "
            "cong@example.gov.vn"
        ) from None
    vars().update(env.email_url_config(EMAIL_URL))
elif EMAIL_FROM:
    raise refuse("PORTAL_EMAIL_FROM without PORTAL_EMAIL_URL sends nothing; write both or neither.")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = EMAIL_FROM
# A server that hangs holds up the tick, for this many seconds at each step.
EMAIL_TIMEOUT = 10

# --- Language, time, addresses --------------------------------------------------------------------

LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_I18N = True
# Dates as Vietnamese officials type them.
FORMAT_MODULE_PATH = "portal.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "portal.static_storage.HashedStaticFiles"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
# Pictures and files in a bucket instead of MEDIA_ROOT, which then only holds what each machine may lose.
MEDIA_S3 = {
    name: env.str(f"MEDIA_S3_{name.upper()}", default="")
    for name in ("bucket", "endpoint", "access_key", "secret_key")
}
if any(MEDIA_S3.values()):
    lacking = [f"MEDIA_S3_{name.upper()}" for name, value in MEDIA_S3.items() if not value]
    if lacking:
        raise refuse(
            f"For media in a bucket write {', '.join(lacking)} too, or none of MEDIA_S3_…."
        )
    if urlsplit(MEDIA_S3["endpoint"]).scheme not in {"http", "https"}:
        raise refuse("MEDIA_S3_ENDPOINT must begin with https:// or, inside the house, http://")
    if not BEHIND_PROXY:
        raise refuse(
            "MEDIA_S3_… needs nginx with deploy/s3/media.conf.example, and PORTAL_BEHIND_PROXY=True."
        )
    STORAGES["default"] = {
        "BACKEND": "portal.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": MEDIA_S3["bucket"],
            "endpoint_url": MEDIA_S3["endpoint"],
            "region_name": env.str("MEDIA_S3_REGION", default="us-east-1"),
            "access_key": MEDIA_S3["access_key"],
            "secret_key": MEDIA_S3["secret_key"],
        },
    }
# On an official's own machine nothing is collected: files are served from where they lie.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
FILE_UPLOAD_PERMISSIONS = 0o644
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

# --- Security -------------------------------------------------------------------------------------

# Public pages: nothing but our own files, no nonce, so that a page is the same bytes for every reader.
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
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
# The cleartext port answers with the redirect in nginx; health checks inside the house stay plain.
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^song/$", r"^san-sang/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

# A session ends when nothing was asked for so long, and at the latest when it has lasted so long.
SESSION_ENGINE = "portal.accounts.sessions"
SESSION_IDLE = dt.timedelta(
    minutes=whole_number("PORTAL_SESSION_IDLE_MINUTES", 60, least=5, most=24 * 60)
)
SESSION_LASTS = dt.timedelta(hours=whole_number("PORTAL_SESSION_HOURS", 12, least=1, most=7 * 24))
if SESSION_IDLE > SESSION_LASTS:
    raise refuse(
        "PORTAL_SESSION_IDLE_MINUTES is longer than PORTAL_SESSION_HOURS, so it would never count; lower it."
    )
SESSION_COOKIE_AGE = int(SESSION_LASTS.total_seconds())

# Of whom a second step is demanded when they sign in; offered it is to everybody.
SECOND_FACTOR = env.str("PORTAL_SECOND_FACTOR", default="administrators" if PRODUCTION else "none")
if SECOND_FACTOR not in {"none", "administrators", "everyone"}:
    raise refuse(
        f"PORTAL_SECOND_FACTOR is {SECOND_FACTOR!r}; write none, administrators or everyone."
    )

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.accounts.sign_in.PasswordAndCode",
]
# Failures until signing in pauses: of one name from one address, and of one name from anywhere. Not of an
# address alone, as django-axes would have it: a whole office may share one.
AXES_FAILURE_LIMIT = 5
SIGN_IN_NAME_LIMIT = 30
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "username"]
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
# Who tries on during the pause does not lengthen it: nobody is kept out for ever by somebody else.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "portal.accounts.sign_in.SignInLimits"
AXES_USERNAME_CALLABLE = "portal.accounts.sign_in.limit_name"
AXES_CLIENT_IP_CALLABLE = "portal.accounts.sign_in.limit_address"
AXES_LOCKOUT_CALLABLE = "portal.accounts.sign_in.same_answer"
# The audit log knows who signed in; a second record of it would only have to be protected too.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# CKEditor 4.22 is the last free version and unsupported. What makes it acceptable: bodies are cleaned by
# nh3 at every save and again before an old row is loaded into the editor, its upload views are not mounted,
# plugins that need other hosts or run code are removed, and only editor pages get a looser policy.
SILENCED_SYSTEM_CHECKS = ["ckeditor.W001"]
CKEDITOR_CONFIGS = {"default": EDITOR_CONFIG}

# --- The rooms' own settings ----------------------------------------------------------------------

# Who publishes, as the portal knows it: asked for the names in feeds and the source mark of a new story.
NEWS_PUBLISHER = "portal.models.publisher"
# Which of some addresses of the other rooms lead nowhere: asked before a story that links to them is published.
NEWS_MISSING_PAGES = "portal.models.missing_pages"

# How long an anonymous page may be served from the cache, and how long a process may believe the
# generation number it read last (both seconds). A change is seen after the second; what raises no number, such as the
# most read, may be twice as old as the first, since a page may be made of a part that was kept.
PAGE_CACHE_SECONDS = 60
# In the memory of each process, which is to stay below 120 MB; nginx and Valkey keep more.
PAGE_CACHE_BYTES = 12 * 1024 * 1024
GENERATION_MEMO_SECONDS = 1.0

# How long a link to a draft may live, in days.
PREVIEW_LINK_DAYS = 30

# Views are added up in memory and written together: what a kill can lose, in seconds.
VIEW_FLUSH_SECONDS = 1.0

# A comment's ticket that was left open overnight is too old (seconds).
COMMENT_TICKET_MAX_AGE = 12 * 3600
# What one source may send in one window of this many seconds (windows begin on the clock): comments that are
# taken, and tries that are answered with an error.
COMMENT_LIMIT_SECONDS = 600
COMMENT_LIMIT = 5
COMMENT_TRIES = 30
# Signals of comments.suspicion: what each weighs, and from which sum on a comment goes to the list "Nghi spam".
COMMENT_SIGNAL_WEIGHTS = {
    "honeypot_filled": 10,
    "honeypot_missing": 6,
    "too_fast": 5,
    "foreign": 8,
    "links": 5,
    "phone": 3,
    "chat": 6,
    "number": 4,
    "word_suspect": 10,
    "word_notice": 3,
    "mixed_scripts": 8,
    "capitals": 2,
    "stretched": 4,
    "same_words": 5,
    "many": 4,
    "refused_before": 4,
    "blocked": 20,
    "no_proof": 10,
}
COMMENT_SUSPECT_AT = 10
# Writing, name and address in fewer seconds than that is a machine's work.
COMMENT_TOO_FAST = 3
# More comments than that on the whole site within ten minutes are a flood: the browser then works for each.
COMMENT_FLOOD = 40
# How many steps of how many rounds of PBKDF2 that is: about half a second on a desk, some seconds on a cheap phone,
# while its reader writes.
COMMENT_PROOF_STEPS = (100, 300)
COMMENT_PROOF_ROUNDS = 2000

# Requests of people about their own data: working days to answer, then days to do it, both from the day they came in.
# Nghị định 356/2025/NĐ-CP, for Luật 91/2025/QH15 (2 working days; 10 days to show, more to erase). Laws change.
PERSON_ANSWER_DAYS = 2
PERSON_DONE_DAYS = 10

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "portal.logs.MaskingFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # Failures to sign in are in the audit log.
        "axes": {"level": "ERROR"},
    },
}
