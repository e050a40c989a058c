"""Who signs in, and how: by password, by the identity provider, or by a token of the API."""

from django.core.exceptions import ImproperlyConfigured

from migration_tracker.accounts.oidc import configuration as oidc
from migration_tracker.settings.environment import env, whole_number

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
try:
    OIDC = oidc.read(  # who signs people in besides us; docs/operations.md
        issuer=env.str("OIDC_ISSUER", default=""),
        client_id=env.str("OIDC_CLIENT_ID", default=""),
        client_secret=env.str("OIDC_CLIENT_SECRET", default=""),
        name=env.str("OIDC_NAME", default="single sign-on"),
        scopes=env.str("OIDC_SCOPES", default="openid profile email"),
        groups_claim=env.str("OIDC_GROUPS_CLAIM", default="groups"),
        groups=env.str("OIDC_GROUPS", default=""),
        session_hours=whole_number("OIDC_SESSION_HOURS", 12),
    )
except oidc.WrongConfiguration as _error:
    raise ImproperlyConfigured(str(_error)) from None
PASSWORD_SIGN_IN = env.bool("PASSWORD_SIGN_IN", default=True)
if not (PASSWORD_SIGN_IN or OIDC):
    raise ImproperlyConfigured("PASSWORD_SIGN_IN is false and OIDC_ISSUER is not set: nobody could sign in")
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "dashboard:migrations"
LOGOUT_REDIRECT_URL = "sign_in"
