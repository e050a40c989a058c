"""Keys, hosts, cookies, and what browsers are told to refuse."""

import os
import secrets
from contextlib import suppress
from tempfile import NamedTemporaryFile

from csp.constants import NONE, SELF

from migration_tracker.settings.environment import DATA_DIR, env, whole_number


def _secret_key() -> str:
    """The key from the environment, or one made at the first start and kept beside the database."""
    if key := env.str("SECRET_KEY", default=""):
        return str(key)
    kept = DATA_DIR / "secret_key"
    if not kept.exists():
        with NamedTemporaryFile("w", dir=DATA_DIR) as new, suppress(FileExistsError):
            new.write(secrets.token_urlsafe(50))
            new.flush()
            os.link(new.name, kept)  # whole or not at all, whoever else is starting just now
    return kept.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_IS_SET = bool(env.str("SECRET_KEY", default=""))  # else each data folder has its own
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # bytes; the scan of a large repository is posted to the gate
PUBLIC_BADGE = env.bool("PUBLIC_BADGE", default=False)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
PROXIES = whole_number("PROXIES", 0)  # between us and whoever asks; each adds to X-Forwarded-For
API_RATE = env.str("API_RATE", default="600/m")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
