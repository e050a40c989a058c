"""The request that our views get: somebody is signed in, and htmx may have sent it."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from migration_tracker.accounts.models import User


class SignedInRequest(HttpRequest):
    user: User
    htmx: HtmxDetails
